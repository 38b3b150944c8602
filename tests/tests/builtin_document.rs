//! The configurations that docs/builtin.md shows, taken from the document as they stand there.

use usher_tests::{Org, Sim};

const DOCUMENT: &str = include_str!("../../docs/builtin.md");

/// The configuration below a heading.
fn shown(heading: &str) -> &'static str {
    let (_, below) = DOCUMENT.split_once(&format!("\n## {heading}\n")).expect("the document has the heading");
    let (_, below) = below.split_once("```toml\n").expect("it shows a configuration");
    below.split("```").next().unwrap_or_default()
}

fn sim(heading: &str, org: Org) -> Sim {
    let mut sim = Sim::start(org);
    sim.rest = shown(heading).to_owned();
    sim.usher("check", &[]).exits(0);
    sim
}

#[test]
fn prefix_as_shown() {
    let sim = sim("prefix", Org::new().person("ann").group("aws-admins", ["ann"]).group("choir", ["ann"]));
    sim.sync([]).exits(0).prints("no-prefix");
    assert_eq!(sim.target().group_names(), ["admins"]);
}

#[test]
fn regex_rename_as_shown() {
    let org = Org::new()
        .person("ann")
        .group("team-web-shop-developer", ["ann"])
        .group("aws-billing", ["ann"])
        .group("choir", ["ann"]);
    let sim = sim("regex-rename", org);
    sim.sync([]).exits(0).prints("no-match");
    assert_eq!(sim.target().group_names(), ["billing", "web-shop developers"]);
}

#[test]
fn attribute_table_as_shown() {
    let org = Org::new()
        .person_with("ann", serde_json::json!({ "department": "Data" }))
        .person_with("bob", serde_json::json!({ "department": "Sales" }))
        .person("cem")
        .group("all", ["ann", "bob", "cem"]);
    let mut sim = sim("attribute-table", org);
    sim.rest = format!("[sync]\ngroups = [\"all\"]\n{}", sim.rest);
    sim.sync([]).exits(0).prints("not-in-table");
    let target = sim.target();
    assert_eq!(target.people(), ["ann", "bob"]);
    assert_eq!(target.members("crm"), ["ann", "bob"]);
    assert_eq!(target.members("warehouse"), ["ann"]);
}
