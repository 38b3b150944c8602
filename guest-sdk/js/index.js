// Write Usher policies in JavaScript or TypeScript: `definePolicy` with what your organisation decides, answers made of `sync`,
// `keep`, `skip` and `hold`. What the contract's own records look like is known to contract.js alone.

export { boolean, integer, list, number, optional, table, text } from "./configuration.js";
export { Problem } from "./problem.js";
export { hold, keep, skip, sync, syncAccount, syncAll } from "./decision.js";
export { log } from "./log.js";

/**
 * A policy: `configuration`, `configure`, `needs`, `group`, `user`, each of which may be absent.
 *
 * @template C, P
 * @param {import("./index.d.ts").Definition<C, P>} definition
 */
export function definePolicy(definition) {
  const known = ["configuration", "configure", "needs", "group", "user"];
  for (const key of Object.keys(definition)) {
    if (!known.includes(key)) throw new TypeError(`a policy has no \`${key}\`; it has ${known.join(", ")}`);
  }
  return Object.freeze({ ...definition });
}
