"""What a policy is asked about."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from .account import Account

#: Without bool, which is an int to Python.
_NUMBERS = frozenset((int, float))


class _Profile:
    """The attributes that the policy asked for. Each getter gives `None` where Okta has none, or one of another kind."""

    attributes: Mapping[str, Any]

    def has(self, name: str) -> bool:
        return name in self.attributes

    def text(self, name: str) -> str | None:
        return self._of(name, str)

    def integer(self, name: str) -> int | None:
        return self._of(name, int)

    def number(self, name: str) -> float | None:
        """A number, whole or not: Okta's JSON writes 3 for 3.0, and the host calls it an integer. Beyond 2^53 the nearest one."""
        value = self.attributes.get(name)
        return float(value) if type(value) in _NUMBERS else None

    def boolean(self, name: str) -> bool | None:
        return self._of(name, bool)

    def texts(self, name: str) -> list[str] | None:
        return self._of(name, list, str)

    def integers(self, name: str) -> list[int] | None:
        return self._of(name, list, int)

    def numbers(self, name: str) -> list[float] | None:
        """Numbers, whole or not."""
        values = self.attributes.get(name)
        if type(values) is not list or not _NUMBERS.issuperset(map(type, values)):
            return None
        return [float(value) for value in values]

    def _of(self, name: str, kind: type, item: type | None = None) -> Any:
        value = self.attributes.get(name)
        # Exactly: True is an int to Python.
        if type(value) is not kind or (item and any(type(one) is not item for one in value)):
            return None
        return value


@dataclasses.dataclass
class Group(_Profile):
    """An Okta group. `origin` is `okta`, `app` or `built-in`."""

    name: str
    id: str = "00g-test"
    description: str | None = None
    origin: str = "okta"
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class User(_Profile):
    """A person in Okta. `status` is as in the contract: `active`, `suspended`, `password-expired`, …; `groups` are keys of target groups."""

    draft: Account
    id: str = "00u-test"
    status: str = "active"
    groups: list[str] = dataclasses.field(default_factory=list)
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
