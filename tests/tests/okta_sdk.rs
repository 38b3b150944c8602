//! Okta's own SDK for Python reads the simulator, which lets it in though it writes the token's scheme in its own way.

use std::collections::BTreeMap;

use usher_tests::peers::peers;
use usher_tests::{Org, Sim, wait};

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

/// The status of an answer, and its `link` lines.
fn ask(sim: &Sim, authorization: &str) -> (u16, Vec<String>) {
    let url = format!("{}/api/v1/groups?limit=1", sim.okta);
    let request = reqwest::Client::new().get(url).header("Authorization", authorization);
    let response = wait(request.send()).expect("the simulator answers");
    let links = response.headers().get_all("link").iter();
    (
        response.status().as_u16(),
        links.map(|link| link.to_str().expect("a link is text").to_owned()).collect(),
    )
}

#[test]
fn the_scheme_needs_no_blank_and_each_link_has_a_line_of_its_own() {
    let sim = Sim::start(Org::new().group("one", []).group("two", []));
    let token = sim.token("okta_api_token");
    let (status, links) = ask(&sim, &format!("SSWS{token}"));
    assert_eq!(status, 200);
    let ends: Vec<_> = links.iter().map(|link| link.rsplit("; ").next()).collect();
    assert_eq!(ends, [Some("rel=\"self\""), Some("rel=\"next\"")]);
    assert_eq!(ask(&sim, &format!("SSWS {token}")).0, 200);
    assert_eq!(ask(&sim, &format!("SSWS {token}x")).0, 401);
}
