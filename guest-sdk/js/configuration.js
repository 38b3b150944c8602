// What a configuration may hold: checked with every problem at once, and described by a JSON Schema that comes out of the same words.

import { Problem, step } from "./problem.js";

class Kind {
  constructor(schema, read, isOptional = false, fallback = undefined) {
    Object.assign(this, { schema, read, isOptional, fallback });
  }
}

const plain = (type, article, test) =>
  new Kind({ type }, (value, pointer, problems) => {
    if (!test(value)) problems.push(new Problem(pointer, `must be ${article}, not ${called(value)}`));
    return value;
  });

function called(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { object: "a table", string: "a text", number: "a number", boolean: "true or false" }[typeof value];
}

/** A text. */
export const text = plain("string", "a text", (value) => typeof value === "string");
/** A whole number. */
export const integer = plain("integer", "a whole number", Number.isSafeInteger);
/** A number. */
export const number = plain("number", "a number", (value) => typeof value === "number");
/** True or false. */
export const boolean = plain("boolean", "true or false", (value) => typeof value === "boolean");

/** A list of one kind. */
export function list(kind) {
  return new Kind({ type: "array", items: kind.schema }, (value, pointer, problems) => {
    if (!Array.isArray(value)) {
      problems.push(new Problem(pointer, `must be a list, not ${called(value)}`));
      return [];
    }
    return value.map((item, index) => kind.read(item, pointer + step(index), problems));
  });
}

/** A table with any keys, and values of one kind. It is read as a `Map`, which has no keys of its own. */
export function table(kind) {
  return new Kind({ type: "object", additionalProperties: kind.schema }, (value, pointer, problems) => {
    if (called(value) !== "a table") {
      problems.push(new Problem(pointer, `must be a table, not ${called(value)}`));
      return new Map();
    }
    const entry = ([key, item]) => [key, kind.read(item, pointer + step(key), problems)];
    return new Map(Object.entries(value).map(entry));
  });
}

/** What may be absent, and what then stands in its place. */
export function optional(kind, fallback) {
  const schema = fallback === undefined ? kind.schema : { ...kind.schema, default: fallback };
  return new Kind(schema, kind.read, true, fallback);
}

/** Reads a configuration by its kinds; adds what is wrong with it to `problems`. */
export function read(kinds, value, problems) {
  const names = Object.keys(kinds);
  const known = names.map((name) => `\`${name}\``).join(", ");
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(kinds, key)) {
      problems.push(new Problem(step(key), `unknown field \`${key}\`, expected ${known || "none at all"}`));
    }
  }
  const configuration = {};
  for (const name of names) {
    const kind = kinds[name];
    if (Object.hasOwn(value, name)) {
      configuration[name] = kind.read(value[name], step(name), problems);
    } else if (kind.isOptional) {
      configuration[name] = kind.fallback;
    } else {
      problems.push(new Problem("", `missing field \`${name}\``));
    }
  }
  return configuration;
}

/** The JSON Schema of a configuration of these kinds. */
export function schema(kinds) {
  const entries = Object.entries(kinds);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    additionalProperties: false,
    properties: Object.fromEntries(entries.map(([name, kind]) => [name, kind.schema])),
    required: entries.filter(([, kind]) => !kind.isOptional).map(([name]) => name),
  };
}
