// The one file that knows it runs in the sandbox.

import { write } from "usher:policy/log@0.1.0";
import { contract } from "./contract.js";
import { logTo } from "./log.js";

/** What the component exports as `policy`. */
export function component(policy, description) {
  logTo(write);
  return contract(policy, description);
}
