//! Every answer of the simulated Okta is what Okta's own description of its API says.

use std::path::PathBuf;

use serde_json::json;
use usher_tests::peers::{Peers, peers, skip};
use usher_tests::{Org, Sim};

/// A pruned copy of okta/okta-management-openapi-spec, which lies beside the repository where Usher is developed.
fn description() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/okta-openapi-pruned.json"))
}

#[test]
fn every_answer_of_the_simulated_okta_is_as_okta_describes_it() {
    let description = description();
    if !description.is_file() {
        return skip("openapi-core", &format!("{} is not there", description.display()));
    }
    let Some(peers) = peers("openapi-core") else { return };
    let human = Sim::human();
    let source = human.source();
    let first = |list: &str| source[list][0]["id"].as_str().expect("an id").to_owned();
    let (user, group) = (first("users"), first("groups"));
    let requests = [
        // Lists, in pages, each with what may narrow them down.
        "/api/v1/groups?limit=3".to_owned(),
        "/api/v1/groups?limit=200&expand=stats".to_owned(),
        "/api/v1/groups?search=profile.name%20eq%20%22R%26D%22".to_owned(),
        "/api/v1/groups?filter=type%20eq%20%22OKTA_GROUP%22".to_owned(),
        "/api/v1/groups?q=xx_dev".to_owned(),
        "/api/v1/users?limit=100".to_owned(),
        "/api/v1/users?search=status%20eq%20%22DEPROVISIONED%22".to_owned(),
        "/api/v1/users?filter=status%20eq%20%22SUSPENDED%22".to_owned(),
        // One of them, and what hangs on it.
        format!("/api/v1/groups/{group}"),
        format!("/api/v1/groups/{group}/users?limit=100"),
        format!("/api/v1/users/{user}"),
        format!("/api/v1/users/{user}/groups"),
        // Errors.
        "/api/v1/groups/00g00000000000000404".to_owned(),
        "/api/v1/groups/00g00000000000000404/users".to_owned(),
        "/api/v1/users/00u00000000000000404".to_owned(),
        "/api/v1/groups?search=this%20is%20no%20expression".to_owned(),
        "!/api/v1/groups".to_owned(),
    ];
    let answers = validate(peers, &human, &requests);
    // 17 requests, of which the first has three groups a page and some others several pages too.
    assert!(answers.len() > requests.len(), "no page was followed: {answers:#?}");
    for status in ["200", "400", "401", "404"] {
        assert!(
            answers.iter().any(|answer| answer.starts_with(status)),
            "no answer was {status}: {answers:#?}"
        );
    }

    // People of every status, with every sort of attribute.
    let statuses = [
        "STAGED",
        "PROVISIONED",
        "ACTIVE",
        "RECOVERY",
        "PASSWORD_EXPIRED",
        "LOCKED_OUT",
        "SUSPENDED",
        "DEPROVISIONED",
    ];
    let org = statuses.iter().enumerate().fold(Org::new().group("all", []), |org, (index, status)| {
        let name = format!("s{index}");
        let odd =
            json!({ "numbers": [1, 2], "flag": true, "text": "<b>", "lastName": null, "nickName": "n" });
        org.person_with(&name, odd).status(&name, status).joins(&name, "all")
    });
    let odd = Sim::start(org.app_group("all"));
    let all = odd.org().group_id("all");
    let paths =
        [format!("/api/v1/groups/{all}/users"), "/api/v1/users".to_owned(), "/api/v1/groups".to_owned()];
    assert_eq!(validate(peers, &odd, &paths).len(), 3);
}

/// Asks, validates, and returns a line for every answer.
fn validate(peers: &Peers, sim: &Sim, requests: &[String]) -> Vec<String> {
    let description = description();
    let description = description.to_str().expect("the workspace has a plain name");
    let arguments = [description, &sim.okta, &sim.token("okta_api_token")];
    let printed = peers.script("okta_description.py", &arguments, &requests.join("\n"));
    printed.lines().map(str::to_owned).collect()
}
