//! Policies in a registry that nobody here wrote: what is pushed, pulled, pinned, kept, and refused when it was changed.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use usher_tests::registry::{Access, OciRegistry, PASSWORD, USER, oci_registry};
use usher_tests::{Org, Place, Sim};

/// The configuration of the policy that is pushed.
const PREFIX: &str = "[policy.config]\nprefix = \"aws-\"\n";

fn nowhere() -> Place {
    let mut place = Place::new("", "", "");
    own_cache(&mut place);
    place
}

/// What one test fetched must not serve the next.
fn own_cache(place: &mut Place) {
    let cache = place.folder().join("cache").display().to_string();
    place.set("XDG_CACHE_HOME", &cache);
}

fn sim() -> Sim {
    let mut sim = Sim::start(Org::new().person("ann").group("aws-admins", ["ann"]));
    own_cache(&mut sim);
    sim
}

/// Pushes a built-in policy; returns its pinned reference, and the digest of the component.
fn pushed(place: &Place, registry: &OciRegistry, name: &str) -> (String, String) {
    let told =
        place.run("plugin", &["push", "builtin:prefix", &registry.reference(name), "--json"]).exits(0).json();
    let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
    (text("reference"), text("digest"))
}

fn flip_a_byte(file: &Path) {
    let mut bytes = std::fs::read(file).expect("the file is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).expect("the file can be written");
}

#[test]
fn what_is_pushed_oras_pulls_byte_for_byte() {
    let Some(registry) = oci_registry("registry", Access::Open) else { return };
    let place = nowhere();
    let (reference, digest) = pushed(&place, &registry, "acme/teams:1");
    // The same bytes have the same manifest, whenever they are pushed.
    assert_eq!(pushed(&place, &registry, "acme/teams:2").0, reference.replace(":1@", ":2@"));
    let named = reference.trim_start_matches("oci://");
    registry.oras(&["pull", "--plain-http", "--output", "pulled", named]);
    place.run("plugin", &["pull", &reference, "-o", "ours.wasm"]).exits(0);
    let ours = std::fs::read(place.folder().join("ours.wasm")).expect("usher wrote it");
    assert!(ours == std::fs::read(registry.folder().join("pulled/teams.wasm")).expect("oras wrote it"));
    let told = place.run("plugin", &["inspect", "ours.wasm", "--json"]).exits(0).json();
    assert_eq!(told["digest"], digest.as_str());
    let told = place.run("plugin", &["inspect", &reference, "--json"]).exits(0).json();
    assert!(reference.ends_with(told["manifestDigest"].as_str().unwrap_or("none")), "{told}");
    assert_eq!(told["digest"], digest.as_str());
    let manifest = registry.oras(&["manifest", "fetch", "--plain-http", named]);
    assert!(manifest.contains("application/vnd.wasm.config.v0+json"), "{manifest}");
}

#[test]
fn what_oras_pushes_is_pulled_with_the_newer_layer_and_the_older() {
    let Some(registry) = oci_registry("registry", Access::Open) else { return };
    let place = nowhere();
    std::fs::write(registry.folder().join("a.wasm"), b"\0asm and more").expect("the folder can be written");
    for (tag, kind) in [("new", "application/wasm"), ("old", "application/vnd.wasm.content.layer.v1+wasm")] {
        let to = format!("{}/acme/theirs:{tag}", registry.host());
        registry.oras(&["push", "--plain-http", &to, &format!("a.wasm:{kind}")]);
        let pulled = place
            .run("plugin", &["pull", &format!("oci://{to}")])
            .exits(0)
            .says("may mean something else tomorrow");
        pulled.prints("theirs.wasm");
        let file = place.folder().join("theirs.wasm");
        assert_eq!(std::fs::read(&file).expect("usher wrote it"), b"\0asm and more");
        std::fs::remove_file(file).expect("the file can be removed");
    }
    let to = format!("{}/acme/notes:1", registry.host());
    registry.oras(&["push", "--plain-http", &to, "a.wasm:text/plain"]);
    place.run("plugin", &["pull", &format!("oci://{to}")]).fails_clearly(2).says("holds text/plain");
    let missing = registry.reference("acme/no-such:1");
    place.run("plugin", &["pull", &missing]).fails_clearly(2).says(&missing);
}

#[test]
fn a_configuration_names_a_digest_and_pin_writes_it() {
    let Some(mut registry) = oci_registry("registry", Access::Open) else { return };
    let mut sim = sim();
    let (pinned, _) = pushed(&sim, &registry, "acme/teams:1");
    let unpinned = registry.reference("acme/teams:1");
    sim.rest = format!("[policy]\ncomponent = \"{unpinned}\" # ours\n{PREFIX}");
    sim.sync([]).fails_clearly(2).says(&format!("component = \"{pinned}\"")).says("Nothing was written");
    // On the command line it is a warning.
    sim.rest = PREFIX.to_owned();
    sim.plan(["--plugin", &unpinned]).exits(0).says(&pinned);

    sim.rest = format!("[policy]\ncomponent = \"{unpinned}\" # ours\n{PREFIX}");
    sim.usher("plugin", &["pin"]).exits(0).prints(&pinned);
    let written = std::fs::read_to_string(sim.folder().join("usher.toml")).expect("the file is there");
    assert!(written.contains(&format!("component = \"{pinned}\" # ours\n")), "{written}");
    sim.run("plugin", &["pin"]).exits(0).prints("nothing to pin");
    sim.run("sync", &[]).exits(0);
    assert_eq!(sim.target().group_names(), ["admins"]);

    // The bytes are at hand: the registry is not needed any more.
    registry.stop();
    sim.run("plan", &["--exit-code"]).exits(0);
    sim.rest = format!("[policy]\ncomponent = \"{unpinned}\"\n{PREFIX}");
    sim.plan([]).fails_clearly(2).says("now it cannot");
}

#[test]
fn a_digest_of_the_component_pins_as_well() {
    let Some(registry) = oci_registry("registry", Access::Open) else { return };
    let mut sim = sim();
    let (pinned, digest) = pushed(&sim, &registry, "acme/teams:1");
    let reference = registry.reference("acme/teams:1");
    sim.rest = format!("[policy]\ncomponent = \"{reference}\"\ndigest = \"{digest}\"\n{PREFIX}");
    sim.plan([]).exits(0);
    sim.rest = format!("[policy]\ncomponent = \"{reference}@{digest}\"\n{PREFIX}");
    sim.plan([]).exits(0);
    let other = format!("sha256:{}", "0".repeat(64));
    sim.rest = format!("[policy]\ncomponent = \"{reference}@{other}\"\n{PREFIX}");
    // Which of the two digests was meant nobody knows, so both are told.
    let (_, manifest) = pinned.split_once('@').expect("a pinned reference has a digest");
    let told = format!(
        "nothing there has that digest; under its tag there is now the manifest {manifest} with the component {digest}"
    );
    sim.sync([]).fails_clearly(2).says(&other).says(&told).says("Nothing was written");
}

#[test]
fn pin_says_which_reference_has_no_tag_to_look_up() {
    let Some(registry) = oci_registry("registry", Access::Open) else { return };
    let mut sim = sim();
    let (pinned, _) = pushed(&sim, &registry, "acme/teams:1");
    let untagged = pinned.replace(":1@", "@");
    sim.rest = format!("[policy]\ncomponent = \"{untagged}\"\n{PREFIX}");
    let said = format!("note: {untagged} has no tag to look up");
    sim.usher("plugin", &["pin", "--update"]).exits(0).says(&said).prints("nothing to pin");
}

#[test]
fn bytes_that_were_changed_in_the_registry_are_refused() {
    let Some(registry) = oci_registry("registry", Access::Open) else { return };
    let mut sim = sim();
    let (pinned, digest) = pushed(&sim, &registry, "acme/teams:1");
    flip_a_byte(&registry.blob(&digest));
    sim.rest = format!("[policy]\ncomponent = \"{pinned}\"\n{PREFIX}");
    sim.sync([]).fails_clearly(2).says("is refused").says(&digest).says("Nothing was written");
    assert_eq!(sim.requests().total, 0);
    // So is a manifest, by whichever way it is asked for: the registry serves it without a word.
    let (_, manifest) = pinned.split_once('@').expect("a pinned reference has a digest");
    let file = registry.blob(manifest);
    let text = std::fs::read_to_string(&file).expect("the manifest is there");
    assert!(text.contains("Groups with a prefix"), "{text}");
    std::fs::write(&file, text.replace("Groups with a prefix", "Groupz with a prefix"))
        .expect("the file can be written");
    sim.sync([]).fails_clearly(2).says("is refused");
    sim.run("plugin", &["pull", &registry.reference("acme/teams:1")]).fails_clearly(2).says("is refused");
}

#[test]
fn a_kept_file_that_was_changed_is_never_used() {
    let Some(mut registry) = oci_registry("registry", Access::Open) else { return };
    let mut sim = sim();
    let (pinned, digest) = pushed(&sim, &registry, "acme/teams:1");
    sim.rest = format!("[policy]\ncomponent = \"{pinned}\"\n{PREFIX}");
    sim.plan([]).exits(0);
    let kept = sim.folder().join("cache/usher/policies/blobs").join(digest.replace(':', "-"));
    flip_a_byte(&kept);
    sim.plan([]).exits(0).says("was changed since it was kept");
    sim.plan([]).exits(0);
    flip_a_byte(&kept);
    registry.stop();
    sim.sync([]).fails_clearly(1).says("cannot be asked").says("Nothing was written");
}

#[test]
fn a_private_authority_and_dockers_credentials_open_the_door() {
    let Some(registry) = oci_registry("registry", Access::Guarded) else { return };
    let mut place = nowhere();
    let to = registry.reference("acme/teams:1");
    let authority = registry.path("authority.crt");
    let push = |place: &Place| place.run("plugin", &["push", "builtin:prefix", &to]);
    // On this machine TLS is spoken only where an authority is named, and only the right one is believed.
    push(&place).exits(1);
    place.set("USHER_REGISTRY_CA", &registry.path("other.crt"));
    push(&place).fails_clearly(1).says("private authority");
    place.set("USHER_REGISTRY_CA", &authority);
    push(&place).fails_clearly(2).says("docker login");
    place.set("USHER_REGISTRY_CA", "usher.toml");
    place.file("usher.toml", b"");
    push(&place).fails_clearly(2).says("PEM");
    place.set("USHER_REGISTRY_CA", &authority);

    let docker = place.folder().join(".docker");
    std::fs::create_dir(&docker).expect("the folder can be written");
    let config =
        |text: String| std::fs::write(docker.join("config.json"), text).expect("the folder can be written");
    let host = registry.host();
    config(format!(r#"{{"auths": {{"{host}": {{"username": "{USER}", "password": "wrong"}}}}}}"#));
    push(&place).fails_clearly(2).says("does not permit");
    config(format!(r#"{{"auths": {{"{host}": {{"username": "{USER}", "password": "{PASSWORD}"}}}}}}"#));
    push(&place).exits(0).prints(&to);

    // A helper is a program in PATH that is asked on its stdin, as docker asks it.
    let helper = place.folder().join("docker-credential-ours");
    let script = format!(
        "#!/bin/sh\nread -r host\n[ \"$1 $host\" = 'get {host}' ] || {{ echo 'credentials not found'; exit 1; }}\n\
         echo '{{\"ServerURL\":\"\",\"Username\":\"{USER}\",\"Secret\":\"{PASSWORD}\"}}'\n"
    );
    std::fs::write(&helper, script).expect("the folder can be written");
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).expect("the file is ours");
    let path = std::env::var("PATH").unwrap_or_default();
    place.set("PATH", &format!("{}:{path}", place.folder().display()));
    for text in
        [format!(r#"{{"credHelpers": {{"{host}": "ours"}}}}"#), r#"{"credsStore": "ours"}"#.to_owned()]
    {
        config(text);
        place.run("plugin", &["pull", &to]).exits(0);
        push(&place).exits(0);
    }
    config(format!(r#"{{"credHelpers": {{"{host}": "missing"}}}}"#));
    push(&place).fails_clearly(2).says("docker-credential-missing");
}
