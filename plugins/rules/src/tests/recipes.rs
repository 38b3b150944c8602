//! Every recipe of `docs/rules.md`, read from the document itself, so that what is written there works.

use usher_guest::test::Run;
use usher_guest::{Group, GroupVerdict, Origin, TargetGroup, User, UserVerdict};

use super::rules;
use crate::rules::Rules;

/// The policy that the recipe below a heading configures.
fn recipe(heading: &str) -> Run<Rules> {
    let document = include_str!("../../../../docs/rules.md");
    let (_, below) =
        document.split_once(&format!("\n### {heading}\n")).expect("the document has the heading");
    let (_, below) = below.split_once("```toml\n").expect("a recipe has a TOML block");
    let (text, _) = below.split_once("```").expect("the block ends");
    let config: toml::Table = toml::from_str(text).unwrap();
    let config = serde_json::to_value(&config["policy"]["config"]).unwrap();
    rules(config)
}

fn ann() -> User {
    User::named("ann@acme.example").with("firstName", "Ann").with("lastName", "Example")
}

#[test]
fn every_recipe_has_a_test() {
    let document = include_str!("../../../../docs/rules.md");
    let (_, recipes) = document.split_once("\n## Recipes\n").unwrap();
    let recipes = recipes.split("\n## ").next().unwrap();
    let this = include_str!("recipes.rs");
    let headings: Vec<_> = recipes.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(headings.len(), 10);
    for heading in headings {
        assert!(this.contains(&format!("recipe(\"{heading}\")")), "{heading}");
    }
}

#[test]
fn groups_with_a_prefix() {
    let policy = recipe("Groups with a prefix, under a name without it");
    assert_eq!(policy.group(&Group::named("aws-admins")).names(), ["admins"]);
    assert_eq!(policy.group(&Group::named("sales")).rule(), "no-rule");
}

#[test]
fn all_but_oktas_own() {
    let policy = recipe("Every group but Okta's own");
    let everyone = Group::named("Everyone").made_by(Origin::BuiltIn);
    assert_eq!(policy.group(&everyone).verdict(), &GroupVerdict::Skip);
    assert_eq!(policy.group(&Group::named("R&D")).names(), ["R&D"]);
}

#[test]
fn by_pattern() {
    let policy = recipe("Groups that follow a pattern");
    assert_eq!(policy.group(&Group::named("team-web-admin")).names(), ["web admins"]);
    assert_eq!(policy.group(&Group::named("team-web-shop-developer")).names(), ["web-shop developers"]);
    assert_eq!(policy.group(&Group::named("team-web-wizard")).verdict(), &GroupVerdict::Skip);
}

#[test]
fn several_into_one() {
    let policy = recipe("Several groups become one");
    let one = GroupVerdict::Sync(vec![TargetGroup::new("Read only").key("read-only")]);
    assert_eq!(policy.group(&Group::named("auditors")).verdict(), &one);
    assert_eq!(policy.group(&Group::named("support")).verdict(), &one);
}

#[test]
fn by_attribute_of_the_group() {
    let policy = recipe("Groups marked in their profile");
    assert_eq!(policy.group(&Group::named("x").with("awsName", "Y")).names(), ["Y"]);
    assert_eq!(policy.group(&Group::named("x")).verdict(), &GroupVerdict::Skip);
}

#[test]
fn contractors() {
    let policy = recipe("Contractors need a sponsor");
    let contractor = ann().with("userType", "contractor");
    let decision = policy.user(&contractor);
    assert_eq!(decision.verdict(), &UserVerdict::Skip);
    assert_eq!(decision.message(), "contractor without sponsor: ann@acme.example");
    assert_eq!(policy.user(&contractor.with("sponsor", "bob")).verdict(), &UserVerdict::Keep);
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Keep);
}

#[test]
fn one_mail_domain() {
    let policy = recipe("Only people of our own mail domains");
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Keep);
    assert_eq!(policy.user(&User::named("eve@example.net")).verdict(), &UserVerdict::Skip);
}

#[test]
fn an_end_date() {
    let policy = recipe("People whose contract has ended");
    let ending = |at: i64| policy.user(&ann().with("contractEnd", at)).verdict().clone();
    // `now` is 1 January 2026 in these tests.
    assert_eq!((ending(1_767_225_599), ending(1_767_225_601)), (UserVerdict::Skip, UserVerdict::Keep));
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Keep);
}

#[test]
fn names_and_cost_centre() {
    let policy = recipe("Names and cost centre");
    let decision = policy.user(&ann());
    let account = decision.account().unwrap();
    assert_eq!(account.display_name, "Example, Ann");
    assert_eq!(account.work.as_ref().unwrap().cost_center.as_deref(), Some("unassigned"));
    let decision = policy.user(&User::named("cher@acme.example").with("firstName", "Cher"));
    let account = decision.account().unwrap();
    assert_eq!((account.name.family.as_str(), account.display_name.as_str()), ("Cher", "Cher"));
}

#[test]
fn a_table() {
    let policy = recipe("A table");
    let division = |department: &str| {
        let decision = policy.user(&ann().with("department", department));
        decision.account().and_then(|account| account.work.clone()).and_then(|work| work.division)
    };
    assert_eq!(division("Sales").as_deref(), Some("EMEA"));
    assert_eq!(division("Legal"), None);
}
