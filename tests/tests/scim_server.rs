//! A whole run with scim2-server as the target: a strict store that nobody here wrote. The end state is read from the
//! server itself, behind the proxy that speaks AWS's form of removing members.

use serde_json::{Value, json};
use usher_tests::peers::{Peers, Server, peers, script};
use usher_tests::proxy::Proxy;
use usher_tests::sim::Target;
use usher_tests::{Org, Sim, wait};

const TOKEN: &str = "a-token-of-its-own";

struct Strict {
    server: Server,
    proxy: Proxy,
    sim: Sim,
}

/// Whether the server knows cursors: AWS does, and this server only when it is told to.
#[derive(PartialEq)]
enum Cursors {
    Known,
    Refused,
}

/// Okta is the simulator, Identity Center is scim2-server.
fn strict(peers: &Peers, org: Org, cursors: Cursors) -> Strict {
    let announced = script("scim_server.json");
    let announced = announced.to_str().expect("the workspace has a plain name");
    let mut arguments = vec!["--port", "{port}", "--bearer-token", TOKEN];
    if cursors == Cursors::Known {
        arguments.extend(["--service-provider-config", announced]);
    }
    let server = peers.serve("scim2-server", &arguments, "/v2/ServiceProviderConfig");
    let proxy = Proxy::start(&format!("{}/v2", server.address()));
    let mut sim = Sim::start(org);
    proxy.address().clone_into(&mut sim.scim);
    sim.scim_token = "env:SCIM_TOKEN".to_owned();
    sim.set("SCIM_TOKEN", TOKEN);
    Strict { server, proxy, sim }
}

impl Strict {
    /// What stands in the server.
    fn target(&self) -> Target {
        let mut groups = self.all("Groups");
        for group in &mut groups {
            let members = group["members"].as_array().map_or(&[][..], Vec::as_slice);
            group["members"] = members.iter().map(|member| member["value"].clone()).collect();
        }
        Target::new(&json!({ "users": self.all("Users"), "groups": groups }))
    }

    fn all(&self, resources: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let url =
                format!("{}/v2/{resources}?startIndex={}&count=50", self.server.address(), all.len() + 1);
            let page: Value = wait(async {
                let response = reqwest::Client::new().get(url).bearer_auth(TOKEN).send().await;
                response.expect("the server answers").json().await.expect("the server speaks JSON")
            });
            let items = page["Resources"].as_array().cloned().unwrap_or_default();
            all.extend(items);
            if all.len() as u64 >= page["totalResults"].as_u64().expect("a number") {
                return all;
            }
        }
    }
}

fn org() -> Org {
    Org::new()
        .people(["ann", "bob", "cem", "dan"])
        .crowd("p", 120)
        .group("admins", ["ann", "bob"])
        .group("R&D", ["bob", "cem", "dan"])
        .group_of_crowd("many", "p", 120)
        .group("none", [])
}

#[test]
fn a_whole_run_against_a_strict_server_leaves_what_okta_says() {
    let Some(peers) = peers("scim2-server") else { return };
    let mut strict = strict(peers, org(), Cursors::Known);
    strict.sim.sync([]).exits(0);
    let target = strict.target();
    assert_eq!(target.users.len(), 124);
    assert_eq!(target.active().len(), 124);
    assert_eq!(target.group_names(), ["R&D", "admins", "many", "none"]);
    assert_eq!(target.members("admins"), ["ann", "bob"]);
    assert_eq!(target.members("R&D"), ["bob", "cem", "dan"]);
    assert_eq!(target.members("many").len(), 120);
    assert!(target.members("none").is_empty());
    strict.sim.plan(["--exit-code"]).exits(0);

    // A mover, a leaver, a joiner, a new name, a renamed group, and more removals than one request takes.
    let before = target;
    strict.sim.happens(|org| {
        let org = org
            .leaves("ann", "admins")
            .joins("ann", "R&D")
            .leaves("dan", "R&D")
            .person("eve")
            .joins("eve", "admins")
            .profile("bob", json!({ "lastName": "Other", "title": "Captain" }))
            .rename_group("admins", "administrators")
            .group("half", []);
        (0..110)
            .map(|index| format!("p{index:03}"))
            .fold(org, |org, name| org.leaves(&name, "many").joins(&name, "half"))
    });
    strict.sim.sync_whatever_it_takes().exits(0);
    let target = strict.target();
    assert_eq!(target.members("administrators"), ["bob", "eve"]);
    assert_eq!(target.members("R&D"), ["ann", "bob", "cem"]);
    assert_eq!(target.members("many").len(), 10);
    assert_eq!(target.members("half").len(), 110);
    assert_eq!(target.user("dan")["active"], false);
    assert_eq!(target.active().len(), 124);
    assert_eq!(target.user("bob")["name"]["familyName"], "Other");
    assert_eq!(target.user("bob")["title"], "Captain");
    assert_eq!(target.group("administrators")["id"], before.group("admins")["id"]);
    for name in before.people() {
        assert_eq!(target.user(name)["id"], before.user(name)["id"], "{name} got another account");
    }
    strict.sim.plan(["--exit-code"]).exits(0);
}

#[test]
fn a_server_that_refuses_cursors_is_synced_all_the_same() {
    let Some(peers) = peers("scim2-server") else { return };
    let mut strict = strict(peers, org(), Cursors::Refused);
    strict.sim.sync([]).exits(0);
    strict.sim.happens(|org| org.leaves("p000", "many").leaves("ann", "admins").joins("ann", "R&D"));
    strict.sim.sync([]).exits(0);
    let target = strict.target();
    assert_eq!(target.users.len(), 124);
    assert_eq!(target.user("p000")["active"], false);
    assert_eq!(target.active().len(), 123);
    assert_eq!(target.members("many").len(), 119);
    assert_eq!(target.members("admins"), ["bob"]);
    assert_eq!(target.members("R&D"), ["ann", "bob", "cem", "dan"]);
    strict.sim.plan(["--exit-code"]).exits(0);
}

#[test]
fn what_usher_sends_is_scim() {
    let Some(peers) = peers("scim2-models") else { return };
    let mut strict = strict(peers, org(), Cursors::Known);
    strict.sim.sync([]).exits(0);
    strict.sim.happens(|org| {
        org.leaves("ann", "admins")
            .joins("ann", "R&D")
            .profile("bob", json!({ "lastName": "Other", "title": "Captain" }))
            .status("cem", "SUSPENDED")
            .rename_group("admins", "administrators")
    });
    strict.sim.sync([]).exits(0);
    let writes: Vec<Value> = strict
        .proxy
        .seen()
        .into_iter()
        .filter(|seen| seen.method != "GET")
        .map(|seen| json!({ "method": seen.method, "path": seen.path, "body": seen.body }))
        .collect();
    let said = peers.script("scim_lint.py", &[], &json!(writes).to_string());
    let kinds: Vec<&str> = said.lines().collect();
    assert_eq!(
        kinds,
        [
            "PATCH Group 3",
            "PATCH Group, removal as AWS has it 1",
            "PATCH User 2",
            "POST Group 4",
            "POST User 124"
        ]
    );
}
