//! The crates of the house depend on one another in one direction: docs/architecture.md says which, and this test that it
//! is still so.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Who may use whom, dependencies for tests apart. A crate that is not named here fails the test: whoever adds a room
/// says where it stands.
const ALLOWED: &[(&str, &[&str])] = &[
    ("usher-core", &[]),
    ("usher-policy", &["usher-core"]),
    ("usher-okta", &["usher-core"]),
    ("usher-identity-center", &["usher-core"]),
    ("usher-registry", &["usher-core"]),
    ("usher-secrets", &[]),
    ("usher-storage", &["usher-core"]),
    ("usher-engine", &["usher-core", "usher-identity-center", "usher-okta", "usher-policy"]),
    ("usher-simulator", &[]),
    (
        "usher",
        &[
            "usher-cases",
            "usher-core",
            "usher-engine",
            "usher-identity-center",
            "usher-okta",
            "usher-plugin-build",
            "usher-plugins",
            "usher-policy",
            "usher-registry",
            "usher-secrets",
            "usher-simulator",
            "usher-storage",
        ],
    ),
    ("usher-cases", &[]),
    ("usher-guest", &["usher-cases"]),
    ("usher-plugin-build", &[]),
    ("usher-plugins", &["usher-plugin-build"]),
    ("usher-plugin-attribute-table", &["usher-guest"]),
    ("usher-plugin-prefix", &["usher-guest"]),
    ("usher-plugin-regex-rename", &["usher-guest"]),
    ("usher-plugin-noop", &["usher-guest"]),
    ("usher-plugin-rules", &["usher-guest"]),
    ("acme-teams", &["usher-guest"]),
    ("usher-five-attributes", &["usher-guest"]),
    ("usher-first-contract", &[]),
    ("usher-hostile", &[]),
    ("usher-tests", &["usher-plugin-build"]),
    ("usher-model", &[]),
];

/// Only for tests: what stands on the right may help to test what stands on the left.
const ALLOWED_IN_TESTS: &[(&str, &[&str])] = &[
    ("usher-cases", &["usher-core"]),
    ("usher-policy", &["usher-five-attributes", "usher-guest", "usher-plugin-build"]),
    ("usher-plugin-rules", &["usher-core", "usher-plugin-build", "usher-policy"]),
    ("usher-plugins", &["usher-core", "usher-policy"]),
    ("acme-teams", &["usher-core", "usher-plugin-build", "usher-policy"]),
    (
        "usher-model",
        &[
            "usher-core",
            "usher-engine",
            "usher-identity-center",
            "usher-okta",
            "usher-plugins",
            "usher-policy",
            "usher-simulator",
        ],
    ),
];

/// A crate of the workspace, and the names of those it uses.
struct Room {
    uses: BTreeSet<String>,
    uses_in_tests: BTreeSet<String>,
}

fn house() -> BTreeMap<String, Room> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo speaks JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages
        .iter()
        .map(|package| {
            let named = |of_tests: bool| {
                let dependencies = package["dependencies"].as_array().expect("a list of dependencies");
                dependencies
                    .iter()
                    // Only members of the workspace have a path.
                    .filter(|dependency| dependency["path"].is_string())
                    .filter(|dependency| (dependency["kind"] == "dev") == of_tests)
                    .map(|dependency| text(&dependency["name"]))
                    .collect()
            };
            (text(&package["name"]), Room { uses: named(false), uses_in_tests: named(true) })
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn allowed(list: &[(&str, &[&str])], room: &str) -> Option<BTreeSet<String>> {
    let (_, names) = list.iter().find(|(name, _)| *name == room)?;
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn crates_depend_on_one_another_in_one_direction() {
    let house = house();
    for (name, room) in &house {
        let allowed =
            allowed(ALLOWED, name).unwrap_or_else(|| panic!("{name} is new: say in ALLOWED whom it may use"));
        assert_eq!(
            room.uses, allowed,
            "{name} uses (left) other crates than docs/architecture.md says (right)"
        );
    }
    let named: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let there: BTreeSet<&str> = house.keys().map(String::as_str).collect();
    assert_eq!(named, there, "ALLOWED names (left) other crates than there are (right)");
}

#[test]
fn tests_reach_no_further_than_they_need() {
    for (name, room) in &house() {
        let allowed = allowed(ALLOWED_IN_TESTS, name).unwrap_or_default();
        let more: Vec<&String> = room.uses_in_tests.difference(&allowed).collect();
        assert!(more.is_empty(), "the tests of {name} use {more:?}; see ALLOWED_IN_TESTS");
    }
}

#[test]
fn only_one_crate_names_wasmtime() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).expect("Cargo.lock lies at the top");
    let users: Vec<&str> = lock
        .split("\n[[package]]\n")
        .filter(|package| package.lines().any(|line| line == " \"wasmtime\","))
        .filter_map(|package| package.lines().find_map(|line| line.strip_prefix("name = ")))
        .filter(|name| !name.contains("wasmtime"))
        .collect();
    assert_eq!(users, ["\"usher-policy\""]);
}

/// The examples in other languages are made by the tools that a new project gets.
#[test]
fn examples_pin_the_tools_of_new_projects() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("the file is there");
    // An address would name the registry that somebody asked.
    let pinned = |path: &str| -> BTreeMap<String, [Value; 2]> {
        let text = read(path);
        assert!(!text.contains("://"), "{path} names a registry");
        let lock: Value = serde_json::from_str(&text).expect("a lock file is JSON");
        let packages = lock["packages"].as_object().expect("a table of packages");
        let fetched = packages.iter().filter(|(_, package)| {
            package["extraneous"] != true
                && (package["integrity"].is_string() || package["resolved"].is_null())
        });
        let from_the_index = fetched.filter(|(path, _)| path.starts_with("node_modules/"));
        from_the_index
            .map(|(path, package)| (path.clone(), [package["version"].clone(), package["integrity"].clone()]))
            .collect()
    };
    let example = pinned("plugins/acme-teams-js/package-lock.json");
    assert!(example.values().flatten().all(Value::is_string), "every package has its digest");
    assert_eq!(example, pinned("host/cli/templates/js/package-lock.json.txt"));
    let digests = |path: &str| -> Vec<String> {
        let is_pin = |line: &&str| line.contains("==") || line.contains("--hash=");
        read(path).lines().filter(is_pin).filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    };
    let example = digests("plugins/acme-teams-python/requirements.txt");
    assert_eq!(example, digests("host/cli/templates/python/requirements.txt.txt"));
    assert!(example.len() > 1);
}
