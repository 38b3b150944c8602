"""Run from guest-sdk/python: `python3 -m unittest discover tests`."""

import json
import pathlib
import sys
import unittest
from dataclasses import dataclass, field
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from usher_guest import (  # noqa: E402
    Account,
    Decision,
    Group,
    Needs,
    NoConfig,
    PersonName,
    Policy,
    Problem,
    Problems,
    TargetGroup,
    User,
    Work,
    keep,
    sync,
    sync_account,
    sync_all,
)
from usher_guest.answer import WrongAnswer  # noqa: E402
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

    def test_an_attribute_has_one_number_in_every_language(self) -> None:
        # Beside the tests in Rust, for all three.
        rows = json.loads((pathlib.Path(__file__).parents[2] / "tests/numbers.json").read_text())
        kinds = {"integer": int, "number": float, "boolean": lambda text: text == "true", "text": str}
        for row in rows:
            one = kinds[row["kind"].removesuffix("s")]
            given = row["value"]
            value = [one(text) for text in given] if isinstance(given, list) else one(given)
            user = User(None, attributes={"a": value})  # type: ignore[arg-type]
            with self.subTest(row=row):
                self.assertEqual(user.integer("a"), int(row["integer"]) if "integer" in row else None)
                self.assertEqual(user.number("a"), row.get("number"))
                self.assertIn(type(user.number("a")), (float, type(None)))
                self.assertIs(user.boolean("a"), row.get("boolean"))
                self.assertEqual(user.integers("a"), [int(text) for text in row["integers"]] if "integers" in row else None)
                self.assertEqual(user.numbers("a"), row.get("numbers"))

    def test_what_is_true_or_false_is_no_number(self) -> None:
        user = User(None, attributes={"b": True, "bs": [1, True], "mixed": [1, 2.5]})  # type: ignore[arg-type]
        self.assertEqual((user.number("b"), user.numbers("bs"), user.numbers("mixed")), (None, None, [1.0, 2.5]))

    def test_a_test_hands_over_only_what_the_policy_needs(self) -> None:
        class Reads(Policy):
            def needs(self) -> Needs:
                return Needs(group_attributes=["site"], user_attributes=["department"])

            def group(self, group: Group) -> Decision:
                return sync(",".join(sorted(group.attributes)))

            def user(self, user: User) -> Decision:
                return keep().groups([",".join(sorted(user.attributes))])

        ours = Run(Reads())
        self.assertEqual(ours.group("x", site="Berlin", department="Sales").names, ["site"])
        self.assertEqual(ours.user("ann", site="Berlin", department="Sales", sponsor="bob").names, ["department"])

    def test_needs_may_be_a_generator(self) -> None:
        class Reads(Policy):
            def needs(self) -> Needs:
                return Needs(map(str.lower, ["SITE"]), (name for name in ["department"]))

        needs = Run(Reads()).needs
        self.assertEqual((list(needs.group_attributes), list(needs.user_attributes)), (["site"], ["department"]))

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

    def test_an_answer_that_is_none_is_told_with_what_it_should_be(self) -> None:
        begins = "it is one that begins with keep(), sync_account(), skip(), hold()"
        for answer, told in [
            (None, f"answered None as decision; {begins}; is a `return` missing?"),
            (sync("x"), f"answered sync() as decision; {begins}"),
            (keep, f"answered the function keep as decision; {begins}"),
            ({"verdict": "keep"}, f"answered a value of type dict as decision; {begins}"),
            (Decision("remove"), f"answered remove() as decision; {begins}"),
        ]:
            self.refuses_user(answer, told)
        with self.assertRaisesRegex(WrongAnswer, r"answered keep\(\) as decision; it is one that begins with sync\(\), skip\(\), hold\(\)"):
            Run(Answers(keep())).group("x")

        class Waits(Policy):
            async def user(self, user: User) -> Decision:  # type: ignore[override]
                return keep()

        with self.assertRaisesRegex(WrongAnswer, "type coroutine as decision; .*`async` cannot be"):
            Run(Waits()).user("ann")

    def test_a_value_of_a_wrong_kind_in_an_answer_is_told_with_its_place(self) -> None:
        def changed(**changes: Any) -> Decision:
            return sync_account(Account("ann", True, "Ann", PersonName("Ann", "Ash")).copy(**changes))

        for answer, told in [
            (changed(work=Work(cost_center=4711)), "answered 4711 as account.work.cost_center; it is a text or None"),
            (changed(name=PersonName("Ann", ["Ash"])), "answered a list as account.name.family; it is a text"),
            (changed(name="Ann Ash"), "answered 'Ann Ash' as account.name; it is a PersonName"),
            (changed(user_name=None), "answered None as account.user_name; it is a text"),
            (changed(active=1), "answered 1 as account.active; it is True or False"),
            (changed(title={}), "answered a value of type dict as account.title; it is a text or None"),
            (changed(address="Main Street"), "answered 'Main Street' as account.address; it is an Address or None"),
            (sync_account(None), "answered None as account; it is an Account, such as user.draft.copy()"),
            (keep().because(4711), "answered 4711 as rule; it is a text"),
            (keep().because("rule", None), "answered None as message; it is a text"),
            (keep().groups("admins"), "answered 'admins' as groups; it is a list of names"),
            (keep().groups(["a", 7]), "answered 7 as groups[1]; it is a name or a TargetGroup"),
            (keep().groups([TargetGroup("a", 7)]), "answered 7 as groups[0].key; it is a text"),
            (keep().because("rule", b"x" * 99), "answered a value of type bytes as message; it is a text"),
            (keep().groups("a" * 100), f"answered '{'a' * 60}…' as groups; it is a list of names"),
        ]:  # type: ignore[arg-type]
            self.refuses_user(answer, told)
        with self.assertRaisesRegex(WrongAnswer, r"answered None as groups\[0\]"):
            Run(Answers(sync(None))).group("x")  # type: ignore[arg-type]

    def refuses_user(self, answer: Any, told: str) -> None:
        with self.assertRaises(WrongAnswer) as refused:
            Run(Answers(answer)).user("ann")
        self.assertEqual(str(refused.exception), told)

    def test_an_address_that_is_none_is_an_empty_one(self) -> None:
        account = Account("ann", True, "Ann", PersonName("Ann", "Ash"), address=None)  # type: ignore[arg-type]
        self.assertEqual(Run(Answers(sync_account(account))).user("ann").verdict, "sync")

    def test_a_field_that_there_is_not_is_no_field_that_is_lost(self) -> None:
        with self.assertRaisesRegex(AttributeError, "cost_centre"):
            Work().cost_centre = "4711"  # type: ignore[attr-defined]

    def test_a_key_belongs_to_one_group(self) -> None:
        self.assertEqual(Run(Answers(sync("a").key("k"))).group("x").keys, ["k"])
        for answer in (lambda: keep().key("k"), lambda: sync_all(["a", "b"]).key("k")):
            self.assertRaises(TypeError, answer)

    def test_needs_and_problems_of_a_wrong_kind_are_told_as_bugs(self) -> None:
        class Reads(Policy):
            def __init__(self, needs: Any) -> None:
                self.answer = needs

            def needs(self) -> Needs:
                return self.answer

        for needs, told in [
            (None, "answered None as needs; it is Needs"),
            (Needs(user_attributes="department"), "answered 'department' as needs.user_attributes; it is a list of texts"),
            (Needs(group_attributes=[1]), "answered 1 as needs.group_attributes; it is a text"),
        ]:  # type: ignore[arg-type]
            with self.assertRaisesRegex(WrongAnswer, told):
                Run(Reads(needs))
        self.assertRaises(TypeError, Problem, 7, "no")
        self.assertRaises(TypeError, Needs, user_attribute=["department"])
        with self.assertRaises(AttributeError):
            Needs().user_attribute = ["department"]  # type: ignore[attr-defined]


if __name__ == "__main__":
    unittest.main()
