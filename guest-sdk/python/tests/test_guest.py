"""Run from guest-sdk/python: `python3 -m unittest discover tests`."""

import pathlib
import sys
import unittest
from dataclasses import dataclass, field

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from usher_guest import Decision, Group, NoConfig, Policy, Problems, TargetGroup, User, keep, sync_account, sync_all  # noqa: E402
from usher_guest.configuration import read, schema  # noqa: E402
from usher_guest.policy import decides  # noqa: E402
from usher_guest.test import Run  # noqa: E402


@dataclass
class Config:
    a: list[str]
    b: dict[str, int]
    d: str
    c: str = "x"
    e: str | None = None
    f: list[float] = field(default_factory=list)


class Answers(Policy):
    def __init__(self, answer: Decision) -> None:
        self.answer = answer

    def group(self, group: Group) -> Decision:
        return self.answer

    def user(self, user: User) -> Decision:
        return self.answer


class GuestTest(unittest.TestCase):
    def test_every_problem_of_a_configuration_is_told_at_once_with_its_place(self) -> None:
        with self.assertRaises(Problems) as refused:
            read(Config, {"a": ["x", 1], "b": {"k/": True}, "c": 3, "z": 4})
        told = [(problem.pointer, problem.message) for problem in refused.exception.problems]
        self.assertEqual(
            told,
            [
                ("/z", "unknown field `z`, expected `a`, `b`, `d`, `c`, `e`, `f`"),
                ("/a/1", "must be a text, not a number"),
                ("/b/k~1", "must be a whole number, not true or false"),
                ("", "missing field `d`"),
                ("/c", "must be a text, not a number"),
            ],
        )

    def test_what_is_absent_takes_its_default(self) -> None:
        config = read(Config, {"a": [], "b": {}, "d": "y", "f": [1]})
        self.assertEqual((config.c, config.e, config.f), ("x", None, [1]))
        with self.assertRaises(Problems):
            read(NoConfig, {"a": 1})

    def test_the_schema_comes_out_of_the_configuration(self) -> None:
        made = schema(Config)
        self.assertEqual(made["required"], ["a", "b", "d"])
        self.assertEqual(made["properties"]["b"], {"type": "object", "additionalProperties": {"type": "integer"}})
        self.assertFalse(made["additionalProperties"])

    def test_a_hook_that_is_not_overridden_is_not_decided(self) -> None:
        class GroupsOnly(Policy):
            def group(self, group: Group) -> Decision:
                return sync_all([])

        self.assertEqual((decides(GroupsOnly(), "group"), decides(GroupsOnly(), "user")), (True, False))

    def test_attributes_come_by_their_kinds(self) -> None:
        user = User(None, attributes={"n": 3, "f": 1.5, "b": True, "ts": ["a"], "ns": [1, 2]})  # type: ignore[arg-type]
        self.assertEqual((user.integer("n"), user.number("f"), user.boolean("b")), (3, 1.5, True))
        self.assertEqual((user.texts("ts"), user.integers("ns"), user.has("x")), (["a"], [1, 2], False))
        self.assertEqual((user.text("n"), user.integer("b"), user.texts("ns")), (None, None, None))

    def test_a_draft_that_is_copied_stays_itself(self) -> None:
        class Renames(Policy):
            def user(self, user: User) -> Decision:
                account = user.draft.copy(title="Dr")
                account.name.family = "Ash"
                self.before = user.draft.name.family
                return sync_account(account)

        policy = Renames()
        answer = Run(policy).user("ann")
        self.assertEqual((policy.before, answer.account.name.family, answer.account.title), ("Family", "Ash", "Dr"))

    def test_groups_have_keys_where_they_are_given(self) -> None:
        ours = Run(Answers(sync_all(["a", TargetGroup("b", "k")])))
        self.assertEqual(ours.group("x").keys, [None, "k"])
        self.assertEqual(Run(Answers(keep().groups(["g"]))).user("ann").names, ["g"])
        self.assertIsNone(Run(Answers(keep())).user("ann").names)


if __name__ == "__main__":
    unittest.main()
