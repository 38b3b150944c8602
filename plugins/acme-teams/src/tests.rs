//! The rules, natively: `cargo test -p acme-teams`.

use usher_guest::test::Run;
use usher_guest::{GroupVerdict, UserVerdict};

use super::*;

const CONFIG: &str = r#"{"roles": ["developer", "admin"], "cost_centers": {"Sales": "4711"}}"#;

fn policy() -> Run<AcmeTeams> {
    Run::of::<AcmeTeams>(CONFIG).unwrap()
}

#[test]
fn a_team_becomes_a_group_in_aws() {
    let decision = policy().group(&Group::named("team-web-shop-developer"));
    assert_eq!(decision.names(), ["web-shop developers"]);
    assert_eq!(decision.rule(), "team");
}

#[test]
fn other_groups_stay_in_okta() {
    for name in ["Everyone", "team", "team-web", "xteam-web-admin"] {
        let decision = policy().group(&Group::named(name));
        assert_eq!((decision.verdict(), decision.rule()), (&GroupVerdict::Skip, "not-a-team"), "{name}");
    }
}

#[test]
fn a_role_nobody_knows_changes_nothing() {
    let decision = policy().group(&Group::named("team-web-wizard"));
    assert_eq!(decision.verdict(), &GroupVerdict::Hold);
    assert_eq!(decision.message(), "`wizard` is none of our roles");
}

#[test]
fn contractors_need_a_sponsor() {
    let contractor = User::named("cy@acme.example").with("userType", "contractor");
    assert_eq!(policy().user(&contractor).verdict(), &UserVerdict::Skip);
    let sponsored = contractor.with("sponsor", "ann@acme.example");
    assert_eq!(policy().user(&sponsored).verdict(), &UserVerdict::Keep);
}

#[test]
fn the_cost_centre_is_the_departments() {
    let user = User::named("ann@acme.example").with("department", "Sales");
    let decision = policy().user(&user);
    let account = decision.account().unwrap();
    assert_eq!(account.work.as_ref().unwrap().cost_center.as_deref(), Some("4711"));
    assert_eq!(account.display_name, user.draft.display_name);
}

#[test]
fn a_department_without_a_cost_centre_changes_nothing() {
    let user = User::named("ann@acme.example").with("department", "Legal");
    assert_eq!(policy().user(&user).verdict(), &UserVerdict::Hold);
}

#[test]
fn the_configuration_must_name_roles() {
    let problems = Run::of::<AcmeTeams>(r#"{"roles": [], "cost_centers": {}}"#).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.pointer.as_str()).collect::<Vec<_>>(), ["/roles"]);
}
