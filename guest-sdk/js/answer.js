// Nothing leaves the policy unchecked: a value of another kind would crash in the contract's own code, which has no words for it.

import { Decision } from "./decision.js";

/** An answer that the contract cannot take. */
export class WrongAnswer extends TypeError {
  constructor(message) {
    super(message);
    this.name = "WrongAnswer";
  }
}

/** `answered 4711 as account.work.costCenter; it is a text` */
const wrong = (value, place, kind) => new WrongAnswer(`answered ${shown(value)} as ${place}; it is ${kind}`);

/** How much of a text a message repeats. */
const LONGEST = 60;

/** A value as a message may show it, whatever it is. */
export function shown(value) {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
    case "function":
      return "a function";
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return "a list";
      if (value instanceof Promise) return "a promise";
      return value instanceof Decision ? `${value.verdict}()` : "an object";
    default:
      return String(value);
  }
}

/** A value that has to be a text. */
export function text(value, place) {
  if (typeof value !== "string") throw wrong(value, place, "a text");
  return value;
}

/** The attributes that the policy reads, by their names. `isAnswer`: whether a function gave them, and could have forgotten to. */
export function needs(given, isAnswer) {
  if (!isAnswer && (given === undefined || given === null)) given = {};
  const hint = given === undefined ? "; is a `return` missing?" : "";
  table(given, "needs", `a table with groupAttributes and userAttributes, each a list of texts${hint}`);
  const record = {
    groupAttributes: texts(given.groupAttributes, "needs.groupAttributes"),
    userAttributes: texts(given.userAttributes, "needs.userAttributes"),
  };
  nothingElse(given, record, "needs");
  return record;
}

/** A list of texts; absent, an empty one. */
function texts(value, place) {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(value, place, "a list of texts");
  for (let at = 0; at < value.length; at++) text(value[at], `${place}[${at}]`);
  return value;
}

/** A part of an answer that has fields. */
function table(value, place, kind) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw wrong(value, place, kind);
  return value;
}

/** Texts that may each be absent, by their names. */
function optionalTexts(record, part, names, place) {
  let isEmpty = true;
  for (const name of names) {
    const value = part[name];
    if (typeof value === "string") isEmpty = false;
    else if (value !== null && value !== undefined) throw wrong(value, `${place}.${name}`, "a text or null");
    record[name] = value ?? null;
  }
  return isEmpty;
}

/** A name that the contract does not know would be lost without a word: `costCentre`. */
function nothingElse(part, record, place) {
  for (const name in part) {
    if (!(name in record) && typeof part[name] !== "function") {
      const known = Object.keys(record).map((name) => `\`${name}\``).join(", ");
      throw new WrongAnswer(`answered with a field ${place}.${name}, which there is not; there are ${known}`);
    }
  }
}

const OF_GROUPS = ["sync", "skip", "hold"];
const OF_USERS = ["keep", "syncAccount", "skip", "hold"];

/** A decision that begins as it may. */
function decided(answer, verdicts) {
  if (answer instanceof Decision && verdicts.includes(answer.verdict)) return answer;
  let hint = "";
  if (answer === undefined) hint = "; is a `return` missing?";
  if (answer instanceof Promise) hint = "; nothing is waited for in the sandbox, so `async` cannot be";
  throw wrong(answer, "decision", `one that begins with ${verdicts.join("(), ")}()${hint}`);
}

/** The contract's decision of a group. */
export function groupDecision(id, answer) {
  const decision = decided(answer, OF_GROUPS);
  const verdict = decision.verdict === "sync"
    ? { tag: "sync", val: targetGroups(decision.targets) }
    : { tag: decision.verdict };
  return { id, verdict, why: why(decision) };
}

/** The contract's decision of a person. */
export function userDecision(id, answer) {
  const decision = decided(answer, OF_USERS);
  const verdict = decision.verdict === "syncAccount"
    ? { tag: "sync", val: account(decision.account) }
    : { tag: decision.verdict };
  const groups = decision.targets === undefined ? null : targetGroups(decision.targets);
  return { id, verdict, groups, why: why(decision) };
}

function why({ rule, message }) {
  return { rule: text(rule, "rule"), message: text(message, "message") };
}

/** Names, or `{ key, name }`. */
function targetGroups(targets) {
  if (!Array.isArray(targets)) throw wrong(targets, "groups", "a list of names");
  return targets.map((target, at) => {
    if (typeof target === "string") return { key: null, displayName: target };
    const { key, name } = table(target, `groups[${at}]`, "a name, or a name with its key");
    if (key !== undefined && key !== null) text(key, `groups[${at}].key`);
    return { key: key ?? null, displayName: text(name, `groups[${at}].name`) };
  });
}

export const WORK = ["employeeNumber", "costCenter", "organization", "division", "department", "manager"];
export const ADDRESS = ["formatted", "street", "locality", "region", "postalCode", "country"];
const NAME = ["formatted", "middle", "prefix", "suffix"];
const ACCOUNT = ["email", "phone", "nickName", "title", "userType", "profileUrl", "preferredLanguage", "locale", "timezone"];

/** The contract's account. A part with nothing in it is none. */
function account(given) {
  table(given, "account", "an account, such as user.draft");
  const { userName, active, displayName } = given;
  if (typeof active !== "boolean") throw wrong(active, "account.active", "true or false");
  const record = {
    userName: text(userName, "account.userName"),
    active,
    displayName: text(displayName, "account.displayName"),
    name: personName(given.name),
    address: part(given.address, ADDRESS, "account.address"),
    work: part(given.work, WORK, "account.work"),
  };
  optionalTexts(record, given, ACCOUNT, "account");
  nothingElse(given, record, "account");
  return record;
}

function personName(given) {
  table(given, "account.name", "a name with given and family");
  const record = { given: text(given.given, "account.name.given"), family: text(given.family, "account.name.family") };
  optionalTexts(record, given, NAME, "account.name");
  nothingElse(given, record, "account.name");
  return record;
}

function part(given, names, place) {
  if (given === null || given === undefined) return null;
  const record = {};
  const isEmpty = optionalTexts(record, table(given, place, "a table or null"), names, place);
  nothingElse(given, record, place);
  return isEmpty ? null : record;
}
