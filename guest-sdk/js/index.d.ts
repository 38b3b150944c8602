/** A kind of value that a configuration may hold. */
export interface Kind<T> {
  readonly schema: object;
  readonly "~type"?: T;
}

/** A text. */
export const text: Kind<string>;
/** A whole number. */
export const integer: Kind<number>;
/** A number. */
export const number: Kind<number>;
/** True or false. */
export const boolean: Kind<boolean>;
/** A list of one kind. */
export function list<T>(kind: Kind<T>): Kind<T[]>;
/** A table with any keys and values of one kind, read as a `Map`. */
export function table<T>(kind: Kind<T>): Kind<Map<string, T>>;
/** What may be absent, and what then stands in its place. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined>;
export function optional<T>(kind: Kind<T>, fallback: T): Kind<T>;

export type Kinds = Record<string, Kind<any>>;
export type Configured<K extends Kinds> = { [Name in keyof K]: K[Name] extends Kind<infer T> ? T : never };

/** Facts of the run that a decision may rest on. `now`: seconds since 1970. */
export interface Run {
  now: number;
}

/** The Okta attributes that the policy reads; others never enter the sandbox. */
export interface Needs {
  groupAttributes?: string[];
  userAttributes?: string[];
}

/** Each getter gives null where Okta has no such attribute, or one of another kind. */
interface Profile {
  has(name: string): boolean;
  text(name: string): string | null;
  /** Throws beyond 2^53, where JavaScript would see another number. */
  integer(name: string): number | null;
  /** A number, whole or not. Beyond 2^53 the nearest one. */
  number(name: string): number | null;
  boolean(name: string): boolean | null;
  /** An empty list is one of every kind. */
  texts(name: string): string[] | null;
  integers(name: string): number[] | null;
  /** Numbers, whole or not. */
  numbers(name: string): number[] | null;
}

/** An Okta group. */
export interface Group extends Profile {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly origin: "okta" | "app" | "built-in";
}

/** A person in Okta. */
export interface User extends Profile {
  readonly id: string;
  readonly status:
    | "staged" | "provisioned" | "active" | "recovery" | "password-expired" | "locked-out" | "suspended" | "deprovisioned" | "other";
  /** Keys of the target groups that the group decisions give. */
  readonly groups: readonly string[];
  /** What the host writes when the policy says `keep()`. */
  readonly draft: Account;
}

export interface PersonName {
  given: string;
  family: string;
  formatted: string | null;
  middle: string | null;
  prefix: string | null;
  suffix: string | null;
}

export interface Address {
  formatted: string | null;
  street: string | null;
  locality: string | null;
  region: string | null;
  postalCode: string | null;
  country: string | null;
}

/** SCIM's enterprise extension. `manager` is the manager's id, not a name. */
export interface Work {
  employeeNumber: string | null;
  costCenter: string | null;
  organization: string | null;
  division: string | null;
  department: string | null;
  manager: string | null;
}

/** An account as AWS gets it; `address` and `work` are always there to be filled in. */
export interface Account {
  userName: string;
  active: boolean;
  displayName: string;
  name: PersonName;
  email: string | null;
  phone: string | null;
  nickName: string | null;
  title: string | null;
  userType: string | null;
  profileUrl: string | null;
  preferredLanguage: string | null;
  locale: string | null;
  timezone: string | null;
  address: Address;
  work: Work;
  /** A copy, changed by `change`. */
  with(change: (account: Account) => void): Account;
}

/** A target group: a name, or a name with an identity of its own (1 to 128 letters, digits, `.`, `_`, `-`). */
export type Target = string | { name: string; key?: string };

/** An answer with its reason. */
export interface Decision {
  /** `rule` is short and the same for every item it decides; `message` is for a person. */
  because(rule: string, message?: string): this;
}
export interface GroupDecision extends Decision {
  /** The identity of the one group that `sync(name)` names. */
  key(key: string): this;
}
export interface UserDecision extends Decision {
  /** A person's groups, instead of those that the group decisions gave. */
  groups(groups: Target[]): this;
}

/** The group becomes a group of that name in AWS. */
export function sync(name: string): GroupDecision;
/** The group becomes these groups in AWS. */
export function syncAll(groups: Target[]): GroupDecision;
/** The host's draft of the account is right. */
export function keep(): UserDecision;
/** This account instead of the draft. */
export function syncAccount(account: Account): UserDecision;
/** Not wanted in AWS. */
export function skip(): GroupDecision & UserDecision;
/** Undecidable now: what stands in AWS stays as it is, and the report says so. */
export function hold(): GroupDecision & UserDecision;

/** What is wrong with the configuration: throw one from `configure`, or an array of them. */
export class Problem extends Error {
  constructor(pointer: string, message: string);
  readonly pointer: string;
}

/** A line in Usher's log. */
export const log: Record<"debug" | "info" | "warn" | "error", (message: unknown) => void>;

/** What a policy is made of; each part may be absent. `group` and `user` that are absent are decided by the host. */
export interface Definition<K extends Kinds, S> {
  configuration?: K;
  /** What `group` and `user` get as their second argument; without it the configuration itself. */
  configure?(configuration: Configured<K>, run: Run): S;
  needs?: Needs | ((state: S) => Needs);
  group?(group: Group, state: S, run: Run): GroupDecision;
  user?(user: User, state: S, run: Run): UserDecision;
}

export interface Policy {
  readonly "~policy"?: never;
}

export function definePolicy<K extends Kinds = {}, S = Configured<K>>(definition: Definition<K, S>): Policy;
