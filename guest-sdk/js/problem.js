/** What is wrong with the configuration. Throw one from `configure`, or an array of them. */
export class Problem extends Error {
  /**
   * @param {string} pointer JSON Pointer into the configuration, such as `/roles/0`; "" is all of it.
   * @param {string} message
   */
  constructor(pointer, message) {
    if (typeof pointer !== "string") throw new TypeError('a Problem begins with the place, such as "/roles/0", or ""');
    super(message);
    this.name = "Problem";
    this.pointer = pointer;
  }
}

/** A key as one step of a JSON Pointer. */
export function step(key) {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
