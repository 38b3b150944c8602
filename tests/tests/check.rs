//! `usher check`: everything that is wrong before anybody is read.

use serde_json::json;
use usher_tests::{Org, Sim};

fn sim(rest: &str) -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "sponsor": "bob", "userType": "contractor" }))
        .person("bob")
        .group("aws-admins", ["ann", "bob"]);
    let mut sim = Sim::start(org);
    sim.rest = rest.to_owned();
    sim
}

const RULES: &str = r#"
[[policy.config.users]]
name = "contractors"
when = '''
has(user.userType)
  && user.userType == "contractor" && !has(user.sponsor)'''
then = "skip"
"#;

#[test]
fn a_configuration_whose_attributes_okta_has_is_taken() {
    let sim = sim(RULES);
    let told = sim.usher("check", &[]).exits(0);
    told.prints("rules takes its configuration")
        .prints("sponsor, userType")
        .prints("Okta has every attribute");
    // Nobody was read, and Identity Center was not even asked.
    let requests = sim.requests();
    assert_eq!(
        requests.okta.keys().map(String::as_str).collect::<Vec<_>>(),
        ["GET /api/v1/meta/schemas/user/default"]
    );
    assert!(requests.scim.is_empty());
}

#[test]
fn an_attribute_that_okta_does_not_have_is_told_with_near_names_and_its_place() {
    let sim = sim(&RULES
        .replace("user.sponsor", "user.sponsr")
        .replace("has(user.userType)", "has(user.usertype)"));
    let refused = sim.usher("check", &[]).exits(2);
    refused
        .says("usher.toml reads 2 attributes that no profile in this Okta can have")
        .says("usher.toml:13:49: /users/0/when: the policy rules reads `sponsr`; did you mean `sponsor`?")
        .says("usher.toml:12:10: /users/0/when: the policy rules reads `usertype`; did you mean `userType`");
    let report = sim.usher("check", &["--json"]).exits(2).json();
    assert_eq!(report["status"], "refused");
    assert_eq!(report["unknownAttributes"][0]["attribute"], "sponsr");
    assert_eq!(report["unknownAttributes"][0]["near"], json!(["sponsor"]));
    assert_eq!(
        report["unknownAttributes"][0]["places"],
        json!([{ "pointer": "/users/0/when", "fileLine": 13, "fileColumn": 49 }])
    );
}

#[test]
fn a_policy_of_a_row_and_one_that_is_no_rules_are_checked_alike() {
    let sim = sim(r#"
[[policy]]
component = "builtin:rules"
config.account.title = "has(user.titel) ? user.titel : null"
[[policy]]
component = "builtin:attribute-table"
config = { attribute = "departmnt", groups = { Sales = ["crm"] } }
"#);
    let refused = sim.usher("check", &[]).exits(2);
    refused
        .says("the policy rules reads `titel`; did you mean `title`")
        .says("usher.toml:14:25: /attribute: the policy attribute-table reads `departmnt`");
}

#[test]
fn offline_nobody_is_asked_and_mistakes_of_the_file_are_told_all_the_same() {
    let mut sim = sim(RULES);
    sim.usher("check", &["--offline"]).exits(0).prints("was not asked");
    sim.rest = RULES.replace("has(user.userType)", "has(usr.userType)");
    sim.usher("check", &["--offline"]).fails_clearly(2).says("there is no variable `usr`");
    assert_eq!(sim.requests().total, 0);
}
