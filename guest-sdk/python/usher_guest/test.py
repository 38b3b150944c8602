"""Runs a policy in plain Python, in milliseconds and without a component."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from . import answer, configuration
from .account import Account, PersonName
from .decision import Decision
from .policy import Policy
from .policy import Run as Facts
from .problem import Problems
from .profile import Group, User


@dataclasses.dataclass
class Answer:
    """What a policy answered. `names` and `keys` of target groups are `None` where a person keeps those given."""

    verdict: str
    rule: str
    message: str
    names: list[str] | None
    keys: list[str | None] | None
    account: Account | None


class Run:
    """A policy, configured. Raises the policy's `Problem`, or `Problems` where there are several.

    As in the sandbox, it sees only the attributes that its `needs` name: a test fails when one was forgotten.
    """

    def __init__(self, policy: Policy, config: dict[str, Any] | None = None, now: int = 0) -> None:
        try:
            policy.config = configuration.read(policy.Config, config or {})
            policy.run = Facts(now)
            policy.configure()
        except Problems as several:
            if len(several.problems) == 1:
                raise several.problems[0] from None
            raise
        self.policy = policy
        self.needs = answer.of_needs(policy.needs())

    def group(self, name: str, *, origin: str = "okta", description: str | None = None, **attributes: Any) -> Answer:
        """What becomes of a group with these attributes."""
        group = Group(name, f"00g-{name}", description, origin, _needed(attributes, self.needs.group_attributes))
        return _told(answer.of_group(self.policy.group(group)))

    def user(
        self,
        login: str,
        *,
        status: str = "active",
        groups: Sequence[str] = (),
        draft: Account | None = None,
        **attributes: Any,
    ) -> Answer:
        """What becomes of a person with these attributes."""
        draft = draft or Account(login, True, login, PersonName("Given", "Family"))
        user = User(draft, f"00u-{login}", status, list(groups), _needed(attributes, self.needs.user_attributes))
        return _told(answer.of_user(self.policy.user(user)))


def _needed(attributes: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: attributes[name] for name in names if name in attributes}


def _told(decision: Decision) -> Answer:
    targets: Any = decision.targets
    return Answer(
        # As the contract calls it.
        decision.verdict.removesuffix("_account"),
        decision.rule,
        decision.message,
        None if targets is None else [target.name for target in targets],
        None if targets is None else [target.key for target in targets],
        decision.account,
    )
