//! One bad record never stops the others: it is named with its reason, left as it stands, and the exit status says so.

use serde_json::{Value, json};
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Org, Sim};

#[test]
fn a_person_without_a_last_name_is_named_and_all_others_go_through() {
    let org = Org::new()
        .people(["ann", "bob"])
        .person_with("cher", json!({ "lastName": null }))
        .group("singers", ["ann", "bob", "cher"]);
    let sim = Sim::start(org);
    sim.sync([]).exits(5).prints("cher@example.com").prints("familyName");
    let target = sim.target();
    assert_eq!(target.people(), ["ann", "bob"]);
    assert_eq!(target.members("singers"), ["ann", "bob"]);
    sim.plan([]).exits(5).prints("nothing to do");
}

#[test]
fn values_that_aws_would_refuse_are_told_before_they_are_sent() {
    let too_long = "x".repeat(1025);
    let org = Org::new()
        .person("ann")
        .person_with("bell", json!({ "firstName": "Bell\u{7}" }))
        .person_with("long", json!({ "title": too_long }))
        .group("all", ["ann", "bell", "long"]);
    let sim = Sim::start(org);
    let outcome = sim.sync([]).exits(5).prints("bell@example.com").prints("givenName");
    outcome.prints("long@example.com").prints("title").prints_no("\u{7}");
    assert_eq!(sim.target().people(), ["ann"]);
    // Nobody was tried on AWS to see what it says.
    assert_eq!(sim.requests().scim["POST /Users"], 1);
}

#[test]
fn what_only_aws_knows_to_refuse_is_named_and_all_others_go_through() {
    let sim = Sim::start(Org::new().people(["ann", "bob", "cem"]).group("all", ["ann", "bob", "cem"]));
    let detail = "Request is unparsable, syntactically incorrect, or violates schema";
    let body =
        json!({ "schema": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": detail, "status": 400 });
    sim.fault(&json!({ "service": "scim", "request": "POST /Users", "status": 400, "body": body }));
    let outcome = sim.sync([]).exits(5).prints("Partly done").prints(detail);
    let target = sim.target();
    assert_eq!(target.people().len(), 2, "{outcome}");
    assert_eq!(target.members("all"), target.people());
    // The next run makes up for it.
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("all"), ["ann", "bob", "cem"]);
}

/// `hold` for whoever is in the department of that name.
const HOLD: &str = r#"
[[policy.config.users]]
name = "on-hold"
when = 'has(user.department) && user.department == "Limbo"'
then = "hold"
message = '"nobody knows about " + user.login'
"#;

#[test]
fn hold_leaves_a_person_as_it_stands() {
    let org =
        Org::new().people(["ann", "bob", "cem"]).group("all", ["ann", "bob", "cem"]).group("more", ["ann"]);
    let mut sim = Sim::start(org.group("new", []));
    sim.rest = format!("{EVERY_GROUP}{HOLD}");
    sim.sync([]).exits(0);
    sim.happens(|org| {
        org.profile("ann", json!({ "department": "Limbo", "lastName": "Other" }))
            .leaves("ann", "all")
            .joins("ann", "new")
    });
    sim.sync([]).exits(5).prints("ann@example.com").prints("on-hold").prints("nobody knows about");
    let target = sim.target();
    assert_eq!(target.user("ann")["name"]["familyName"], "Example");
    assert_eq!(target.members("all"), ["ann", "bob", "cem"]);
    assert_eq!(target.members("more"), ["ann"]);
    assert!(target.members("new").is_empty());
}

#[test]
fn hold_leaves_a_group_as_it_stands() {
    let org =
        Org::new().people(["ann", "bob", "cem"]).group("one", ["ann"]).group("two", ["ann", "bob", "cem"]);
    let mut sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim.happens(|org| org.leaves("ann", "one").joins("bob", "one").rename_group("one", "uno"));
    sim.rest = format!("{}{EVERY_GROUP}", frozen("uno"));
    sim.sync([]).exits(5).prints("uno").prints("frozen");
    let target = sim.target();
    assert_eq!(target.group_names(), ["one", "two"]);
    assert_eq!(target.members("one"), ["ann"]);
    assert_eq!(target.active(), ["ann", "bob", "cem"]);
}

#[test]
fn nobody_is_deactivated_for_being_only_in_a_group_on_hold() {
    let org = Org::new().people(["ann", "bob", "cem"]).group("one", ["ann"]).group("two", ["bob", "cem"]);
    let mut sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim.rest = format!("{}{EVERY_GROUP}", frozen("one"));
    sim.sync([]).exits(5);
    assert_eq!(sim.requests().scim.get("PATCH /Users/{id}"), None);
    assert_eq!(sim.target().active(), ["ann", "bob", "cem"]);
}

/// A rule that holds the group of this name.
fn frozen(group: &str) -> String {
    format!(
        "[[policy.config.groups]]\nname = \"frozen\"\nwhen = 'group.name == \"{group}\"'\nthen = \"hold\"\n"
    )
}

#[test]
fn a_rule_that_fails_on_one_person_holds_that_person() {
    let mut sim = Sim::start(
        Org::new()
            .person_with("ann", json!({ "title": "Captain" }))
            .person("bob")
            .group("all", ["ann", "bob"]),
    );
    sim.rest = format!(
        "{EVERY_GROUP}\n[policy.config.account]\ndisplayName = 'user.title + \" \" + user.lastName'\n"
    );
    sim.sync([]).exits(5).prints("bob@example.com").prints("title");
    assert_eq!(sim.target().people(), ["ann"]);
    assert_eq!(sim.target().user("ann")["displayName"], "Captain Example");
}

#[test]
fn a_recycled_address_is_a_conflict_and_the_rest_goes_on() {
    let mut sim = Sim::start(Org::new().people(["ann", "bob", "cem"]).group("all", ["ann", "bob", "cem"]));
    sim.sync([]).exits(0);
    // Ann is gone from Okta, and Dan gets her address.
    sim.happens(|org| {
        org.vanishes("ann")
            .person_with("dan", json!({ "login": "ann@example.com" }))
            .person("eve")
            .joins("dan", "all")
            .joins("eve", "all")
    });
    sim.sync([])
        .exits(5)
        .prints("conflict")
        .prints("ann@example.com")
        .prints(&usher_tests::org::user_id("dan"));
    let target = sim.target();
    assert_eq!(target.people(), ["ann", "bob", "cem", "eve"]);
    assert_eq!(target.active(), ["bob", "cem", "eve"]);
    assert_eq!(target.members("all"), ["bob", "cem", "eve"]);
}

#[test]
fn the_same_facts_stand_in_the_json_report() {
    let org = Org::new()
        .person("ann")
        .person_with("cher", json!({ "lastName": null }))
        .group("all", ["ann", "cher"]);
    let sim = Sim::start(org);
    let report = sim.sync(["--json"]).exits(5).json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["status"], "applied");
    assert_eq!(report["exitStatus"], 5);
    assert_eq!(report["plan"]["heldUsers"][0]["label"], "cher@example.com");
    let kinds: Vec<&Value> = report["plan"]["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["change"]["kind"])
        .collect();
    assert_eq!(kinds, ["create-user", "create-group"]);
    let outcomes: Vec<&Value> = report["plan"]["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["result"]["outcome"])
        .collect();
    assert_eq!(outcomes, ["done", "done"]);
}
