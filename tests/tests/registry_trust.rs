//! Who signed a policy: cosign signs and usher verifies, and the other way round.

use std::path::PathBuf;

use serde_json::Value;
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

    /// Under which tag whatever refers to the policy is listed.
    fn list(&self) -> String {
        let (_, manifest) = self.pinned.split_once('@').expect("a pinned reference has a digest");
        format!("{}/acme/teams:{}", self.registry.host(), manifest.replace(':', "-"))
    }

    /// Lists what refers to it with the signature last, in the registry too; returns the digests.
    fn signature_last(&self) -> Vec<String> {
        let list = self.registry.oras(&["manifest", "fetch", "--plain-http", &self.list()]);
        let mut list: Value = serde_json::from_str(&list).expect("a list is JSON");
        let listed = list["manifests"].as_array_mut().expect("a list of manifests");
        listed.sort_by_key(|it| it["artifactType"] != "text/plain");
        let digests = listed.iter().map(|it| it["digest"].as_str().unwrap_or_default().to_owned()).collect();
        let file = self.registry.folder().join("list.json");
        std::fs::write(file, list.to_string()).expect("the folder can be written");
        self.registry.oras(&["manifest", "push", "--plain-http", &self.list(), "list.json"]);
        digests
    }

    /// Attaches files of this type that are no signatures.
    fn attach(&self, kind: &str, files: &[String]) {
        for file in files {
            std::fs::write(self.registry.folder().join(file), file).expect("the folder can be written");
        }
        let files: Vec<String> = files.iter().map(|file| format!("{file}:{kind}")).collect();
        let mut arguments = vec!["attach", "--plain-http", "--artifact-type", kind, self.named()];
        arguments.extend(files.iter().map(String::as_str));
        self.registry.oras(&arguments);
    }

    /// Signs it with cosign's key, as a bundle.
    fn sign_a_bundle(&self) {
        std::fs::write(self.registry.folder().join("predicate.json"), "{}")
            .expect("the folder can be written");
        let kind = "https://sigstore.dev/cosign/sign/v1";
        let statement = ["attest", "--new-bundle-format", "--allow-http-registry", "--type", kind];
        let predicate = ["--predicate", "predicate.json"];
        self.registry.cosign(&[&statement[..], &predicate, &KEYED, &[self.named()]].concat());
    }

    /// A folder of what was kept.
    fn kept(&self, folder: &str) -> PathBuf {
        self.sim.folder().join("cache/usher/policies").join(folder)
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

#[test]
fn a_policy_pinned_by_its_component_needs_neither_the_registry_nor_the_tag_later() {
    let Some(mut signed) = signed() else { return };
    signed.registry.cosign(&[&["sign", "--allow-http-registry"], &KEYED[..], &[signed.named()]].concat());
    let component = |reference: &str| -> String {
        let told = signed.sim.run("plugin", &["inspect", reference, "--json"]).exits(0).json();
        told["digest"].as_str().unwrap_or_default().to_owned()
    };
    let tag = signed.registry.reference("acme/teams:1");
    let ours = format!("{tag}@{}", component(&signed.pinned));
    let other = signed.registry.reference("acme/teams:2");
    signed.sim.run("plugin", &["push", "builtin:regex-rename", &other]).exits(0);
    let theirs = format!("{other}@{}", component(&other));
    signed.configure(&ours, "cosign.pub");
    signed.sim.plan([]).exits(0);

    // The tag moves, and the signature lies where it did.
    signed.sim.run("plugin", &["push", "builtin:regex-rename", &tag]).exits(0);
    std::fs::remove_dir_all(signed.kept("signatures")).expect("signatures were kept");
    signed.sim.plan([]).exits(0);

    // Another component is not signed, whichever manifest the cache says is its.
    signed.configure(&theirs, "cosign.pub");
    signed.sim.forget_requests();
    signed.refuses("it is not signed");
    let (_, manifest) = signed.pinned.split_once('@').expect("a pinned reference has a digest");
    for file in std::fs::read_dir(signed.kept("manifests")).expect("manifests were kept") {
        let file = file.expect("the folder can be read").path();
        std::fs::write(file, format!("{{\"version\":1,\"manifest\":\"{manifest}\"}}"))
            .expect("the folder can be written");
    }
    signed.refuses("it is not signed");

    signed.registry.stop();
    signed.configure(&ours, "cosign.pub");
    signed.sim.plan([]).exits(0);
    signed.configure(&ours, "usher.pub");
    signed.sim.plan([]).exits(1);
    signed.configure(&theirs, "cosign.pub");
    signed.sim.plan([]).exits(1);
}

#[test]
fn neither_scans_nor_what_is_gone_hides_a_signature() {
    let Some(mut signed) = signed() else { return };
    for scan in 0..40 {
        signed.attach("text/plain", &[format!("scan-{scan}.txt")]);
    }
    signed.sign_a_bundle();
    let listed = signed.signature_last();
    assert_eq!(listed.len(), 41);
    signed.sim.plan([]).exits(0);
    let forget = |signed: &Signed| {
        std::fs::remove_dir_all(signed.kept("signatures")).expect("signatures were kept");
        signed.sim.forget_requests();
    };

    std::fs::remove_file(signed.registry.blob(&listed[0])).expect("the manifest was there");
    forget(&signed);
    signed.sim.plan([]).exits(0);
    let same = signed.pinned.clone();
    signed.configure(&same, "usher.pub");
    signed.sim.forget_requests();
    signed
        .refuses("none of its 1 signatures counts")
        .says("1 of what the registry lists beside it is not there");
    signed.configure(&same, "cosign.pub");

    // A signature that was damaged is told from one that is not there.
    let manifest = std::fs::read_to_string(signed.registry.blob(&listed[40])).expect("the manifest is there");
    let manifest: Value = serde_json::from_str(&manifest).expect("a manifest is JSON");
    let bundle = signed.registry.blob(manifest["layers"][0]["digest"].as_str().unwrap_or_default());
    let damaged = std::fs::read_to_string(&bundle).expect("the bundle is there").replacen('{', "[", 1);
    std::fs::write(&bundle, damaged).expect("the folder can be written");
    forget(&signed);
    signed.refuses("no signature of it can be read").says("in place of the signature sha256:");
}

#[test]
fn signatures_that_are_not_looked_at_are_told() {
    let Some(signed) = signed() else { return };
    let files: Vec<String> = (0..33).map(|at| format!("bundle-{at}.json")).collect();
    signed.attach("application/vnd.dev.sigstore.bundle.v0.3+json", &files);
    signed.refuses("none of its 32 signatures counts").says("1 more of what is beside it was not looked at");
}

#[test]
fn a_signature_is_not_put_where_nobody_would_find_it() {
    let Some(signed) = signed() else { return };
    std::fs::write(signed.registry.folder().join("a.txt"), "no list").expect("the folder can be written");
    let list = signed.list();
    signed.registry.oras(&["push", "--plain-http", &list, "a.txt:text/plain"]);
    let key = signed.registry.path("usher.key");
    let sign = signed.sim.run("plugin", &["sign", &signed.pinned, "--key", &key]);
    sign.fails_clearly(2).says(&format!("{list} is no list"));
    signed.refuses(&format!("{list} is no list"));
}

#[test]
fn a_configuration_is_verified_for_every_policy_that_it_names_so() {
    let Some(mut signed) = signed() else { return };
    let key = |name: &str| signed.registry.path(name);
    let sign = |name: &str| {
        signed.sim.run("plugin", &["sign", &signed.pinned, "--key", &key(name)]).exits(0);
    };
    sign("usher.key");
    let told = signed.sim.run("plugin", &["inspect", &signed.pinned, "--json"]).exits(0).json();
    let digest = told["digest"].as_str().unwrap_or_default().to_owned();
    let row = |second: &str, digest: &str| {
        let policy = |name: &str, key: &str, digest: &str| {
            format!(
                "[[policy]]\nname = \"{name}\"\ncomponent = \"{}\"\ndigest = \"{digest}\"\n[policy.config]\nprefix = \"aws-\"\n\
                 [[policy.signers]]\nkey = \"{key}\"\n",
                signed.pinned
            )
        };
        policy("first", &key("usher.pub"), told["digest"].as_str().unwrap_or_default())
            + &policy("second", &key(second), digest)
    };
    let rows = [
        row("usher.pub", &digest),
        row("cosign.pub", &digest),
        row("usher.pub", &format!("sha256:{}", "0".repeat(64))),
    ];
    let verify = ["verify", &signed.pinned.clone(), "--config", "usher.toml"];
    let [held, by_another, of_others] = rows;
    signed.sim.rest = held;
    signed.sim.usher("plugin", &verify).exits(0).prints("is signed by");
    let told = signed.sim.usher("plugin", &[&verify[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(told["digest"], digest.as_str());
    assert_eq!(told["verified"].as_array().map(Vec::len), Some(1));
    signed.sim.rest = by_another;
    signed.sim.usher("plugin", &verify).fails_clearly(2).says("none of its");
    signed.sim.rest = of_others;
    signed.sim.usher("plugin", &verify).fails_clearly(2).says("allows only sha256:000");
}
