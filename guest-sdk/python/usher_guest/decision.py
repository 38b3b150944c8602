"""What a policy answers, always with a reason."""

import dataclasses
from collections.abc import Iterable
from typing import Self

from .account import Account


@dataclasses.dataclass(slots=True)
class TargetGroup:
    """A group in AWS. `key` is its identity there: 1 to 128 letters, digits, `.`, `_`, `-`; none means the Okta group's own id."""

    name: str
    key: str | None = None


@dataclasses.dataclass(slots=True)
class Decision:
    """An answer with its reason: begin with `sync`, `keep`, `skip` or `hold`, go on with `because`.

    What it holds is checked as it leaves, by `answer`. The verdict is called as the function below that makes it.
    """

    verdict: str
    account: Account | None = None
    targets: Iterable[str | TargetGroup] | None = None
    rule: str = "default"
    message: str = ""

    def because(self, rule: str, message: str = "") -> Self:
        """The reason. `rule` is short and the same for every item it decides; `message` is for a person."""
        self.rule, self.message = rule, message
        return self

    def key(self, key: str) -> Self:
        """The identity of the one group that `sync(name)` names."""
        match self.verdict, self.targets:
            case "sync", [TargetGroup(name=name) | name]:
                self.targets = [TargetGroup(name, key)]  # type: ignore[arg-type]
            case _:
                raise TypeError("key() belongs to sync(name)")
        return self

    def groups(self, groups: Iterable[str | TargetGroup]) -> Self:
        """A person's groups, instead of those that the group decisions gave."""
        self.targets = groups
        return self


def sync(name: str) -> Decision:
    """The group becomes a group of that name in AWS."""
    return sync_all([name])


def sync_all(groups: Iterable[str | TargetGroup]) -> Decision:
    """The group becomes these groups in AWS."""
    return Decision("sync", targets=groups)


def keep() -> Decision:
    """The host's draft of the account is right."""
    return Decision("keep")


def sync_account(account: Account) -> Decision:
    """This account instead of the draft."""
    return Decision("sync_account", account=account)


def skip() -> Decision:
    """Not wanted in AWS."""
    return Decision("skip")


def hold() -> Decision:
    """Undecidable now: what stands in AWS stays as it is, and the report says so."""
    return Decision("hold")
