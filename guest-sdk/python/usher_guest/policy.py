"""The class that a policy is."""

import dataclasses
from collections.abc import Iterable
from typing import Any

from .configuration import NoConfig
from .decision import Decision
from .profile import Group, User


@dataclasses.dataclass
class Run:
    """Facts of the run that a decision may rest on. `now`: seconds since 1970."""

    now: int


@dataclasses.dataclass(slots=True)
class Needs:
    """The Okta attributes that the policy reads; others never enter the sandbox."""

    group_attributes: Iterable[str] = dataclasses.field(default_factory=list)
    user_attributes: Iterable[str] = dataclasses.field(default_factory=list)


class Policy:
    """Override `group`, `user` or both; what is not overridden is decided by the host's defaults."""

    #: A dataclass: what the configuration holds.
    Config: type = NoConfig

    config: Any
    run: Run

    def configure(self) -> None:
        """Called once, with `config` and `run` set. Raise `Problem` or `Problems` for what is wrong with the configuration."""

    def needs(self) -> Needs:
        return Needs()

    def group(self, group: Group) -> Decision:
        raise NotImplementedError

    def user(self, user: User) -> Decision:
        raise NotImplementedError


def decides(policy: Policy, hook: str) -> bool:
    """Whether the policy overrides it."""
    return getattr(type(policy), hook) is not getattr(Policy, hook)
