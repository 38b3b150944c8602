//! `usher check`: everything that is wrong before anybody is read, and everything that a run would miss.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_tests::place::EVERY_GROUP;
use usher_tests::sim::Requests;
use usher_tests::{Org, Sim};

fn sim(rest: &str) -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "sponsor": "bob", "userType": "contractor" }))
        .person("bob")
        .group("aws-admins", ["ann", "bob"])
        .group_profile("aws-admins", json!({ "awsName": "Admins" }));
    let mut sim = Sim::start(org);
    sim.rest = format!("{rest}{EVERY_GROUP}");
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

const GROUPS: &str = "GET /api/v1/groups";
const USER_SCHEMA: &str = "GET /api/v1/meta/schemas/user/default";
const GROUP_SCHEMA: &str = "GET /api/v1/meta/schemas/group/default";

fn counts<const N: usize>(requests: [(&str, u64); N]) -> BTreeMap<String, u64> {
    requests.map(|(request, count)| (request.to_owned(), count)).into()
}

/// What a problem is about, and its exit status.
fn about(report: &Value) -> Vec<(&str, u64)> {
    let problems = report["problems"].as_array().expect("problems are a list");
    let about = problems.iter().map(|problem| {
        (problem["about"].as_str().expect("text"), problem["exitStatus"].as_u64().expect("a number"))
    });
    about.collect()
}

#[test]
fn a_configuration_with_which_a_run_could_begin_is_taken_in_four_requests() {
    let sim = sim(RULES);
    let told = sim.usher("check", &[]).exits(0);
    told.prints("rules takes its configuration")
        .prints("sponsor, userType")
        .prints("Okta has every attribute")
        .prints("Okta lets Usher in.")
        .prints("Identity Center lets Usher in.")
        .prints("Requests: 2 to Okta, 1 to Identity Center.");
    // Nobody was read.
    let Requests { total, okta, scim, .. } = sim.requests();
    assert_eq!(okta, counts([(GROUPS, 1), (USER_SCHEMA, 1)]));
    assert_eq!(scim, counts([("GET /Groups", 1)]));
    // Both tokens come in one call to Parameter Store.
    assert_eq!(total, 4);
}

#[test]
fn a_schema_of_which_nothing_is_read_is_not_asked_for() {
    let sim = sim("");
    sim.usher("check", &[]).exits(0).prints_no("attribute that is read");
    assert_eq!(sim.requests().okta, counts([(GROUPS, 1)]));
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
    assert_eq!(report["unknownAttributes"][0]["of"], "user");
    assert_eq!(report["unknownAttributes"][0]["near"], json!(["sponsor"]));
    assert_eq!(
        report["unknownAttributes"][0]["places"],
        json!([{ "pointer": "/users/0/when", "fileLine": 13, "fileColumn": 49 }])
    );
}

#[test]
fn attributes_of_groups_are_compared_with_oktas_schema_of_groups() {
    let rule = |attribute: &str| {
        format!(
            "\n[[policy.config.groups]]\nname = \"by-name\"\nwhen = 'has(group.attributes.{attribute})'\nsync = 'group.attributes.{attribute}'\n"
        )
    };
    let mut sim = sim(&rule("awsNam"));
    sim.usher("check", &[]).exits(2).says("reads 1 attribute that no profile").says(
        "usher.toml:11:30: /groups/0/when: the policy rules reads `awsNam` of groups; did you mean `awsName`?",
    );
    let report = sim.usher("check", &["--json"]).exits(2).json();
    assert_eq!(report["unknownAttributes"][0]["of"], "group");

    for known in ["awsName", "samAccountName"] {
        sim.rest = format!("{}{EVERY_GROUP}", rule(known));
        sim.forget_requests();
        sim.usher("check", &[]).exits(0).prints("Okta has every attribute");
        assert_eq!(sim.requests().okta, counts([(GROUPS, 1), (GROUP_SCHEMA, 1)]));
    }
}

#[test]
fn a_policy_of_a_row_and_one_that_is_no_rules_are_checked_alike() {
    let mut sim = sim("");
    sim.rest = r#"
[[policy]]
component = "builtin:rules"
config.account.title = "has(user.titel) ? user.titel : null"
[[policy]]
component = "builtin:attribute-table"
config = { attribute = "departmnt", groups = { Sales = ["crm"] } }
"#
    .to_owned();
    let refused = sim.usher("check", &[]).exits(2);
    refused
        .says("the policy rules reads `titel`; did you mean `title`")
        .says("usher.toml:14:25: /attribute: the policy attribute-table reads `departmnt`");
}

#[test]
fn what_a_policy_finds_odd_has_its_place_in_the_file() {
    let mut sim =
        sim("\n[[policy.config.users]]\nname = \"own\"\nwhen = 'user.sponsor == \"bob\"'\nthen = \"skip\"\n");
    let line = "usher.toml:11:13: /users/0/when: rule `own`, `when`: `user.sponsor` may be absent";
    sim.usher("check", &["--offline"]).exits(0).says(line);
    sim.plan([]).says(line);
    let report = sim.usher("check", &["--json"]).exits(0).json();
    assert_eq!(report["log"][0]["level"], "warn");
    assert!(
        report["log"][0]["message"].as_str().is_some_and(|message| message.starts_with(line)),
        "{report}"
    );

    // In a row, the policy's name comes first.
    sim.rest = format!(
        "[[policy]]\n[policy.config.account]\ntitle = \"user.title\"\n[[policy]]\nname = \"local\"\n{EVERY_GROUP}"
    );
    sim.usher("check", &["--offline"])
        .exits(0)
        .says("rules: usher.toml:10:14: /account/title: account field `title`");
}

#[test]
fn a_slip_in_an_exception_that_would_let_somebody_in_is_told_with_its_place() {
    let mut sim = sim("");
    let rules = |key: &str| {
        format!(
            r#"
[[policy.config.groups]]
name = "admins"
when = 'group.name == "aws-admins"'
sync = '{{"name": "Administrators", "key": "admins"}}'

[[policy.config.users]]
name = "no-external-admins"
when = 'has(user.userType) && user.userType == "contractor"'
remove_groups = '"{key}"'
"#
        )
    };
    sim.rest = rules("adminz");
    let line = "usher.toml:17:18: /users/0/remove_groups: rule `no-external-admins`, `remove_groups`: no rule gives a group the key `adminz`, \
                so nobody is taken out of it; did you mean `admins`?";
    sim.usher("check", &["--offline"]).exits(0).says(line);
    sim.plan([]).says(line);
    sim.rest = rules("admins");
    let checked = sim.usher("check", &["--offline"]).exits(0);
    assert!(!checked.stderr.contains("no rule gives"), "{}", checked.stderr);
}

#[test]
fn a_group_that_is_written_out_wrongly_is_refused_and_everything_is_told_in_the_order_of_the_file() {
    let mut sim = sim("");
    sim.rest = r#"
[[policy.config.users]]
name = "contractors"
when = 'true'
groups = '{"nam": "Contractors"}'

[[policy.config.groups]]
name = "read-only"
when = 'group.name == "aws-admins"'
sync = '{"name": "Read only", "key": "read only!"}'
mesage = "'x'"
"#
    .to_owned();
    let refused = sim.usher("check", &["--offline"]).fails_clearly(2);
    let told = [
        "usher.toml:12:12: /users/0/groups: rule `contractors`, `groups`: a group has no `nam`; did you mean `name`?",
        "usher.toml:17:38: /groups/0/sync: rule `read-only`, `sync`: gives the key `read only!`; a key is 1 to 128 letters",
        "usher.toml:18: /groups/0/mesage: rule `read-only` has an unknown key `mesage`; did you mean `message`?",
    ];
    let places: Vec<_> = told.iter().map(|line| refused.stderr.find(line)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", refused.stderr);
    let report =
        sim.usher("plugin", &["check", "builtin:rules", "--config", "usher.toml", "--json"]).exits(2).json();
    let lines: Vec<_> =
        report["problems"].as_array().into_iter().flatten().map(|it| &it["fileLine"]).collect();
    assert_eq!(lines, [12, 17, 18]);
}

#[test]
fn configured_groups_are_looked_for_and_every_missing_one_is_told() {
    let mut sim = sim("\n[sync]\ngroups = [\"aws-admins\", \"aws-admins\"]\n");
    sim.usher("check", &[]).exits(0).prints("has the group that is configured");
    assert_eq!(sim.requests().okta, counts([(GROUPS, 1)]));

    sim.rest = sim.rest.replace("\"aws-admins\", \"aws-admins\"", "\"aws-admin\", \"finance\"");
    sim.usher("check", &[])
        .fails_clearly(2)
        .says(r#"no Okta group is called "aws-admin" (similar: "aws-admins")"#)
        .says(r#"no Okta group is called "finance""#);
    let report = sim.usher("check", &["--json"]).exits(2).json();
    assert_eq!((&report["status"], about(&report)), (&json!("refused"), vec![("groups", 2)]));
}

#[test]
fn that_nobody_names_groups_is_noted_and_no_mistake_since_a_run_may_name_them() {
    let mut sim = sim("");
    sim.rest = RULES.to_owned();
    sim.usher("check", &["--offline"]).exits(0).says("does not decide groups");
    let report = sim.usher("check", &["--offline", "--json"]).exits(0).json();
    assert!(report["note"].as_str().is_some_and(|note| note.contains("does not decide groups")), "{report}");
}

#[test]
fn a_secret_that_is_missing_hides_nothing_else() {
    let mut sim = sim("\n[sync]\ngroups = \"env:NO_GROUPS\"\n");
    sim.okta_token = "ssm:no_such_token".to_owned();
    sim.set("WRONG", "not-the-token");
    sim.scim_token = "env:WRONG".to_owned();
    let refused = sim.usher("check", &[]).exits(1);
    refused
        .says("2 things stand in the way of a run by usher.toml")
        .says("ssm:no_such_token cannot be read")
        .says("env:NO_GROUPS cannot be read")
        .says("Identity Center does not accept the SCIM access token");
    let requests = sim.requests();
    assert!(requests.okta.is_empty(), "{requests:?}");
    assert_eq!(requests.scim, counts([("GET /Groups", 1)]));
}

#[test]
fn tokens_that_are_not_accepted_are_told_together_and_asked_about_once() {
    let mut sim = sim(RULES);
    sim.set("WRONG", "not-the-token");
    (sim.okta_token, sim.scim_token) = ("env:WRONG".to_owned(), "env:WRONG".to_owned());
    let refused = sim.usher("check", &[]).exits(1);
    refused.says("does not accept the API token").says("does not accept the SCIM access token");
    let requests = sim.requests();
    assert_eq!((requests.okta, requests.scim), (counts([(GROUPS, 1)]), counts([("GET /Groups", 1)])));
    let report = sim.usher("check", &["--json"]).exits(1).json();
    assert_eq!((&report["status"], &report["comparedWithOkta"]), (&json!("failed"), &json!(false)));
    assert_eq!(about(&report), [("okta", 1), ("identityCenter", 1)]);
    assert!(!report.to_string().contains("not-the-token"));
}

#[test]
fn mistakes_of_the_file_and_of_the_world_are_told_at_once_and_the_file_decides_the_exit_status() {
    let mut sim = sim(&RULES.replace("user.sponsor", "user.sponsr"));
    sim.set("WRONG", "not-the-token");
    sim.scim_token = "env:WRONG".to_owned();
    sim.rest.push_str("\n[sync]\ngroups = [\"finance\"]\n");
    let refused = sim.usher("check", &[]).exits(2);
    refused
        .says("3 things stand in the way")
        .says(r#"no Okta group is called "finance""#)
        .says("does not accept the SCIM access token")
        .says("usher.toml:13:49: /users/0/when: the policy rules reads `sponsr`");
    let report = sim.usher("check", &["--json"]).exits(2).json();
    assert_eq!(about(&report), [("groups", 2), ("identityCenter", 1), ("attributes", 2)]);

    // A policy that refuses its configuration says nothing of what it reads; the rest is asked all the same.
    sim.rest = sim.rest.replace("has(user.userType)", "has(usr.userType)");
    let report = sim.usher("check", &["--json"]).exits(2).json();
    assert_eq!(about(&report), [("policies", 2), ("groups", 2), ("identityCenter", 1)]);
}

#[test]
fn offline_nobody_is_asked_and_mistakes_of_the_file_are_told_all_the_same() {
    let mut sim = sim(RULES);
    sim.usher("check", &["--offline"]).exits(0).prints("was not asked");
    sim.rest = RULES.replace("has(user.userType)", "has(usr.userType)");
    sim.usher("check", &["--offline"]).fails_clearly(2).says("there is no variable `usr`");
    assert_eq!(sim.requests().total, 0);
}

#[test]
fn folders_that_are_missing_and_a_state_of_another_usher_are_told_before_a_run_meets_them() {
    let kept = "[state]\npath = \"var/usher.state\"\n[journal]\npath = \"var/journal.jsonl\"\n[lock]\npath = \"run/usher.lock\"\n";
    let sim = sim(kept);
    let report = sim.usher("check", &["--json", "--offline"]).exits(1).json();
    assert_eq!(about(&report), [("kept", 1), ("kept", 1)]);
    let told = sim.usher("check", &["--offline"]).exits(1);
    told.says("the folder var is not there, and state and journal should be kept in it")
        .says("the folder run is not there, and lock should be kept in it")
        .says("usher makes no folders");
    for folder in ["var", "run"] {
        std::fs::create_dir(sim.folder().join(folder)).unwrap();
    }
    sim.usher("check", &[]).exits(0);
    sim.file("var/usher.state", b"{\"format\":\"usher-state\",\"version\":7}");
    sim.usher("check", &["--offline"]).exits(2).says("version 7");
}

#[test]
fn a_check_waits_as_long_as_a_run_does() {
    let mut sim = sim("");
    sim.timeout_seconds = Some(1);
    for (service, request) in [("okta", GROUPS), ("scim", "GET /Groups")] {
        sim.fault(&json!({ "service": service, "request": request, "times": 9, "hang": "answer" }));
        sim.usher("check", &[]).exits(1).says("in time");
        sim.clear_faults();
    }
}
