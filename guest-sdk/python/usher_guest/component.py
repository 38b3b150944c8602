"""From the author's policy to the contract's functions. The one file that knows it runs in the sandbox."""

import dataclasses
import json
from typing import Any

from componentize_py_types import Err
from wit_world.exports import policy as wit
from wit_world.imports import log, types

from . import configuration
from .account import Account, Address, PersonName, Work
from .decision import Decision, TargetGroup
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
            needs = self.policy.needs()
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
        return [self._told(group.id, lambda group=group: self._group(group)) for group in groups]

    def decide_users(self, users: list[types.User]) -> list[types.UserDecision]:
        return [self._told(user.id, lambda user=user: self._user(user)) for user in users]

    def _told(self, item: str, decide: Any) -> Any:
        try:
            return decide()
        except Exception as error:
            raise Err(f"raised at {item}: {_words(error)}") from None

    def _group(self, record: types.Group) -> types.GroupDecision:
        group = Group(
            id=record.id,
            name=record.name,
            description=record.description,
            origin=record.origin.name.lower().replace("_", "-"),
            attributes={it.name: it.value.value for it in record.attributes},
        )
        decision = _answered(self.policy.group(group), {"sync", "skip", "hold"})
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
        decision = _answered(self.policy.user(user), {"keep", "sync", "skip", "hold"})
        match decision.verdict:
            case "keep":
                verdict = types.UserVerdict_Keep()
            case "sync" if decision.account is None:
                raise TypeError("a person is answered with keep() or sync_account(account), not with sync(name)")
            case "sync":
                verdict = types.UserVerdict_Sync(_record(decision.account))
            case "skip":
                verdict = types.UserVerdict_Skip()
            case _:
                verdict = types.UserVerdict_Hold()
        groups = None if decision.targets is None else [_target(target) for target in decision.targets]
        return types.UserDecision(record.id, verdict, groups, types.Reason(decision.rule, decision.message))


def _answered(decision: object, verdicts: set[str]) -> Decision:
    if not isinstance(decision, Decision):
        raise TypeError(f"answered {decision!r}; a decision begins with {'(), '.join(sorted(verdicts))}()")
    if decision.verdict not in verdicts:
        raise TypeError(f"answered {decision.verdict}(); here it is {'(), '.join(sorted(verdicts))}()")
    return decision


def _words(error: Exception) -> str:
    """What was raised, and where. Not by `traceback`, which would look for source files, and there are none in the sandbox."""
    place, step = "", error.__traceback__
    while step is not None:
        place, step = f" at {step.tb_frame.f_code.co_name} line {step.tb_lineno}", step.tb_next
    return f"{type(error).__name__}: {error}{place}"


def _stated(problem: Problem) -> wit.ConfigProblem:
    return wit.ConfigProblem(problem.pointer, problem.message, None)


def _target(target: TargetGroup) -> types.TargetGroup:
    return types.TargetGroup(target.key, target.name)


def _fields(record: object) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}  # type: ignore[arg-type]


def _account(record: types.Account) -> Account:
    fields = _fields(record)
    fields["name"] = PersonName(**_fields(record.name))
    fields["address"] = Address(**_fields(record.address)) if record.address else Address()
    fields["work"] = Work(**_fields(record.work)) if record.work else Work()
    return Account(**fields)


def _record(account: Account) -> types.Account:
    fields = _fields(account)
    fields["name"] = types.PersonName(**_fields(account.name))
    # A part with nothing in it is none.
    for name, empty, kind in (("address", Address(), types.Address), ("work", Work(), types.Work)):
        part = fields[name]
        fields[name] = None if part == empty else kind(**_fields(part))
    return types.Account(**fields)
