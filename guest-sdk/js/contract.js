// From the author's policy to the contract's functions, with no import: the component and the tests in Node share it.

import { read, schema } from "./configuration.js";
import { Problem } from "./problem.js";
import { Decision } from "./decision.js";
import { log } from "./log.js";
import { Group, User } from "./profile.js";

/** The contract's interface `policy` for a policy. `description`: `name`, `version`, `summary`. */
export function contract(policy, { name, version, summary }) {
  let asked;
  return {
    describe: () => ({
      name,
      version,
      summary,
      configSchema: policy.configuration ? JSON.stringify(schema(policy.configuration)) : null,
    }),
    configure(text, { now }) {
      if (asked) throw [stated(new Problem("", "this instance is configured already; the contract allows it once"))];
      try {
        const configured = configure(policy, text, { now: Number(now) });
        asked = configured.asked;
        return configured.needs;
      } catch (thrown) {
        const problems = Array.isArray(thrown) ? thrown : [thrown];
        if (!problems.every((problem) => problem instanceof Problem)) {
          // A bug in the policy. The contract has no words for one here; the host knows them in the log by the first two.
          log.error(`panicked at configure: ${words(thrown)}`);
          throw thrown;
        }
        throw problems.map(stated);
      }
    },
    decideGroups: (groups) => decide(groups, (group) => groupDecision(asked, group)),
    decideUsers: (users) => decide(users, (user) => userDecision(asked, user)),
  };
}

function configure(policy, text, run) {
  const value = JSON.parse(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Problem("", "must be a table");
  }
  const problems = [];
  const configuration = read(policy.configuration ?? {}, value, problems);
  if (problems.length > 0) throw problems;
  const state = policy.configure ? policy.configure(configuration, run) : configuration;
  const needs = (typeof policy.needs === "function" ? policy.needs(state) : policy.needs) ?? {};
  return {
    asked: {
      group: policy.group && ((group) => policy.group(group, state, run)),
      user: policy.user && ((user) => policy.user(user, state, run)),
    },
    needs: {
      hooks: { groups: Boolean(policy.group), users: Boolean(policy.user) },
      groupAttributes: sorted(needs.groupAttributes),
      userAttributes: sorted(needs.userAttributes),
    },
  };
}

const sorted = (names = []) => [...new Set(names)].sort();

const stated = ({ pointer, message }) => ({ pointer, message, position: null });

function decide(items, decideOne) {
  return items.map((item) => {
    try {
      return decideOne(item);
    } catch (thrown) {
      throw crash(thrown, item.id);
    }
  });
}

/** The contract's error: a text, which the host shows with the items in hand. */
const crash = (thrown, id) => `threw at ${id}: ${words(thrown)}`;

/** What was thrown, and where. */
function words(thrown) {
  if (!(thrown instanceof Error)) return String(thrown);
  const [place] = /\bat [^\n]+/.exec(thrown.stack ?? "") ?? [""];
  return `${thrown.name}: ${thrown.message} ${place}`.trim();
}

function groupDecision(asked, record) {
  const decision = answered(asked.group(new Group(record)), ["sync", "skip", "hold"]);
  const verdict = decision.verdict === "sync"
    ? { tag: "sync", val: decision.targets.map(targetGroup) }
    : { tag: decision.verdict };
  return { id: record.id, verdict, why: why(decision) };
}

function userDecision(asked, record) {
  const decision = answered(asked.user(new User(record)), ["keep", "sync", "skip", "hold"]);
  if (decision.verdict === "sync" && !decision.account) {
    throw new TypeError("a person is answered with keep() or syncAccount(account), not with sync(name)");
  }
  const verdict = decision.verdict === "sync"
    ? { tag: "sync", val: decision.account.record() }
    : { tag: decision.verdict };
  return { id: record.id, verdict, groups: decision.targets?.map(targetGroup) ?? null, why: why(decision) };
}

function answered(decision, verdicts) {
  if (!(decision instanceof Decision)) {
    throw new TypeError(`answered ${String(decision)}; a decision begins with ${verdicts.join("(), ")}()`);
  }
  if (!verdicts.includes(decision.verdict)) {
    throw new TypeError(`answered ${decision.verdict}(); here it is ${verdicts.join("(), ")}()`);
  }
  return decision;
}

const targetGroup = ({ key = null, name }) => ({ key, displayName: name });

const why = ({ rule, message }) => ({ rule, message });
