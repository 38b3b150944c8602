//! Secrets out of moto's Parameter Store.

use serde_json::json;
use usher_tests::peers::{Server, peers};
use usher_tests::sim::ssm;
use usher_tests::{Org, Sim};

fn put(moto: &Server, name: &str, kind: &str, value: &str) {
    ssm(moto.address(), "PutParameter", &json!({ "Name": name, "Type": kind, "Value": value }));
}

/// Calls of the service so far: moto writes a line for each.
fn calls(moto: &Server) -> usize {
    moto.log().matches("\"POST / HTTP/1.1\"").count()
}

/// A run whose secrets and group names are in moto, under names of their own.
fn with_moto(moto: &Server) -> Sim {
    let org =
        Org::new().person("ann").group("aws-admins", ["ann"]).group("R&D", ["ann"]).group("others", ["ann"]);
    let mut sim = Sim::start(org);
    put(moto, "/usher/okta", "SecureString", &sim.token("okta_api_token"));
    put(moto, "/usher/aws", "SecureString", &sim.token("amz_sso_api_token"));
    put(moto, "groups_to_sync", "StringList", "aws-admins,R&D");
    sim.okta_token = "ssm:/usher/okta".to_owned();
    sim.scim_token = "ssm:/usher/aws".to_owned();
    sim.rest = "[sync]\ngroups = \"ssm:groups_to_sync\"\n".to_owned();
    sim.set("AWS_ENDPOINT_URL_SSM", moto.address());
    sim.forget_requests();
    sim
}

#[test]
fn tokens_and_group_names_come_out_of_motos_parameter_store_in_one_call() {
    let Some(peers) = peers("moto") else { return };
    let moto = peers.serve("moto_server", &["-H", "127.0.0.1", "-p", "{port}"], "/moto-api/");
    let sim = with_moto(&moto);
    let before = calls(&moto);
    // moto gives a SecureString in its clear text only to who asks for its decryption, and the simulator lets in only
    // who has the clear text.
    sim.sync([]).exits(0);
    assert_eq!(calls(&moto) - before, 1);
    assert_eq!(sim.target().group_names(), ["R&D", "aws-admins"]);
    assert!(sim.requests().ssm.is_empty());
}

#[test]
fn a_parameter_that_moto_does_not_have_is_named() {
    let Some(peers) = peers("moto") else { return };
    let moto = peers.serve("moto_server", &["-H", "127.0.0.1", "-p", "{port}"], "/moto-api/");
    let mut sim = with_moto(&moto);
    sim.scim_token = "ssm:/usher/asw".to_owned();
    sim.sync([]).fails_clearly(1).says("/usher/asw");
    assert_eq!(sim.requests().total, 0);
}
