// What a policy is asked about, as an author sees it.

import { ADDRESS, WORK } from "./answer.js";

/** The attributes that the policy asked for; null where Okta has none, or where it is of another kind. */
class Profile {
  #values;

  constructor(attributes) {
    this.#values = new Map(attributes.map(({ name, value }) => [name, value]));
  }

  #of(name, tag) {
    const value = this.#values.get(name);
    return value?.tag === tag ? value.val : null;
  }

  /** A list. Of an empty one nobody can say of which kind it is; the host calls it texts. */
  #list(name, tag) {
    const values = this.#of(name, tag);
    return values ?? (this.#of(name, "texts")?.length === 0 ? [] : null);
  }

  has(name) {
    return this.#values.has(name);
  }

  text(name) {
    return this.#of(name, "text");
  }

  /** A whole number. Beyond 2^53 JavaScript would see another one, so that is an error. */
  integer(name) {
    const value = this.#of(name, "integer");
    return value === null ? null : exact(name, value);
  }

  /** A number, whole or not: Okta's JSON writes 3 for 3.0, and the host calls it an integer. Beyond 2^53 the nearest one. */
  number(name) {
    const whole = this.#of(name, "integer");
    return whole === null ? this.#of(name, "number") : Number(whole);
  }

  boolean(name) {
    return this.#of(name, "boolean");
  }

  texts(name) {
    return this.#of(name, "texts");
  }

  integers(name) {
    const values = this.#list(name, "integers");
    return values === null ? null : Array.from(values, (value) => exact(name, value));
  }

  /** Numbers, whole or not. */
  numbers(name) {
    const values = this.#of(name, "integers") ?? this.#list(name, "numbers");
    return values === null ? null : Array.from(values, Number);
  }
}

function exact(name, value) {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`\`${name}\` is too large for a number of JavaScript`);
  return number;
}

/** An Okta group. */
export class Group extends Profile {
  constructor({ id, name, description, origin, attributes }) {
    super(attributes);
    Object.assign(this, { id, name, description: description ?? null, origin });
  }
}

/** A person in Okta. */
export class User extends Profile {
  #record;
  #draft;

  constructor(record) {
    super(record.attributes);
    Object.assign(this, { id: record.id, status: record.status, groups: record.groups });
    this.#record = record.draft;
  }

  /** What the host writes when the policy says `keep()`. Most policies never look at most people's. */
  get draft() {
    return (this.#draft ??= new Account(this.#record));
  }
}

const empty = (names) => Object.fromEntries(names.map((name) => [name, null]));

/** An account as AWS gets it. `work` and `address` are always there to be filled in. */
export class Account {
  constructor(record) {
    for (const name in record) {
      const value = record[name];
      // Records within it are copied too.
      this[name] = value !== null && typeof value === "object" ? { ...value } : value;
    }
    this.work ??= empty(WORK);
    this.address ??= empty(ADDRESS);
  }

  /** A copy, changed by `change`. */
  with(change) {
    const copy = new Account(this);
    change(copy);
    return copy;
  }
}
