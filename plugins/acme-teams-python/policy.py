"""Acme's own rules. Okta groups `team-<team>-<role>` become AWS groups, contractors need a sponsor, and everybody carries their
department's cost centre, which AWS uses for access control by attribute. The same policy as acme-teams, which is in Rust."""

from dataclasses import dataclass

from usher_guest import Decision, Group, Needs, Policy, Problem, User, hold, keep, skip, sync, sync_account


@dataclass
class Config:
    #: The roles that a team's group may name.
    roles: list[str]
    #: The cost centre of each department.
    cost_centers: dict[str, str]


class AcmeTeams(Policy):
    Config = Config

    def configure(self) -> None:
        if not self.config.roles:
            raise Problem("/roles", 'name at least one role, such as "developer"')

    def needs(self) -> Needs:
        return Needs(user_attributes=["department", "sponsor", "userType"])

    def group(self, group: Group) -> Decision:
        team, dash, role = group.name.removeprefix("team-").rpartition("-")
        if not group.name.startswith("team-") or not dash:
            return skip().because("not-a-team", "is not called team-<team>-<role>")
        if role not in self.config.roles:
            return hold().because("unknown-role", f"`{role}` is none of our roles")
        return sync(f"{team} {role}s").because("team", f"the {role}s of {team}")

    def user(self, user: User) -> Decision:
        if user.text("userType") == "contractor" and not user.has("sponsor"):
            return skip().because("contractor", "a contractor without a sponsor")
        department = user.text("department")
        if department is None:
            return keep()
        center = self.config.cost_centers.get(department)
        if center is None:
            return hold().because("cost-center", f"no cost centre is known for `{department}`")
        account = user.draft.copy()
        account.work.cost_center = center
        return sync_account(account).because("cost-center", f"{department} pays from {center}")


policy = AcmeTeams()
