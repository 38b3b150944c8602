// Acme's own rules. Okta groups `team-<team>-<role>` become AWS groups, contractors need a sponsor, and everybody carries their
// department's cost centre, which AWS uses for access control by attribute. The same policy as acme-teams, which is in Rust.

import { Problem, definePolicy, hold, keep, list, skip, sync, syncAccount, table, text } from "usher-guest";

export default definePolicy({
  configuration: {
    // The roles that a team's group may name.
    roles: list(text),
    // The cost centre of each department.
    cost_centers: table(text),
  },

  configure(config) {
    if (config.roles.length === 0) throw new Problem("/roles", 'name at least one role, such as "developer"');
    return config;
  },

  needs: { userAttributes: ["department", "sponsor", "userType"] },

  group(group, { roles }) {
    const [, team, role] = /^team-(.*)-(.*)$/s.exec(group.name) ?? [];
    if (role === undefined) return skip().because("not-a-team", "is not called team-<team>-<role>");
    if (!roles.includes(role)) return hold().because("unknown-role", `\`${role}\` is none of our roles`);
    return sync(`${team} ${role}s`).because("team", `the ${role}s of ${team}`);
  },

  user(user, { cost_centers }) {
    if (user.text("userType") === "contractor" && !user.has("sponsor")) {
      return skip().because("contractor", "a contractor without a sponsor");
    }
    const department = user.text("department");
    if (department === null) return keep();
    const center = cost_centers.get(department);
    if (center === undefined) {
      return hold().because("cost-center", `no cost centre is known for \`${department}\``);
    }
    const account = user.draft.with((account) => { account.work.costCenter = center; });
    return syncAccount(account).because("cost-center", `${department} pays from ${center}`);
  },
});
