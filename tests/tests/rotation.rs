//! Tokens that are replaced while a run goes on.

use serde_json::json;
use usher_tests::sim::Requests;
use usher_tests::{Org, Sim};

const MEMBERS: &str = "GET /api/v1/groups/{id}/users";

fn acme() -> Sim {
    let org = Org::new().crowd("p", 40).group_of_crowd("admins", "p", 40);
    (0..8).fold(Sim::start(org), |mut sim, number| {
        sim.happens(|org| org.group(&format!("team-{number}"), ["p001", "p002"]));
        sim
    })
}

/// How often Parameter Store was asked: once at the beginning, and whatever came after.
#[track_caller]
fn read_again(requests: &Requests, times: u64) {
    assert_eq!(requests.ssm.get("GetParameters"), Some(&(1 + times)), "{:?}", requests.ssm);
    assert_eq!(requests.ssm.len(), 1, "{:?}", requests.ssm);
}

#[test]
fn tokens_replaced_while_okta_is_read_are_read_again_once_for_all() {
    let sim = acme();
    // Several groups are read at once, and Identity Center is read at the same time.
    sim.fault(&json!({ "service": "okta", "request": MEMBERS, "nth": 3, "replace_tokens": true }));
    sim.sync([]).exits(0);
    read_again(&sim.requests(), 1);
    assert_eq!(sim.target().members("team-7"), ["p001", "p002"]);
}

#[test]
fn tokens_replaced_while_identity_center_is_written_are_read_again_once_for_all() {
    let sim = acme();
    sim.fault(&json!({ "service": "scim", "request": "POST /Users", "nth": 7, "replace_tokens": true }));
    sim.sync([]).exits(0);
    let (requests, target) = (sim.requests(), sim.target());
    read_again(&requests, 1);
    assert_eq!(target.people().len(), 40);
    assert_eq!(target.members("admins").len(), 40);
    // With the new tokens from the start, nothing is read again.
    sim.forget_requests();
    sim.sync([]).exits(0);
    read_again(&sim.requests(), 0);
}

#[test]
fn an_okta_token_that_is_still_wrong_is_asked_for_once_and_told() {
    let sim = acme();
    sim.fault(&json!({ "service": "okta", "request": MEMBERS, "times": 1000, "status": 401 }));
    let outcome =
        sim.sync([]).fails_clearly(1).says("does not accept the API token").says("Security > API > Tokens");
    let requests = sim.requests();
    read_again(&requests, 1);
    // The same token is not shown twice: each request is sent once.
    assert!(requests.okta[MEMBERS] <= 9, "{:?} {outcome}", requests.okta);
    assert_eq!(requests.writes(), 0);
}

#[test]
fn an_identity_center_token_that_is_still_wrong_is_asked_for_once_and_told() {
    let sim = acme();
    sim.fault(&json!({ "service": "scim", "request": "GET /Users", "times": 1000, "status": 401 }));
    sim.sync([])
        .fails_clearly(1)
        .says("does not accept the SCIM access token")
        .says("Automatic provisioning");
    let requests = sim.requests();
    read_again(&requests, 1);
    assert_eq!((requests.scim["GET /Users"], requests.writes()), (1, 0));
}

#[test]
fn a_replaced_token_that_is_refused_too_does_not_make_a_loop() {
    let sim = acme();
    sim.fault(&json!([
        { "service": "okta", "request": MEMBERS, "replace_tokens": true },
        { "service": "okta", "request": MEMBERS, "nth": 2, "times": 1000, "status": 401 },
    ]));
    sim.sync([]).fails_clearly(1).says("does not accept the API token");
    let requests = sim.requests();
    read_again(&requests, 1);
    // At the most, every group with the first and with the second token.
    assert!(requests.okta[MEMBERS] <= 18, "{:?}", requests.okta);
}

#[test]
fn a_secret_that_cannot_be_read_again_is_told_with_the_refusal() {
    let sim = acme();
    sim.fault(&json!([
        { "service": "okta", "request": MEMBERS, "times": 1000, "status": 401 },
        { "service": "ssm", "nth": 2, "times": 1000, "status": 400,
          "body": { "__type": "AccessDeniedException", "message": "no longer permitted" } },
    ]));
    sim.sync([])
        .fails_clearly(1)
        .says("does not accept the API token")
        .says("no longer permitted")
        .says("`okta.token`");
    read_again(&sim.requests(), 1);
}

#[test]
fn a_token_out_of_a_file_is_read_again_too() {
    let mut sim = acme();
    let file = sim.folder().join("token");
    sim.scim_token = format!("file:{}", file.display());
    std::fs::write(&file, "an-older-token\n").expect("the folder can be written");
    sim.sync([]).fails_clearly(1).says("does not accept the SCIM access token");
    // Parameter Store is asked for the other token with it.
    read_again(&sim.requests(), 1);
    std::fs::write(&file, sim.token("amz_sso_api_token")).expect("the folder can be written");
    sim.sync([]).exits(0);
}

#[test]
fn a_token_out_of_the_environment_is_not_asked_for_again() {
    let mut sim = acme();
    sim.okta_token = "env:WRONG".to_owned();
    sim.set("WRONG", "00this-is-no-token");
    sim.sync([]).fails_clearly(1).says("does not accept the API token");
    read_again(&sim.requests(), 0);
}

#[test]
fn usher_check_reads_a_replaced_token_again() {
    let sim = acme();
    let groups = "GET /api/v1/groups";
    sim.fault(&json!({ "service": "okta", "request": groups, "replace_tokens": true }));
    sim.usher("check", &[]).exits(0);
    read_again(&sim.requests(), 1);
    assert_eq!(sim.requests().okta[groups], 2);
}
