import assert from "node:assert/strict";
import { test } from "node:test";

import { definePolicy, hold, integer, keep, list, optional, skip, sync, syncAccount, syncAll, table, text } from "./index.js";
import { run } from "./test.js";

const asked = (user) => run(definePolicy({ user })).user({ login: "ann" });

test("every problem of a configuration is told at once, with its place", () => {
  const policy = definePolicy({ configuration: { a: list(text), b: table(integer), c: optional(text, "x"), d: text } });
  const refused = { a: ["x", 1], b: { "k/": 1.5 }, c: 3, e: 4 };
  assert.throws(() => run(policy, refused), ({ errors }) => {
    const told = errors.map(({ pointer, message }) => [pointer, message]);
    assert.deepEqual(told, [
      ["/e", "unknown field `e`, expected `a`, `b`, `c`, `d`"],
      ["/a/1", "must be a text, not a number"],
      ["/b/k~1", "must be a whole number, not a number"],
      ["/c", "must be a text, not a number"],
      ["", "missing field `d`"],
    ]);
    return true;
  });
});

test("an absent configuration takes its default", () => {
  const policy = definePolicy({
    configuration: { prefix: optional(text, "aws-") },
    group: (group, { prefix }) => sync(prefix + group.name),
  });
  assert.deepEqual(run(policy).group({ name: "x" }).names, ["aws-x"]);
});

test("a hook that is not there is not called", () => {
  assert.deepEqual(run(definePolicy({ user: keep })).needs.hooks, { groups: false, users: true });
});

test("attributes come by their kinds", () => {
  const policy = definePolicy({
    user(user) {
      assert.equal(user.text("n"), null);
      assert.deepEqual([user.integer("n"), user.number("f"), user.boolean("b")], [3, 1.5, true]);
      assert.deepEqual([user.texts("ts"), user.integers("ns"), user.has("x")], [["a"], [1, 2], false]);
      return keep();
    },
  });
  run(policy).user({ login: "ann", attributes: { n: 3, f: 1.5, b: true, ts: ["a"], ns: [1, 2] } });
});

test("a draft that is changed stays itself, and an empty part of it is none", () => {
  const { account } = asked((user) => {
    const changed = user.draft.with((account) => { account.name.family = "Ash"; });
    assert.equal(user.draft.name.family, "Family");
    return syncAccount(changed);
  });
  assert.deepEqual([account.name.family, account.work, account.address], ["Ash", null, null]);
});

test("groups have keys where they are given", () => {
  const policy = definePolicy({ group: () => syncAll(["a", { name: "b", key: "k" }]) });
  assert.deepEqual(run(policy).group({ name: "x" }).keys, [null, "k"]);
  assert.deepEqual(asked(() => keep().groups(["g"])).names, ["g"]);
  assert.equal(asked(() => keep()).names, null);
});

test("an answer that is none is told with what it should be", () => {
  assert.throws(() => asked(() => undefined), /begins with keep\(\), sync\(\), skip\(\), hold\(\)/);
  assert.throws(() => asked(() => sync("x")), /syncAccount/);
  assert.throws(() => run(definePolicy({ group: keep })).group({ name: "x" }), /answered keep\(\)/);
  assert.throws(() => definePolicy({ gruop: hold }), /no `gruop`/);
  assert.equal(asked(skip).verdict, "skip");
});
