//! Okta's own SDK for Python reads the simulator.

use std::collections::BTreeMap;

use usher_tests::peers::peers;
use usher_tests::{Org, Sim};

#[test]
fn oktas_own_sdk_reads_groups_and_members_from_the_simulator() {
    let Some(peers) = peers("Okta's SDK") else { return };
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan", "eve"])
        .group("admins", ["ann", "bob", "cem", "dan", "eve"])
        .group("R&D", ["ann"])
        .group("none", []);
    let sim = Sim::start(org);
    let printed = peers.script("okta_sdk.py", &[&sim.okta, &sim.token("okta_api_token")], "");
    let read: BTreeMap<String, Vec<String>> = serde_json::from_str(&printed).expect("the script prints JSON");
    let logins = |names: &[&str]| names.iter().map(|name| usher_tests::org::login(name)).collect();
    let expected = BTreeMap::from([
        ("R&D".to_owned(), logins(&["ann"])),
        ("admins".to_owned(), logins(&["ann", "bob", "cem", "dan", "eve"])),
        ("none".to_owned(), Vec::new()),
    ]);
    assert_eq!(read, expected);
    // Two a page: three pages of admins.
    assert_eq!(sim.requests().okta["GET /api/v1/groups/{id}/users"], 3 + 1 + 1);
}
