import type { Account, Policy } from "./index.js";

/** What a policy answered. */
export interface Answer {
  verdict: "keep" | "sync" | "skip" | "hold";
  rule: string;
  message: string;
  /** Names of the target groups; null where a person keeps those given. */
  names: string[] | null;
  /** Their keys, each null where the Okta group's own id is meant. */
  keys: (string | null)[] | null;
}

/** A value of a profile; a list takes its kind from its first item. A `bigint` is a whole number, also beyond 2^53. */
export type Value = string | number | bigint | boolean | string[] | (number | bigint)[];

/** A policy, configured, in Node. It sees only the attributes that its `needs` name, as in the sandbox. */
export interface Running {
  group(group: { name: string; id?: string; description?: string | null; origin?: "okta" | "app" | "built-in"; attributes?: Record<string, Value> }): Answer;
  user(user: { login: string; id?: string; status?: string; groups?: string[]; attributes?: Record<string, Value>; draft?: Partial<Account> }): Answer & { account: Account | null };
}

/** Throws the policy's `Problem`, or an `AggregateError` of several, when it refuses the configuration. `now`: seconds since 1970. */
export function run(policy: Policy, configuration?: object, options?: { now?: number }): Running;
