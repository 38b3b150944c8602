//! Tokens appear in nothing that Usher prints.

use serde_json::json;
use usher_tests::{Org, Outcome, Sim};

#[test]
fn no_output_of_any_kind_holds_a_token() {
    let mut sim = Sim::start(Org::new().people(["ann", "bob"]).group("admins", ["ann"]));
    let tokens = [sim.token("okta_api_token"), sim.token("amz_sso_api_token")];
    let clean = |outcome: Outcome| {
        for token in &tokens {
            assert!(
                !outcome.stdout.contains(token) && !outcome.stderr.contains(token),
                "a token in {outcome}"
            );
        }
    };
    clean(sim.plan([]).exits(0));
    clean(sim.plan(["--json"]).exits(0));
    clean(sim.sync([]).exits(0));
    // Services that echo what they were sent.
    let echo = json!({ "errorCode": "E0000011", "errorSummary": format!("Invalid token: {}", tokens[0]) });
    sim.fault(&json!({ "service": "okta", "status": 400, "body": echo }));
    clean(sim.sync([]).exits(1));
    let echo = json!({ "detail": format!("Bearer {} is unknown", tokens[1]), "status": "400" });
    sim.happens(|org| org.joins("bob", "admins"));
    sim.fault(&json!({ "service": "scim", "request": "POST /Users", "status": 400, "body": echo }));
    clean(sim.sync([]).exits(5).prints("is unknown"));
    clean(sim.sync(["no-such-group"]).exits(1));
}

#[test]
fn tokens_come_from_files_and_variables_too() {
    let mut sim = Sim::start(Org::new().person("ann").group("admins", ["ann"]));
    let token = sim.token("okta_api_token");
    // An editor ends the last line.
    sim.file("okta-token", format!("{token}\n").as_bytes());
    sim.okta_token = "file:okta-token".to_owned();
    sim.scim_token = "env:SCIM_TOKEN".to_owned();
    let token = sim.token("amz_sso_api_token");
    sim.set("SCIM_TOKEN", &token);
    sim.forget_requests();
    sim.sync([]).exits(0);
    assert!(sim.requests().ssm.is_empty());
    assert_eq!(sim.target().members("admins"), ["ann"]);
}
