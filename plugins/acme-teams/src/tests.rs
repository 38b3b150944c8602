//! The rules, natively: `cargo test -p acme-teams`. Most are tested by the case files in `cases/`, which the sandbox runs too; what a test
//! in Rust looks like is shown by the two below.

use usher_guest::test::Run;
use usher_guest::{GroupVerdict, UserVerdict};

use super::*;

const CONFIG: &str = r#"{"roles": ["developer", "admin"], "cost_centers": {"Sales": "4711"}}"#;

usher_guest::test::cases!("cases/*.toml", AcmeTeams);

fn policy() -> Run<AcmeTeams> {
    Run::of::<AcmeTeams>(CONFIG).unwrap()
}

#[test]
fn other_groups_stay_in_okta() {
    for name in ["Everyone", "team", "team-web", "xteam-web-admin"] {
        let decision = policy().group(&Group::named(name));
        assert_eq!((decision.verdict(), decision.rule()), (&GroupVerdict::Skip, "not-a-team"), "{name}");
    }
}

#[test]
fn contractors_need_a_sponsor() {
    let contractor = User::named("cy@acme.example").with("userType", "contractor");
    assert_eq!(policy().user(&contractor).verdict(), &UserVerdict::Skip);
    let sponsored = contractor.with("sponsor", "ann@acme.example");
    assert_eq!(policy().user(&sponsored).verdict(), &UserVerdict::Keep);
}
