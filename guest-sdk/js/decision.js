/** An answer with its reason: begin with `sync`, `keep`, `skip` or `hold`, go on with `because`. What it holds is checked as it leaves. */
export class Decision {
  /** The verdict is called as its function below: use those. */
  constructor(verdict, account = undefined, targets = undefined) {
    this.verdict = verdict;
    this.account = account;
    this.targets = targets;
    this.rule = "default";
    this.message = "";
  }

  /** The reason. `rule` is short and the same for every item it decides; `message` is for a person. */
  because(rule, message = "") {
    this.rule = rule;
    this.message = message;
    return this;
  }

  /** The identity of the one group that `sync(name)` names: 1 to 128 letters, digits, `.`, `_`, `-`. */
  key(key) {
    if (this.verdict !== "sync" || this.targets?.length !== 1) throw new TypeError("key() belongs to sync(name)");
    this.targets = [{ ...named(this.targets[0]), key }];
    return this;
  }

  /** A person's groups, instead of those that the group decisions gave: names, or `{ key, name }`. */
  groups(groups) {
    this.targets = groups;
    return this;
  }
}

const named = (group) => (typeof group === "object" ? group : { name: group });

/** The group becomes a group of that name in AWS. */
export const sync = (name) => new Decision("sync", undefined, [{ name }]);
/** The group becomes these groups in AWS: names, or `{ key, name }`. */
export const syncAll = (groups) => new Decision("sync", undefined, groups);
/** The host's draft of the account is right. */
export const keep = () => new Decision("keep");
/** This account instead of the draft. */
export const syncAccount = (account) => new Decision("syncAccount", account);
/** Not wanted in AWS. */
export const skip = () => new Decision("skip");
/** Undecidable now: what stands in AWS stays as it is, and the report says so. */
export const hold = () => new Decision("hold");
