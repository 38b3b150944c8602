//! Every recipe of `docs/rules.md`, read from the document itself, so that what is written there works.

use serde_json::Value;
use usher_guest::test::Run;
use usher_guest::{Group, GroupVerdict, Origin, Status, TargetGroup, User, UserVerdict};

use super::rules;
use crate::rules::Rules;

const DOCUMENT: &str = include_str!("../../../../docs/rules.md");

/// How many recipes there are.
pub(super) const COUNT: usize = 19;

/// Every recipe: its heading and its configuration.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let (_, recipes) = DOCUMENT.split_once("\n## Recipes\n").unwrap();
    let recipes = recipes.split("\n## ").next().unwrap();
    let read = |recipe: &'static str| {
        let (heading, below) = recipe.split_once('\n').expect("a heading ends");
        let (_, below) = below.split_once("```toml\n").expect("a recipe has a TOML block");
        let (text, _) = below.split_once("```").expect("the block ends");
        let config: toml::Table = toml::from_str(text).unwrap_or_else(|error| panic!("{heading}: {error}"));
        (heading, serde_json::to_value(&config["policy"]["config"]).unwrap())
    };
    recipes.split("\n### ").skip(1).map(read).collect()
}

/// The policy that the recipe below a heading configures.
fn recipe(heading: &str) -> Run<Rules> {
    let (_, config) = all().into_iter().find(|(it, _)| *it == heading).expect("the document has the heading");
    rules(config)
}

fn ann() -> User {
    User::named("ann@acme.example").with("firstName", "Ann").with("lastName", "Example")
}

#[test]
fn every_recipe_has_a_test() {
    let this = include_str!("recipes.rs");
    assert_eq!(all().len(), COUNT);
    for (heading, _) in all() {
        assert!(this.contains(&format!("recipe(\"{heading}\")")), "{heading}");
    }
}

#[test]
fn no_recipe_is_odd() {
    for (heading, config) in all() {
        assert_eq!(super::warnings::warnings(config), Vec::<String>::new(), "{heading}");
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
fn a_table_for_names() {
    let policy = recipe("Names from a table");
    assert_eq!(policy.group(&Group::named("okta-admins")).names(), ["Administrators"]);
    assert_eq!(policy.group(&Group::named("okta-finance")).names(), ["Billing", "Read only"]);
    assert_eq!(policy.group(&Group::named("choir")).verdict(), &GroupVerdict::Skip);
}

#[test]
fn a_table_for_a_field() {
    let policy = recipe("A field from a table");
    let division = |department: &str| {
        let decision = policy.user(&ann().with("department", department));
        decision.account().and_then(|account| account.work.clone()).and_then(|work| work.division)
    };
    assert_eq!(division("Sales").as_deref(), Some("EMEA"));
    assert_eq!(division("Legal"), None);
}

#[test]
fn one_into_two() {
    let policy = recipe("One Okta group feeds two AWS groups");
    let two = [TargetGroup::new("Operators"), TargetGroup::new("Read only").key("read-only")];
    let decision = policy.group(&Group::named("platform"));
    assert_eq!(decision.verdict(), &GroupVerdict::Sync(two.into()));
}

#[test]
fn mail_instead_of_login() {
    let policy = recipe("The mail address in place of the login");
    let decision = policy.user(&User::named("ann1").with("email", "Ann@Acme.example"));
    assert_eq!(decision.account().unwrap().user_name, "ann@acme.example");
}

#[test]
fn contractors_in_a_group_of_their_own() {
    let policy = recipe("Contractors in a group of their own");
    let contractor = ann().with("userType", "contractor").in_groups(&["00g-devs", "admins"]);
    let decision = policy.user(&contractor);
    assert_eq!(decision.own_groups(), Some([TargetGroup::new("Contractors").key("contractors")].as_slice()));
    assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Keep, "contractors"));
    assert_eq!(policy.user(&ann().in_groups(&["admins"])).own_groups(), None);
}

#[test]
fn a_department() {
    let policy = recipe("Everyone of a department");
    let given = TargetGroup::new("").key("00g-devs");
    let decision = policy.user(&ann().in_groups(&["00g-devs"]).with("department", "Sales"));
    let groups = [given, TargetGroup::new("dept-Sales")];
    assert_eq!(decision.own_groups(), Some(groups.as_slice()));
    assert_eq!(decision.message(), "works in Sales");
    assert_eq!(policy.user(&ann()).own_groups(), None);
    for blank in ["", "  "] {
        assert_eq!(policy.user(&ann().with("department", blank)).own_groups(), None);
    }
    for (written, name) in [
        (" Köln ", "dept-Köln"),
        ("日本", "dept-日本"),
        (&*"x".repeat(200), &*format!("dept-{}", "x".repeat(200))),
    ] {
        let decision = policy.user(&ann().with("department", written));
        assert_eq!(decision.own_groups(), Some([TargetGroup::new(name)].as_slice()));
    }
}

#[test]
fn an_exception() {
    let policy = recipe("An exception to a single membership");
    let of = |user: User| policy.user(&user).own_groups().map(<[_]>::to_vec);
    let both = ["00g-devs", "admins"];
    let devs = vec![TargetGroup::new("").key("00g-devs")];
    assert_eq!(of(ann().in_groups(&both).with("userType", "contractor")), Some(devs));
    assert_eq!(of(ann().in_groups(&both).with("userType", "employee")), None);
    assert_eq!(policy.group(&Group::named("aws-admins")).names(), ["Administrators"]);
}

#[test]
fn suspended_people() {
    let policy = recipe("Suspended people stay, but inactive");
    let active = |status: Status| {
        let decision = policy.user(&ann().in_status(status));
        decision.account().map(|account| account.active)
    };
    assert_eq!(active(Status::Suspended), Some(false));
    assert_eq!(active(Status::LockedOut), Some(false));
    assert_eq!(active(Status::Active), None);
    let gone = policy.user(&ann().in_status(Status::Deprovisioned));
    assert_eq!((gone.verdict(), gone.rule()), (&UserVerdict::Skip, "gone"));
}

#[test]
fn attributes_for_access_control() {
    let policy = recipe("Access by attribute: cost centre and project");
    let decision = policy.user(&ann().with("costCenter", "4711").with("project", "pelican"));
    let work = decision.account().unwrap().work.clone().unwrap();
    assert_eq!((work.cost_center.as_deref(), work.division.as_deref()), (Some("4711"), Some("pelican")));
    let decision = policy.user(&ann());
    assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Hold, "no-cost-centre"));
}

#[test]
fn a_named_condition() {
    let policy = recipe("A condition that several rules share");
    let robot = User::named("svc-backup@acme.example");
    assert_eq!(policy.user(&robot).rule(), "robots-without-owner");
    let owned = robot.with("owner", "ann").in_groups(&["admins", "00g-devs"]);
    let devs = TargetGroup::new("").key("00g-devs");
    assert_eq!(policy.user(&owned).own_groups(), Some([devs].as_slice()));
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Keep);
}
