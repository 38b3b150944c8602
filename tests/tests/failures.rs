//! Whatever goes wrong before the first write: one clear paragraph with the next step, an exit status, and nothing written.

use serde_json::json;
use usher_tests::place::EVERY_GROUP;
use usher_tests::{Org, Outcome, Place, Sim};

fn small() -> Sim {
    Sim::start(Org::new().person("ann").group("admins", ["ann"]))
}

/// The run fails so, and neither it nor anything of it reached Identity Center as a write.
#[track_caller]
fn fails(sim: &Sim, status: i32) -> Outcome {
    let outcome = sim.sync([]).fails_clearly(status);
    assert_eq!(sim.requests().writes(), 0, "{outcome}");
    assert!(sim.target().users.is_empty());
    outcome
}

#[test]
fn a_wrong_okta_token() {
    let mut sim = small();
    sim.okta_token = "env:WRONG".to_owned();
    sim.set("WRONG", "00this-is-no-token");
    let outcome = fails(&sim, 1).says("Okta").says("token");
    assert!(!outcome.stderr.contains("00this-is-no-token"), "a secret is told: {outcome}");
}

#[test]
fn a_wrong_identity_center_token() {
    let mut sim = small();
    sim.scim_token = "env:WRONG".to_owned();
    sim.set("WRONG", "this-is-no-token-either");
    let outcome = fails(&sim, 1).says("Identity Center").says("token");
    assert!(!outcome.stderr.contains("this-is-no-token-either"), "a secret is told: {outcome}");
}

#[test]
fn a_host_that_does_not_exist() {
    let mut sim = small();
    sim.okta = "no-such-organisation.invalid".to_owned();
    fails(&sim, 1).says("no-such-organisation.invalid");
}

#[test]
fn a_scim_host_that_does_not_exist() {
    let mut sim = small();
    sim.scim = "https://no-such-instance.invalid/tenant/scim/v2".to_owned();
    fails(&sim, 1).says("no-such-instance.invalid");
}

#[test]
fn a_port_where_nobody_listens() {
    let mut sim = small();
    let free =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a bound port");
    sim.okta = format!("http://{free}");
    fails(&sim, 1).says(&free.to_string());
}

#[test]
fn a_host_that_speaks_no_tls() {
    let mut sim = small();
    sim.okta = sim.okta.replace("http://", "https://");
    fails(&sim, 1).says("TLS");
}

#[test]
fn a_scim_host_that_speaks_no_tls_is_told_with_the_key_to_look_at() {
    let mut sim = small();
    sim.scim = sim.scim.replace("http://", "https://");
    fails(&sim, 1).says("TLS").says("identity_center.scim_endpoint");
}

#[test]
fn an_organisation_without_groups() {
    let sim = Sim::start(Org::new().person("ann"));
    fails(&sim, 1).says("no groups at all");
}

#[test]
fn a_policy_that_selects_nothing() {
    let mut sim = small();
    sim.rest = "[[policy.config.groups]]\nname = \"none\"\nwhen = \"true\"\nthen = \"skip\"\n".to_owned();
    fails(&sim, 1).says("selects none of the 1 groups").says("`none`");
}

#[test]
fn nothing_that_narrows_the_groups_down() {
    let mut sim = small();
    sim.rest = String::new();
    fails(&sim, 1).says("sync.groups");
}

#[test]
fn no_configuration() {
    let sim = small();
    sim.run("sync", &["--config", "no-such.toml"]).fails_clearly(2).says("no-such.toml");
    assert_eq!(sim.requests().total, 0);
}

#[test]
fn a_configuration_that_is_no_toml_is_told_with_its_line() {
    let sim = small();
    sim.file("usher.toml", b"[okta]\ndomain = \n");
    let outcome = sim.run("sync", &[]).exits(2).says("usher.toml:2");
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_configuration_that_is_no_text_is_not_called_absent() {
    let sim = small();
    sim.file("usher.toml", b"[okta]\ndomain = \"\xff\"\n");
    let outcome = sim.run("sync", &[]).exits(2).says("usher.toml:2").says("UTF-8");
    assert!(!outcome.stderr.contains("no configuration"), "{outcome}");
    assert_eq!(sim.requests().total, 0);
}

#[test]
fn a_key_that_is_missing_is_told_with_the_place_it_belongs_to() {
    let sim = small();
    sim.file("usher.toml", b"[okta]\ndomain = \"acme.okta.com\"\n");
    sim.run("sync", &[]).exits(2).says("`okta.token` is missing").says("under `[identity_center]`");
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_a_suggestion() {
    let mut sim = small();
    sim.rest = "[sync]\ngruops = [\"admins\"]\n".to_owned();
    // Two services with two keys each come first.
    let outcome = sim.sync([]).exits(2).says("usher.toml:9").says("`sync.gruops`").says("`groups`");
    assert_eq!(outcome.stdout, "");
    assert_eq!(sim.requests().total, 0);
}

#[test]
fn a_secret_in_the_configuration_is_refused_and_not_repeated() {
    let mut sim = small();
    sim.okta_token = "00abcSecretSecret".to_owned();
    let outcome = sim.sync([]).exits(2).says("okta.token");
    assert!(!outcome.stderr.contains("00abcSecretSecret"), "a secret is told: {outcome}");
}

#[test]
fn a_parameter_that_is_missing_is_named() {
    let mut sim = small();
    sim.okta_token = "ssm:/usher/no_such_token".to_owned();
    fails(&sim, 1).says("/usher/no_such_token");
}

#[test]
fn an_environment_variable_that_is_missing_is_named() {
    let mut sim = small();
    sim.scim_token = "env:NO_SUCH_VARIABLE".to_owned();
    fails(&sim, 1).says("NO_SUCH_VARIABLE");
}

#[test]
fn a_parameter_store_that_does_not_answer() {
    let mut sim = small();
    let free =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a bound port");
    sim.set("AWS_ENDPOINT_URL_SSM", &format!("http://{free}"));
    fails(&sim, 1).says("Parameter Store");
}

#[test]
fn an_unknown_command_line_is_told_by_its_usage() {
    small().usher("sync", &["--no-such-flag"]).exits(2).says("--no-such-flag").says("Usage");
}

#[test]
fn a_failed_page_of_many_writes_nothing() {
    // A group of 8,100 comes on nine pages.
    let sim = Sim::generated(8100, 1, 8100);
    let members = "GET /api/v1/groups/{id}/users";
    sim.plan([]).exits(0);
    assert_eq!(sim.requests().okta[members], 9);
    sim.fault(&json!({ "service": "okta", "request": members, "nth": 7, "times": 1000, "status": 500 }));
    fails(&sim, 1).says("500");
}

#[test]
fn a_page_cut_in_half_is_no_page() {
    let sim = small();
    let members = "GET /api/v1/groups/{id}/users";
    sim.fault(&json!({ "service": "okta", "request": members, "times": 1000, "cut": "body" }));
    fails(&sim, 1)
        .says("the members of the group \"admins\" (00g")
        .says("the answer of Okta at ")
        .says("broke off");
}

#[test]
fn a_target_that_cannot_be_read_is_not_written() {
    let sim = small();
    sim.fault(&json!({ "service": "scim", "request": "GET /Groups", "times": 1000, "status": 500 }));
    fails(&sim, 1).says("Identity Center");
}

#[test]
fn a_hiccup_is_overcome() {
    let sim = small();
    sim.fault(&json!([
        { "service": "okta", "status": 500 },
        { "service": "scim", "request": "GET /Users", "status": 503 },
        { "service": "scim", "request": "POST /Users", "cut": "connection" },
    ]));
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("admins"), ["ann"]);
}

#[test]
fn a_plugin_that_is_missing() {
    let mut sim = small();
    sim.rest = "[policy]\ncomponent = \"no-such.wasm\"\n".to_owned();
    fails(&sim, 2).says("no-such.wasm");
}

#[test]
fn a_plugin_that_is_built_in_nowhere() {
    let mut sim = small();
    sim.rest = "[policy]\ncomponent = \"builtin:ruels\"\n".to_owned();
    fails(&sim, 2).says("`ruels`").says("builtin:rules");
}

#[test]
fn a_plugin_that_is_no_component() {
    let sim = small();
    sim.file("text.wasm", b"this is no WebAssembly");
    // A module, the smallest there is: eight bytes.
    sim.file("module.wasm", b"\0asm\x01\0\0\0");
    for file in ["text.wasm", "module.wasm"] {
        sim.sync(["--plugin", file]).fails_clearly(2).says(file).says("component");
    }
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_component_of_another_world() {
    let sim = small();
    // A component, the smallest there is: eight bytes.
    sim.file("empty.wasm", b"\0asm\x0d\0\x01\0");
    sim.sync(["--plugin", "empty.wasm"]).fails_clearly(2).says("empty.wasm").says("usher:policy");
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_rule_that_is_no_cel_is_told_with_its_place() {
    let mut sim = small();
    sim.rest = EVERY_GROUP.replace("'group.origin", "'group..origin");
    let outcome = sim.sync([]).exits(2).says("every-group");
    assert_eq!(outcome.stdout, "");
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn a_failure_is_told_to_programs_too() {
    let sim = small();
    let report = sim.sync(["--json", "no-such-group"]).exits(1).says("error: ").json();
    assert_eq!(report["status"], "failed");
    assert_eq!(report["exitStatus"], 1);
    assert!(
        report["error"]["message"].as_str().is_some_and(|text| text.contains("no-such-group")),
        "{report}"
    );
}

#[test]
fn http_to_a_distant_host_is_refused() {
    let mut place = Place::new("http://acme.okta.com", "http://127.0.0.1:9/t/scim/v2", "http://127.0.0.1:9");
    place.rest = EVERY_GROUP.to_owned();
    place.sync([]).exits(2).says("http");
}
