"""From the author's policy to the contract's functions. The one file that knows it runs in the sandbox."""

import dataclasses
import json
import operator
from collections.abc import Callable
from typing import Any

from componentize_py_types import Err
from wit_world.exports import policy as wit
from wit_world.imports import log, types

from . import answer, configuration
from .account import Account, Address, PersonName, Work
from .decision import TargetGroup
from .policy import Policy, Run, decides
from .problem import Problem, Problems
from .profile import Group, User


class Contract:
    """The contract's interface `policy` for a policy; `describe` comes from the project's own description."""

    def __init__(self, policy: Policy, name: str, version: str, summary: str) -> None:
        self.policy = policy
        self.name, self.version, self.summary = name, version, summary
        self.is_configured = False

    def describe(self) -> wit.Description:
        schema = None
        if dataclasses.fields(self.policy.Config):
            schema = json.dumps(configuration.schema(self.policy.Config))
        return wit.Description(self.name, self.version, self.summary, schema)

    def configure(self, config: str, run: wit.RunContext) -> wit.Needs:
        if self.is_configured:
            raise Err([_stated(Problem("", "this instance is configured already; the contract allows it once"))])
        try:
            self.policy.config = configuration.read(self.policy.Config, json.loads(config))
            self.policy.run = Run(run.now)
            self.policy.configure()
            needs = answer.of_needs(self.policy.needs())
        except Problem as problem:
            raise Err([_stated(problem)]) from None
        except Problems as all_of_them:
            raise Err([_stated(problem) for problem in all_of_them.problems]) from None
        except Exception as error:
            # The contract has no words for a bug here; the host knows them in the log by the first two.
            log.write(log.Level.ERROR, f"panicked at configure: {_words(error)}")
            raise
        self.is_configured = True
        hooks = wit.Hooks(0)
        if decides(self.policy, "group"):
            hooks |= wit.Hooks.GROUPS
        if decides(self.policy, "user"):
            hooks |= wit.Hooks.USERS
        return wit.Needs(hooks, sorted(set(needs.group_attributes)), sorted(set(needs.user_attributes)))

    def decide_groups(self, groups: list[types.Group]) -> list[types.GroupDecision]:
        return [_told(self._group, group, group.name) for group in groups]

    def decide_users(self, users: list[types.User]) -> list[types.UserDecision]:
        return [_told(self._user, user, user.draft.user_name) for user in users]

    def _group(self, record: types.Group) -> types.GroupDecision:
        group = Group(
            id=record.id,
            name=record.name,
            description=record.description,
            origin=record.origin.name.lower().replace("_", "-"),
            attributes={it.name: it.value.value for it in record.attributes},
        )
        decision = answer.of_group(self.policy.group(group))
        match decision.verdict:
            case "sync":
                verdict = types.GroupVerdict_Sync([_target(target) for target in decision.targets or []])
            case "skip":
                verdict = types.GroupVerdict_Skip()
            case _:
                verdict = types.GroupVerdict_Hold()
        return types.GroupDecision(record.id, verdict, types.Reason(decision.rule, decision.message))

    def _user(self, record: types.User) -> types.UserDecision:
        user = User(
            id=record.id,
            status=record.status.name.lower().replace("_", "-"),
            groups=record.groups,
            attributes={it.name: it.value.value for it in record.attributes},
            draft=_account(record.draft),
        )
        decision = answer.of_user(self.policy.user(user))
        match decision.verdict:
            case "keep":
                verdict = types.UserVerdict_Keep()
            case "sync_account":
                verdict = types.UserVerdict_Sync(_record(decision.account))
            case "skip":
                verdict = types.UserVerdict_Skip()
            case _:
                verdict = types.UserVerdict_Hold()
        groups = None if decision.targets is None else [_target(target) for target in decision.targets]
        return types.UserDecision(record.id, verdict, groups, types.Reason(decision.rule, decision.message))


def _told(decide: Callable[[Any], Any], record: Any, name: str) -> Any:
    try:
        return decide(record)
    except Exception as error:
        item = f"{record.id} ({name})" if name else record.id
        told = f"at {item}: {error}" if isinstance(error, answer.WrongAnswer) else f"raised at {item}: {_words(error)}"
        raise Err(told) from None


def _words(error: Exception) -> str:
    """What was raised, and where. Not by `traceback`, which would look for source files, and there are none in the sandbox."""
    place, step = "", error.__traceback__
    while step is not None:
        place, step = f" at {step.tb_frame.f_code.co_name} line {step.tb_lineno}", step.tb_next
    return f"{type(error).__name__}: {error}{place}"


def _stated(problem: Problem) -> wit.ConfigProblem:
    return wit.ConfigProblem(str(problem.pointer), str(problem.message), None)


def _target(target: TargetGroup) -> types.TargetGroup:
    return types.TargetGroup(target.key, target.name)


def _values(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """What a record holds, in the order in which both sides list it."""
    return operator.attrgetter(*kind.__slots__)


_ACCOUNT, _NAME, _ADDRESS, _WORK = _values(Account), _values(PersonName), _values(Address), _values(Work)


def _account(record: types.Account) -> Account:
    account = Account(*_ACCOUNT(record))
    account.name = PersonName(*_NAME(account.name))
    account.address = Address(*_ADDRESS(account.address)) if account.address else Address()
    account.work = Work(*_WORK(account.work)) if account.work else Work()
    return account


def _record(account: Account) -> types.Account:
    record = types.Account(*_ACCOUNT(account))
    record.name = types.PersonName(*_NAME(account.name))
    record.address = _part(account.address, _ADDRESS, types.Address)
    record.work = _part(account.work, _WORK, types.Work)
    return record


def _part(part: Any, values: Callable[[Any], tuple[Any, ...]], kind: Any) -> Any:
    """A part with nothing in it is none."""
    held = () if part is None else values(part)
    return None if all(value is None for value in held) else kind(*held)
