//! Who signed a policy: cosign signs and usher verifies, and the other way round.

use usher_tests::registry::{Access, OciRegistry, oci_registry};
use usher_tests::{Org, Outcome, Sim};

const KEYED: [&str; 4] = ["--key", "cosign.key", "--tlog-upload=false", "--yes"];

/// A run whose policy lies in the registry, with signers.
struct Signed {
    registry: OciRegistry,
    sim: Sim,
    pinned: String,
}

fn signed() -> Option<Signed> {
    let registry = oci_registry("registry_trust", Access::Open)?;
    let mut sim = Sim::start(Org::new().person("ann").group("aws-admins", ["ann"]));
    let cache = sim.folder().join("cache").display().to_string();
    sim.set("XDG_CACHE_HOME", &cache);
    let told = sim.run("plugin", &["push", "builtin:prefix", &registry.reference("acme/teams:1"), "--json"]);
    let pinned = told.exits(0).json()["reference"].as_str().unwrap_or_default().to_owned();
    let mut signed = Signed { registry, sim, pinned };
    let component = signed.pinned.clone();
    signed.configure(&component, "cosign.pub");
    Some(signed)
}

impl Signed {
    fn configure(&mut self, component: &str, key: &str) {
        let key = self.registry.path(key);
        self.sim.rest = format!(
            "[policy]\ncomponent = \"{component}\"\n[[policy.signers]]\nkey = \"{key}\"\n[policy.config]\nprefix = \"aws-\"\n"
        );
    }

    fn named(&self) -> &str {
        self.pinned.trim_start_matches("oci://")
    }

    #[track_caller]
    fn refuses(&self, said: &str) -> Outcome {
        let refused = self.sim.sync([]).fails_clearly(2).says(said).says("Nothing was written");
        assert_eq!(self.sim.requests().total, 0);
        refused
    }
}

#[test]
fn a_policy_that_nobody_signed_is_refused() {
    let Some(signed) = signed() else { return };
    signed.refuses("it is not signed, and must be by the key");
    // Whom to trust does not change with what is tried.
    let sim = &signed.sim;
    sim.plan(["--plugin", &signed.pinned]).fails_clearly(2).says("not signed");
    sim.usher("plugin", &["verify", &signed.pinned, "--config", "usher.toml"]).fails_clearly(2);
}

#[test]
fn what_cosign_signs_in_its_older_form_is_verified_and_needs_no_registry_later() {
    let Some(mut signed) = signed() else { return };
    signed.registry.cosign(&[&["sign", "--allow-http-registry"], &KEYED[..], &[signed.named()]].concat());
    signed.sim.sync([]).exits(0);
    signed.registry.stop();
    signed.sim.plan(["--exit-code"]).exits(0);
    let other = signed.pinned.clone();
    signed.configure(&other, "usher.pub");
    signed.sim.plan([]).exits(1);
}

#[test]
fn what_cosign_signs_as_a_bundle_is_verified() {
    let Some(mut signed) = signed() else { return };
    std::fs::write(signed.registry.folder().join("predicate.json"), "{}").expect("the folder can be written");
    let attest = |kind: &str| {
        let statement = [
            "attest",
            "--new-bundle-format",
            "--allow-http-registry",
            "--predicate",
            "predicate.json",
            "--type",
            kind,
        ];
        signed.registry.cosign(&[&statement[..], &KEYED[..], &[signed.named()]].concat());
    };
    // A list of parts says nothing of whether to trust them.
    attest("https://example.com/scan/v1");
    signed.refuses("vouches for nothing");
    attest("https://sigstore.dev/cosign/sign/v1");
    signed.sim.plan([]).exits(0);
    let same = signed.pinned.clone();
    signed.configure(&same, "usher.pub");
    signed.sim.plan([]).fails_clearly(2).says("none of its");
}

#[test]
fn what_usher_signs_in_a_registry_cosign_verifies() {
    let Some(mut signed) = signed() else { return };
    let (sim, registry) = (&signed.sim, &signed.registry);
    sim.run("plugin", &["sign", &signed.pinned, "--key", &registry.path("usher.key")])
        .exits(0)
        .prints(&signed.pinned);
    let offline = ["--key", "usher.pub", "--insecure-ignore-tlog", "--allow-http-registry"];
    registry.cosign(&[&["verify"], &offline[..], &[signed.named()]].concat());
    let bundle = [
        "verify-attestation",
        "--new-bundle-format",
        "--trusted-root",
        "root.json",
        "--type",
        "https://sigstore.dev/cosign/sign/v1",
    ];
    registry.cosign(&[&bundle[..], &offline[..], &[signed.named()]].concat());

    signed.refuses("none of its 2 signatures counts");
    let same = signed.pinned.clone();
    signed.configure(&same, "usher.pub");
    signed.sim.plan([]).exits(0);
    // A second signature stands beside the first.
    signed.registry.cosign(&[&["sign", "--allow-http-registry"], &KEYED[..], &[signed.named()]].concat());
    let key = signed.registry.path("cosign.pub");
    signed.sim.run("plugin", &["verify", &signed.pinned, "--key", &key]).exits(0).prints("is signed by");
    signed.sim.plan([]).exits(0);
}

#[test]
fn a_file_is_verified_by_the_bundle_beside_it() {
    let Some(mut signed) = signed() else { return };
    signed.sim.run("plugin", &["pull", &signed.pinned, "-o", "acme.wasm"]).exits(0);
    signed.configure("acme.wasm", "cosign.pub");
    signed.refuses("it is not signed");
    let file = signed.sim.folder().join("acme.wasm").display().to_string();
    let bundle = format!("{file}.sigstore.json");
    let sign = ["sign-blob", "--new-bundle-format", "--bundle", &bundle];
    signed.registry.cosign(&[&sign[..], &KEYED[..], &[&file]].concat());
    signed.sim.plan([]).exits(0);

    // The other way round.
    signed.sim.run("plugin", &["sign", "acme.wasm", "--key", &signed.registry.path("usher.key")]).exits(0);
    let verify = [
        "verify-blob",
        "--key",
        "usher.pub",
        "--new-bundle-format",
        "--insecure-ignore-tlog",
        "--trusted-root",
        "root.json",
    ];
    signed.registry.cosign(&[&verify[..], &["--bundle", &bundle, &file]].concat());
    signed.sim.forget_requests();
    signed.refuses("none of its 1 signatures counts");
    signed.configure("acme.wasm", "usher.pub");
    signed.sim.plan([]).exits(0);

    // Other bytes under the same signature.
    let mut bytes = std::fs::read(&file).expect("the file is there");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).expect("the file can be written");
    signed.sim.forget_requests();
    signed.refuses("none of its 1 signatures counts");
}
