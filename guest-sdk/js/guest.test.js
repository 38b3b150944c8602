import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Problem, definePolicy, hold, integer, keep, list, optional, skip, sync, syncAccount, syncAll, table, text } from "./index.js";
import { User } from "./profile.js";
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
    needs: { userAttributes: ["n", "f", "b", "ts", "ns", "x"] },
    user(user) {
      assert.equal(user.text("n"), null);
      assert.deepEqual([user.integer("n"), user.number("f"), user.boolean("b")], [3, 1.5, true]);
      assert.deepEqual([user.texts("ts"), user.integers("ns"), user.has("x")], [["a"], [1, 2], false]);
      return keep();
    },
  });
  run(policy).user({ login: "ann", attributes: { n: 3, f: 1.5, b: true, ts: ["a"], ns: [1, 2] } });
});

test("an attribute has one number in every language", () => {
  // Beside the tests in Rust, for all three.
  const rows = JSON.parse(readFileSync(new URL("../tests/numbers.json", import.meta.url), "utf8"));
  for (const row of rows) {
    const one = { integer: BigInt, number: Number, boolean: (text) => text === "true", text: String }[row.kind.replace(/s$/, "")];
    const val = Array.isArray(row.value) ? row.value.map(one) : one(row.value);
    const user = new User({ id: "", status: "active", groups: [], attributes: [{ name: "a", value: { tag: row.kind, val } }], draft: {} });
    assert.equal(user.number("a"), row.number ?? null, row.value);
    assert.equal(user.boolean("a"), row.boolean ?? null, row.value);
    assert.deepEqual(user.numbers("a"), row.numbers ?? null, row.value);
    const whole = [row.integer ?? row.integers ?? []].flat();
    if (whole.every((text) => Number.isSafeInteger(Number(text)))) {
      assert.equal(user.integer("a"), row.integer === undefined ? null : Number(row.integer), row.value);
      assert.deepEqual(user.integers("a"), row.integers?.map(Number) ?? null, row.value);
    } else {
      assert.throws(() => user[row.kind]("a"), /`a` is too large for a number of JavaScript/);
    }
  }
});

test("a test hands over the numbers that the host would", () => {
  const numbers = (a) => {
    let seen;
    const policy = definePolicy({
      needs: { userAttributes: ["a"] },
      user(user) {
        seen = [user.number("a"), user.numbers("a")];
        return keep();
      },
    });
    run(policy).user({ login: "ann", attributes: { a } });
    return seen;
  };
  assert.deepEqual(numbers(3), [3, null]);
  assert.deepEqual(numbers(2n ** 53n + 1n), [2 ** 53, null]);
  assert.deepEqual([numbers([1, 2.5]), numbers([2.5, 1]), numbers([1, 2]), numbers([])], [[null, [1, 2.5]], [null, [2.5, 1]], [null, [1, 2]], [null, []]]);
  assert.deepEqual([numbers(true), numbers(["1", 2.5])], [[null, null], [null, null]]);
});

test("a test hands over only what the policy needs", () => {
  const policy = definePolicy({
    needs: { groupAttributes: ["site"], userAttributes: ["department"] },
    group: (group) => sync([group.text("site"), group.has("department")].join()),
    user: (user) => keep().groups([[user.text("department"), user.has("site"), user.has("sponsor")].join()]),
  });
  const attributes = { department: "Sales", site: "Berlin", sponsor: "bob" };
  assert.deepEqual(run(policy).group({ name: "x", attributes }).names, ["Berlin,false"]);
  assert.deepEqual(run(policy).user({ login: "ann", attributes }).names, ["Sales,false,false"]);
  assert.deepEqual(run(definePolicy({ user: (user) => keep().groups([String(user.has("department"))]) })).user({ login: "ann", attributes }).names, ["false"]);
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
  const begins = "it is one that begins with keep(), syncAccount(), skip(), hold()";
  refuses(() => undefined, `answered undefined as decision; ${begins}; is a \`return\` missing?`);
  refuses(() => sync("x"), `answered sync() as decision; ${begins}`);
  refuses(() => keep, `answered a function as decision; ${begins}`);
  refuses(() => ({ tag: "keep" }), `answered an object as decision; ${begins}`);
  refuses(async () => keep(), `answered a promise as decision; ${begins}; nothing is waited for in the sandbox, so \`async\` cannot be`);
  refuses(() => Object.assign(keep(), { verdict: "remove" }), `answered remove() as decision; ${begins}`);
  assert.throws(() => run(definePolicy({ group: keep })).group({ name: "x" }), told("at 00g-x (x): answered keep() as decision; it is one that begins with sync(), skip(), hold()"));
  assert.throws(() => definePolicy({ gruop: hold }), /no `gruop`/);
  assert.equal(asked(skip).verdict, "skip");
});

test("a value of a wrong kind in an answer is told with its place and the person", () => {
  const changed = (change) => (user) => syncAccount(user.draft.with(change));
  refuses(changed((account) => { account.work.costCenter = 4711; }), "answered 4711 as account.work.costCenter; it is a text or null");
  refuses(changed((account) => { account.name.family = ["Ash"]; }), "answered a list as account.name.family; it is a text");
  refuses(changed((account) => { account.name = "Ann Ash"; }), 'answered "Ann Ash" as account.name; it is a name with given and family');
  refuses(changed((account) => { account.userName = null; }), "answered null as account.userName; it is a text");
  refuses(changed((account) => { account.active = "yes"; }), 'answered "yes" as account.active; it is true or false');
  refuses(changed((account) => { account.title = {}; }), "answered an object as account.title; it is a text or null");
  refuses(changed((account) => { account.address = "Main Street"; }), 'answered "Main Street" as account.address; it is a table or null');
  refuses(() => syncAccount(), "answered undefined as account; it is an account, such as user.draft");
  refuses(() => keep().because(4711), "answered 4711 as rule; it is a text");
  refuses(() => keep().because("rule", null), "answered null as message; it is a text");
  refuses(() => keep().groups("admins"), 'answered "admins" as groups; it is a list of names');
  refuses(() => keep().groups(["a", 7]), "answered 7 as groups[1]; it is a name, or a name with its key");
  refuses(() => keep().groups([{ name: "a", key: 7 }]), "answered 7 as groups[0].key; it is a text");
  refuses(() => keep().because("x".repeat(9), Symbol("s")), "answered Symbol(s) as message; it is a text");
});

test("a wrong answer about a group names the group", () => {
  const answers = (group) => () => run(definePolicy({ group })).group({ name: "x" });
  assert.throws(answers(() => sync(["a"])), told("at 00g-x (x): answered a list as groups[0].name; it is a text"));
  assert.throws(answers(() => sync("a").key(1)), told("at 00g-x (x): answered 1 as groups[0].key; it is a text"));
  assert.throws(answers(() => syncAll("a")), told('at 00g-x (x): answered "a" as groups; it is a list of names'));
});

test("a field that there is not is no field that is lost", () => {
  const work = "`employeeNumber`, `costCenter`, `organization`, `division`, `department`, `manager`";
  refuses(
    (user) => syncAccount(user.draft.with((account) => { account.work.costCentre = "4711"; })),
    `answered with a field account.work.costCentre, which there is not; there are ${work}`,
  );
});

test("an account may be a plain object, and a part of it absent", () => {
  const { account } = asked((user) => syncAccount({ ...user.draft, title: "Dr", work: { costCenter: "7" }, address: null, phone: undefined }));
  assert.deepEqual([account.title, account.work.costCenter, account.work.manager, account.address, account.phone], ["Dr", "7", null, null, null]);
});

test("a long text is told in part", () => {
  refuses(() => keep().groups("a".repeat(100)), `answered "${"a".repeat(60)}…" as groups; it is a list of names`);
});

test("needs and problems of a wrong kind are told as bugs, not as needs", () => {
  const configured = (definition) => () => run(definePolicy(definition));
  assert.throws(configured({ needs: { userAttributes: "department" } }), /answered "department" as needs.userAttributes; it is a list of texts/);
  assert.throws(configured({ needs: () => ({ groupAttributes: [1] }) }), /answered 1 as needs.groupAttributes\[0\]; it is a text/);
  const there = "which there is not; there are `groupAttributes`, `userAttributes`";
  assert.throws(configured({ needs: { userAttribute: ["department"] } }), { message: `answered with a field needs.userAttribute, ${there}` });
  assert.throws(configured({ needs: () => ({ user_attributes: [] }) }), { message: `answered with a field needs.user_attributes, ${there}` });
  const kind = "it is a table with groupAttributes and userAttributes, each a list of texts";
  assert.throws(configured({ needs: ["department"] }), { message: `answered a list as needs; ${kind}` });
  assert.throws(configured({ needs: () => {} }), { message: `answered undefined as needs; ${kind}; is a \`return\` missing?` });
  assert.deepEqual(run(definePolicy({ needs: { userAttributes: ["b", "a", "b"] } })).needs.userAttributes, ["a", "b"]);
  assert.throws(configured({ configure() { throw new Problem(7, "no"); } }), /begins with the place/);
  assert.throws(configured({ configure() { throw []; } }), /configure threw a list/);
});

/** What the contract's error is. */
const told = (words) => (thrown) => {
  assert.equal(thrown, words);
  return true;
};

function refuses(user, words) {
  assert.throws(() => asked(user), told(`at 00u-ann (ann): ${words}`));
}
