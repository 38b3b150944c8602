//! Policies that somebody signed by a Sigstore of their own: who is taken, and everything by which a signature is another's.

use std::path::{Path, PathBuf};

use serde_json::Value;
use usher_tests::registry::{Access, OciRegistry, oci_registry};
use usher_tests::sigstore::{Signing, sign};
use usher_tests::{Org, Outcome, Sim};

const ISSUER: &str = "https://gitlab.acme.example";
const SUBJECT: &str = "https://gitlab.acme.example/platform/policies//.gitlab-ci.yml@refs/heads/main";

/// A policy as a file and in a registry, and what is signed about it.
struct Signed {
    registry: OciRegistry,
    sim: Sim,
    /// `oci://…@sha256:…`
    pinned: String,
    /// The component, and beside it the manifest that names it.
    component: PathBuf,
    manifest: PathBuf,
}

fn signed() -> Option<Signed> {
    let registry = oci_registry("registry_identity", Access::Open)?;
    let mut sim = Sim::start(Org::new().person("ann").group("aws-admins", ["ann"]));
    let cache = sim.folder().join("cache").display().to_string();
    sim.set("XDG_CACHE_HOME", &cache);
    let pushed = ["push", "builtin:prefix", &registry.reference("acme/teams:1"), "--json"];
    let pushed = sim.run("plugin", &pushed).exits(0).json();
    let pinned = pushed["reference"].as_str().expect("a reference is text").to_owned();
    sim.run("plugin", &["pull", &pinned, "-o", "acme.wasm"]).exits(0);
    let (component, manifest) = (sim.folder().join("acme.wasm"), sim.folder().join("manifest.json"));
    let named = pinned.trim_start_matches("oci://");
    registry.oras(&["manifest", "fetch", "--plain-http", "--output", &manifest.display().to_string(), named]);
    Some(Signed { registry, sim, pinned, component, manifest })
}

impl Signed {
    /// Signs, each time in the one way that the configuration asks for but for what the test changes.
    fn sign(&self, signings: &[Signing<'_>]) -> Option<()> {
        sign("registry_identity", self.sim.folder(), signings)
    }

    fn usual<'a>(&self, name: &'a str, artifact: &'a Path) -> Signing<'a> {
        Signing {
            name,
            sigstore: "acme",
            issuer: ISSUER,
            subject: SUBJECT,
            artifact,
            by_statement: false,
            certificate_minutes_ago: 0,
            in_certificate_log: true,
        }
    }

    /// A run takes this component from these signers alone.
    fn configure(&mut self, component: &str, trusted_root: &str) {
        self.sim.rest = format!(
            "[policy]\ncomponent = \"{component}\"\n[[policy.signers]]\nissuer = \"{ISSUER}\"\nsubject = \"{SUBJECT}\"\n{trusted_root}\n\
             [policy.config]\nprefix = \"aws-\"\n"
        );
    }

    fn bundle(&self, name: &str) -> Value {
        let text = std::fs::read(self.sim.folder().join(format!("{name}.sigstore.json")));
        serde_json::from_slice(&text.expect("it was signed")).expect("a bundle is JSON")
    }

    /// What a run says when this bundle lies beside the file.
    fn runs_with(&self, bundle: &Value) -> Outcome {
        self.sim.file("acme.wasm.sigstore.json", bundle.to_string().as_bytes());
        self.sim.forget_requests();
        self.sim.sync(["--dry-run"])
    }
}

const ROOT: &str = "trusted_root = \"acme.root.json\"";

#[test]
fn a_file_that_an_identity_of_a_private_sigstore_signed_is_taken() {
    let Some(mut signed) = signed() else { return };
    let component = signed.component.clone();
    let Some(()) = signed.sign(&[signed.usual("acme.wasm", &component)]) else { return };
    signed.configure("acme.wasm", ROOT);
    signed.sim.plan([]).exits(0).prints("admins");
    let who = ["--issuer", ISSUER, "--subject", SUBJECT, "--trusted-root", "acme.root.json"];
    let told = signed.sim.run("plugin", &[&["verify", "acme.wasm"], &who[..]].concat());
    told.exits(0).prints(&format!("acme.wasm is signed by {SUBJECT} (by {ISSUER})"));

    // The public Sigstore knows nothing of it.
    signed.configure("acme.wasm", "");
    signed.sim.plan([]).fails_clearly(2).says("its entry in the log of signatures does not hold");
    signed.configure("acme.wasm", "trusted_root = \"no.root.json\"");
    signed.sim.plan([]).fails_clearly(2).says("no.root.json cannot be used");
}

#[test]
fn a_statement_of_an_identity_beside_a_policy_in_a_registry_is_taken_and_kept() {
    let Some(mut signed) = signed() else { return };
    let manifest = signed.manifest.clone();
    let by_statement = Signing { by_statement: true, ..signed.usual("manifest", &manifest) };
    let Some(()) = signed.sign(&[by_statement]) else { return };
    let component = signed.pinned.clone();
    signed.configure(&component, ROOT);
    signed.sim.plan([]).fails_clearly(2).says("it is not signed, and must be by").says(SUBJECT);

    let kind = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let bundle = signed.sim.folder().join("manifest.sigstore.json");
    std::fs::copy(bundle, signed.registry.folder().join("bundle.json")).expect("a file can be copied");
    let named = signed.pinned.trim_start_matches("oci://");
    let layer = format!("bundle.json:{kind}");
    signed.registry.oras(&["attach", "--plain-http", "--artifact-type", kind, named, &layer]);
    signed.sim.plan([]).exits(0).prints("admins");
    signed.registry.stop();
    signed.sim.plan([]).exits(0).prints("admins");
}

#[test]
fn a_signature_that_differs_in_one_thing_is_refused_and_the_thing_is_named() {
    let Some(mut signed) = signed() else { return };
    let (component, manifest) = (signed.component.clone(), signed.manifest.clone());
    let usual = |name| signed.usual(name, &component);
    let somebody = "https://gitlab.acme.example/ann/fork//.gitlab-ci.yml@refs/heads/main";
    let Some(()) = signed.sign(&[
        usual("good"),
        Signing { subject: somebody, ..usual("subject") },
        Signing { issuer: "https://gitlab.example.com", ..usual("issuer") },
        Signing { artifact: &manifest, ..usual("artifact") },
        Signing { artifact: &manifest, by_statement: true, ..usual("statement") },
        Signing { certificate_minutes_ago: 60, ..usual("expired") },
        Signing { in_certificate_log: false, ..usual("unlogged") },
        Signing { sigstore: "other", ..usual("other") },
    ]) else {
        return;
    };
    signed.configure("acme.wasm", ROOT);
    signed.runs_with(&signed.bundle("good")).exits(0);

    let entries = |bundle: &Value| bundle["verificationMaterial"]["tlogEntries"].clone();
    let with_entries = |entries: Value| {
        let mut bundle = signed.bundle("good");
        bundle["verificationMaterial"]["tlogEntries"] = entries;
        bundle
    };
    let borrowed = with_entries(entries(&signed.bundle("artifact")));
    let mut later = entries(&signed.bundle("good"));
    let time = later[0]["integratedTime"].as_str().and_then(|time| time.parse::<i64>().ok());
    later[0]["integratedTime"] = (time.expect("a time is a number") - 1).to_string().into();
    for (bundle, said) in [
        (signed.bundle("subject"), format!("its certificate is made out to {somebody}")),
        (signed.bundle("issuer"), "on the word of another issuer, https://gitlab.example.com".to_owned()),
        (signed.bundle("artifact"), "it is of something else".to_owned()),
        (signed.bundle("statement"), "it is of something else".to_owned()),
        (signed.bundle("expired"), "and its certificate was valid from".to_owned()),
        (signed.bundle("unlogged"), "does not show that it is in a log of certificates".to_owned()),
        (signed.bundle("other"), "its entry in the log of signatures does not hold".to_owned()),
        (
            with_entries(Value::Array(Vec::new())),
            "does not show that it is in the log of signatures".to_owned(),
        ),
        // The entry holds, and is of something else.
        (borrowed, "it is of something else".to_owned()),
        (with_entries(later), "its entry in the log of signatures does not hold".to_owned()),
    ] {
        let refused = signed.runs_with(&bundle).fails_clearly(2);
        refused.says("none of its 1 signatures counts").says(&said).says("Nothing was written");
        assert_eq!(signed.sim.requests().total, 0);
    }
}
