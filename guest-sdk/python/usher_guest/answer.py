"""Nothing leaves the policy unchecked: a value of another kind would crash in the contract's own code, which has no words for it."""

import inspect
import operator
from collections.abc import Iterable
from typing import Any

from .account import Account, Address, PersonName, Work
from .decision import Decision, TargetGroup
from .policy import Needs

#: How much of a text a message repeats.
_LONGEST = 60


class WrongAnswer(TypeError):
    """An answer that the contract cannot take: `answered 4711 as account.work.cost_center; it is a text`."""


def wrong(value: object, place: str, kind: str) -> WrongAnswer:
    return WrongAnswer(f"answered {_shown(value)} as {place}; it is {kind}")


def _shown(value: object) -> str:
    """A value as a message may show it, whatever it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= _LONGEST else value[:_LONGEST] + "…")
    if value is None or isinstance(value, bool | int | float):
        return repr(value)[:_LONGEST]
    if isinstance(value, Decision):
        return f"{value.verdict}()"
    if isinstance(value, list | tuple):
        return "a list"
    if inspect.isroutine(value):
        return f"the function {value.__name__}"
    return f"a value of type {type(value).__name__}"


_OF_GROUPS = ("sync", "skip", "hold")
_OF_USERS = ("keep", "sync_account", "skip", "hold")


def of_group(answer: object) -> Decision:
    """The decision of a group, or `WrongAnswer`."""
    decision = _decided(answer, _OF_GROUPS)
    if decision.verdict == "sync" or decision.targets is not None:
        decision.targets = _targets(decision.targets)
    return decision


def of_user(answer: object) -> Decision:
    """The decision of a person, or `WrongAnswer`."""
    decision = _decided(answer, _OF_USERS)
    if decision.verdict == "sync_account":
        _account(decision.account)
    if decision.targets is not None:
        decision.targets = _targets(decision.targets)
    return decision


def _decided(answer: object, verdicts: tuple[str, ...]) -> Decision:
    if not isinstance(answer, Decision) or answer.verdict not in verdicts:
        hint = ""
        if answer is None:
            hint = "; is a `return` missing?"
        elif inspect.iscoroutine(answer):
            answer.close()
            hint = "; nothing is waited for in the sandbox, so `async` cannot be"
        raise wrong(answer, "decision", f"one that begins with {'(), '.join(verdicts)}(){hint}")
    _text(answer.rule, "rule")
    _text(answer.message, "message")
    return answer


def of_needs(needs: object) -> Needs:
    """The attributes that the policy reads, or `WrongAnswer`."""
    if not isinstance(needs, Needs):
        raise wrong(needs, "needs", "Needs(group_attributes=[…], user_attributes=[…])")
    # Lists of our own: a generator that was looked at is empty.
    return Needs(
        _names(needs.group_attributes, "needs.group_attributes"),
        _names(needs.user_attributes, "needs.user_attributes"),
    )


def _names(names: object, place: str) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise wrong(names, place, "a list of texts")
    checked = list(names)
    for name in checked:
        _text(name, place)
    return checked


def _text(value: object, place: str) -> None:
    if not isinstance(value, str):
        raise wrong(value, place, "a text")


class _Texts:
    """Fields of a record that each are a text or none."""

    def __init__(self, place: str, *names: str) -> None:
        self.place, self.names = place, names
        self.values = operator.attrgetter(*names)

    def check(self, record: object) -> None:
        values = self.values(record)
        # The common case, at once: this runs for every person.
        if _TEXT_OR_NONE.issuperset(map(type, values)):
            return
        for name, value in zip(self.names, values, strict=True):
            if value is not None and not isinstance(value, str):
                raise wrong(value, f"{self.place}.{name}", "a text or None")


_TEXT_OR_NONE = frozenset((str, type(None)))


def _targets(targets: object) -> list[TargetGroup]:
    # A text is a row of letters to Python.
    if isinstance(targets, str) or not isinstance(targets, Iterable):
        raise wrong(targets, "groups", "a list of names")
    return [_target(target, f"groups[{at}]") for at, target in enumerate(targets)]


def _target(target: object, place: str) -> TargetGroup:
    if isinstance(target, str):
        return TargetGroup(target)
    if not isinstance(target, TargetGroup):
        raise wrong(target, place, "a name or a TargetGroup")
    _text(target.name, f"{place}.name")
    if target.key is not None:
        _text(target.key, f"{place}.key")
    return target


_ACCOUNT = _Texts(
    "account", "email", "phone", "nick_name", "title", "user_type", "profile_url", "preferred_language", "locale", "timezone"
)
_NAME = _Texts("account.name", "formatted", "middle", "prefix", "suffix")
_ADDRESS = _Texts("account.address", *Address.__slots__)
_WORK = _Texts("account.work", *Work.__slots__)


def _account(account: object) -> None:
    if not isinstance(account, Account):
        raise wrong(account, "account", "an Account, such as user.draft.copy()")
    _text(account.user_name, "account.user_name")
    if not isinstance(account.active, bool):
        raise wrong(account.active, "account.active", "True or False")
    _text(account.display_name, "account.display_name")
    _ACCOUNT.check(account)
    name, address, work = account.name, account.address, account.work
    if not isinstance(name, PersonName):
        raise wrong(name, "account.name", "a PersonName")
    _text(name.given, "account.name.given")
    _text(name.family, "account.name.family")
    _NAME.check(name)
    if address is not None:
        if not isinstance(address, Address):
            raise wrong(address, "account.address", "an Address or None")
        _ADDRESS.check(address)
    if work is not None:
        if not isinstance(work, Work):
            raise wrong(work, "account.work", "a Work or None")
        _WORK.check(work)
