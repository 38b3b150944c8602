// Runs a policy in Node, in milliseconds and without a component.

import { contract } from "./contract.js";
import { Problem } from "./problem.js";

/** A value as the contract has it. A list takes its kind from its first item; one of whole numbers and fractions is one of numbers. */
function value(given) {
  if (!Array.isArray(given)) return { tag: tag(given), val: given };
  const kinds = given.map(tag);
  const isMixed = kinds.includes("number") && kinds.every((kind) => kind === "number" || kind === "integer");
  return { tag: isMixed ? "numbers" : `${kinds[0] ?? "text"}s`, val: given };
}

function tag(given) {
  if (typeof given === "number") return Number.isInteger(given) ? "integer" : "number";
  return { string: "text", boolean: "boolean", bigint: "integer" }[typeof given];
}

/** Those that the policy asked for; the others do not enter the sandbox either. */
const attributes = (given = {}, needed) =>
  Object.keys(given).filter((name) => needed.includes(name)).sort().map((name) => ({ name, value: value(given[name]) }));

/**
 * The policy, configured. A configuration that it refuses throws its `Problem`, or an `AggregateError` of several. As in the sandbox, it
 * sees only the attributes that its `needs` name: a test fails when one was forgotten.
 *
 * `group({ name, … })` and `user({ login, attributes, … })` answer with `verdict`, `rule`, `message`, `names` and `keys` of target groups
 * (null where the person keeps those given), and `account`.
 */
export function run(policy, configuration = {}, { now = 0 } = {}) {
  const { configure, decideGroups, decideUsers } = contract(policy, { name: "test", version: "0", summary: "" });
  let needs;
  try {
    needs = configure(JSON.stringify(configuration), { now });
  } catch (thrown) {
    if (!Array.isArray(thrown)) throw thrown;
    const problems = thrown.map(({ pointer, message }) => new Problem(pointer, message));
    throw problems.length === 1 ? problems[0] : new AggregateError(problems, "the configuration is refused");
  }
  return {
    needs,
    group({ name, id = `00g-${name}`, description = null, origin = "okta", attributes: given }) {
      const [decision] = decideGroups([{ id, name, description, origin, attributes: attributes(given, needs.groupAttributes) }]);
      return told(decision, decision.verdict.val ?? null);
    },
    user({ login, id = `00u-${login}`, status = "active", groups = [], attributes: given, draft = {} }) {
      const name = { given: "Given", family: "Family", formatted: null, middle: null, prefix: null, suffix: null };
      const record = { userName: login, active: true, displayName: login, name, ...draft };
      const [decision] = decideUsers([{ id, status, groups, attributes: attributes(given, needs.userAttributes), draft: record }]);
      return { ...told(decision, decision.groups), account: decision.verdict.val ?? null };
    },
  };
}

function told({ verdict, why: { rule, message } }, groups) {
  return {
    verdict: verdict.tag,
    rule,
    message,
    names: groups?.map(({ displayName }) => displayName) ?? null,
    keys: groups?.map(({ key }) => key) ?? null,
  };
}
