// From the author's policy to the contract's functions, with no import: the component and the tests in Node share it.

import { read, schema } from "./configuration.js";
import { Problem } from "./problem.js";
import { WrongAnswer, groupDecision, needs, shown, userDecision } from "./answer.js";
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
        if (problems.length === 0 || !problems.every((problem) => problem instanceof Problem)) {
          // A bug in the policy. The contract has no words for one here; the host knows them in the log by the first two.
          log.error(`panicked at configure: ${words(thrown)}`);
          throw thrown instanceof Error ? thrown : new TypeError(`configure threw ${words(thrown)}`);
        }
        throw problems.map(stated);
      }
    },
    decideGroups: (groups) =>
      decide(groups, (group) => groupDecision(group.id, asked.group(new Group(group))), ({ name }) => name),
    decideUsers: (users) =>
      decide(users, (user) => userDecision(user.id, asked.user(new User(user))), ({ draft }) => draft.userName),
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
  const isAnswer = typeof policy.needs === "function";
  const { groupAttributes, userAttributes } = needs(isAnswer ? policy.needs(state) : policy.needs, isAnswer);
  return {
    asked: {
      group: policy.group && ((group) => policy.group(group, state, run)),
      user: policy.user && ((user) => policy.user(user, state, run)),
    },
    needs: {
      hooks: { groups: Boolean(policy.group), users: Boolean(policy.user) },
      groupAttributes: sorted(groupAttributes),
      userAttributes: sorted(userAttributes),
    },
  };
}

const sorted = (names) => [...new Set(names)].sort();

const stated = ({ pointer, message }) => ({ pointer: String(pointer), message: String(message), position: null });

function decide(items, decideOne, nameOf) {
  return items.map((item) => {
    try {
      return decideOne(item);
    } catch (thrown) {
      throw told(thrown, item.id, nameOf(item));
    }
  });
}

/** The contract's error: a text, which the host shows with the items in hand. */
function told(thrown, id, name) {
  const item = name ? `${id} (${name})` : id;
  return thrown instanceof WrongAnswer ? `at ${item}: ${thrown.message}` : `threw at ${item}: ${words(thrown)}`;
}

/** What was thrown, and where. */
function words(thrown) {
  if (!(thrown instanceof Error)) return typeof thrown === "string" ? thrown : shown(thrown);
  const [place] = /\bat [^\n]+/.exec(thrown.stack ?? "") ?? [""];
  return `${thrown.name}: ${thrown.message} ${place}`.trim();
}
