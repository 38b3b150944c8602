//! The Bytecode Alliance's own tool reads what `usher plugin build` makes.

use std::path::Path;

use usher_tests::Place;
use usher_tests::peers::{Peers, peers};

fn wasm_tools(peers: &Peers, arguments: &[&str]) -> String {
    let output = peers.run("wasm-tools", arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("wasm-tools prints text")
}

fn root() -> &'static Path {
    usher_plugin_build::workspace_root()
}

/// Builds a policy of this workspace as an author would, and gives the path of the component.
fn built(place: &Place, policy: &str) -> String {
    let folder = root().join("plugins").join(policy);
    let folder = folder.to_str().expect("the workspace has a plain path").to_owned();
    let file = place.folder().join(format!("{policy}.wasm"));
    let file = file.to_str().expect("a folder for temporary files has a plain name").to_owned();
    place.run("plugin", &["build", &folder, "-o", &file]).exits(0);
    file
}

#[test]
fn wasm_tools_accepts_what_build_makes_and_finds_the_contract_in_it() {
    let Some(peers) = peers("wasm-tools") else { return };
    let place = Place::with_a_compiler();
    for policy in ["acme-teams", "rules"] {
        let component = built(&place, policy);
        wasm_tools(peers, &["validate", &component]);
        let wit = wasm_tools(peers, &["component", "wit", &component]);
        let (world, _) = wit.split_once("\npackage ").unwrap_or((&wit, ""));
        let lines = |start: &str| -> Vec<&str> {
            world.lines().map(str::trim).filter(|line| line.starts_with(start)).collect()
        };
        let imports = ["import usher:policy/log@0.1.0;", "import usher:policy/types@0.1.0;"];
        assert!(lines("import ").iter().all(|line| imports.contains(line)), "{world}");
        assert_eq!(lines("export "), ["export usher:policy/policy@0.1.0;"], "{world}");
        assert!(
            wit.contains("decide-users: func(users: list<user>) -> result<list<user-decision>, string>;"),
            "{wit}"
        );
    }
}

#[test]
fn wasm_tools_reads_the_contract() {
    let Some(peers) = peers("wasm-tools") else { return };
    let contract = root().join("wit");
    let wit =
        wasm_tools(peers, &["component", "wit", contract.to_str().expect("the workspace has a plain path")]);
    assert!(wit.contains("package usher:policy@0.1.0;"), "{wit}");
    assert!(wit.contains("world plugin {"), "{wit}");
}

#[test]
fn wasm_tools_refuses_what_is_cut_short() {
    let Some(peers) = peers("wasm-tools") else { return };
    let whole = usher_plugin_build::workspace_policy("acme-teams").expect("the policy can be built");
    let place = Place::new("", "", "");
    place.file("half.wasm", &whole[..whole.len() / 2]);
    let half = place.folder().join("half.wasm");
    let half = half.to_str().expect("a folder for temporary files has a plain name");
    assert!(!peers.run("wasm-tools", &["validate", half]).status.success());
}
