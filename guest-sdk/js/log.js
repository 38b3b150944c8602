// Where lines go: the host's log in a component, the console in Node.
let sink = (level, message) => console.error(`${level}: ${message}`);

/** Sends every later line there. */
export function logTo(write) {
  sink = write;
}

/** A line in Usher's log. */
export const log = {
  debug: (message) => sink("debug", String(message)),
  info: (message) => sink("info", String(message)),
  warn: (message) => sink("warn", String(message)),
  error: (message) => sink("error", String(message)),
};
