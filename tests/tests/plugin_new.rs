//! `usher plugin new` and `build`: from nothing to a policy, outside this repository.

use std::path::Path;
use std::process::{Command, Stdio};

use usher_tests::Place;

fn cargo_test(folder: &Path) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("test").current_dir(folder).env("CARGO_NET_OFFLINE", "true").stdin(Stdio::null());
    // What the cargo that runs this test said to it is not for the other.
    for name in ["CARGO_TARGET_DIR", "CARGO_MANIFEST_DIR", "CARGO_BUILD_TARGET_DIR", "RUSTFLAGS"] {
        cargo.env_remove(name);
    }
    let output = cargo.output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_new_policy_tests_builds_and_runs_at_once() {
    let place = Place::with_a_compiler();
    let made = place.run("plugin", &["new", "our-policy", "--json"]).exits(0).json();
    assert_eq!(made["folder"], "our-policy");
    let folder = place.folder().join("our-policy");

    let tested = cargo_test(&folder);
    assert!(tested.contains("test result: ok. 2 passed; 0 failed"), "{tested}");

    let built = place.run("plugin", &["build", "our-policy", "-o", "ours.wasm", "--json"]).exits(0).json();
    assert_eq!((&built["name"], &built["file"]), (&"our-policy".into(), &"ours.wasm".into()));
    let inspected = place.run("plugin", &["inspect", "ours.wasm", "--json"]).exits(0).json();
    assert_eq!(inspected["digest"], built["digest"]);
    // The lock file that cargo wrote fits, and the same source gives the same bytes.
    let again = place.run("plugin", &["build", "our-policy", "--locked", "--json"]).exits(0).json();
    assert_eq!(again["digest"], built["digest"]);
    assert!(folder.join("target/policies/our-policy.wasm").is_file());

    place.run("plugin", &["test", "our-policy"]).exits(0).prints("3 cases, 3 passed, 0 failed");
    place.run("plugin", &["check", "ours.wasm", "--config", "our-policy/config.toml"]).exits(0);

    // A mistake of the author's is told in the compiler's words.
    let wrong = "usher_guest::export!(Nothing);\n";
    std::fs::write(folder.join("src/lib.rs"), wrong).expect("the project is ours");
    place.run("plugin", &["build", "our-policy"]).exits(1).says("cannot find type `Nothing`");
}

#[test]
fn what_is_there_is_never_overwritten() {
    let place = Place::new("", "", "");
    std::fs::create_dir(place.folder().join("ours")).expect("a folder can be made");
    place.file("ours/notes.txt", b"mine");
    place.run("plugin", &["new", "ours"]).fails_clearly(2).says("is there already");
    assert_eq!(std::fs::read_dir(place.folder().join("ours")).expect("it is a folder").count(), 1);
    // An empty folder is nobody's.
    std::fs::create_dir(place.folder().join("empty")).expect("a folder can be made");
    place.run("plugin", &["new", "empty"]).exits(0).prints("cargo test");
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    let place = Place::new("", "", "");
    for name in ["../ours", "Ours", "usher-guest"] {
        place.run("plugin", &["new", name]).fails_clearly(2).says("the name");
    }
    assert_eq!(std::fs::read_dir(place.folder()).expect("it is a folder").count(), 0);
}

#[test]
fn a_folder_without_a_policy_is_told_so() {
    let place = Place::new("", "", "");
    place.run("plugin", &["build", "."]).exits(2).says("there is no package in .").says("hint: ");
}
