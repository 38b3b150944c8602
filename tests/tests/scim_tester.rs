//! The conformance test of scim2-cli against the simulated Identity Center. AWS does not pass all of it, so a faithful
//! simulator must not either: tests/peers/scim-tester.txt lists what it fails, and why.

use std::collections::BTreeMap;

use serde_json::Value;
use usher_tests::peers::peers;
use usher_tests::{Org, Sim, wait};

const EXPECTED: &str = include_str!("../peers/scim-tester.txt");

#[test]
fn the_simulated_identity_center_fails_what_aws_fails_and_nothing_else() {
    let Some(peers) = peers("scim2-cli") else { return };
    let sim = Sim::start(Org::new());
    let token = sim.token("amz_sso_api_token");
    let types = sim.file("types.json", resource_types(&sim.scim, &token).to_string().as_bytes());
    let types = sim.folder().join(types);
    let types = types.to_str().expect("a folder for temporary files has a plain name");
    let arguments = ["--url", &sim.scim, "--resource-types", types, "test"];
    let authorization = format!("Authorization: Bearer {token}");
    // What the tester makes up depends on the order of its sets too.
    let environment = [("SCIM_CLI_HEADERS", authorization.as_str()), ("PYTHONHASHSEED", "0")];
    let printed = peers.tester("scim_tester.py", &arguments, &environment);

    let (passed, failed) = results(&printed);
    let expected = expected();
    let of = |list: &BTreeMap<String, usize>, check: &String| list.get(check).copied().unwrap_or_default();
    let differences: Vec<String> = failed
        .keys()
        .chain(expected.keys().filter(|check| !failed.contains_key(*check)))
        .filter(|check| of(&failed, check) != of(&expected, check))
        .map(|check| format!("{check}\n    expected {}, failed {}", of(&expected, check), of(&failed, check)))
        .collect();
    assert!(differences.is_empty(), "{}\n\n{printed}", differences.join("\n"));
    assert_eq!(passed, 80, "{printed}");
}

/// What AWS announces, but for one word: it says that users must have the enterprise extension, though it takes them
/// without. The tester believes it and would test no user at all.
fn resource_types(base: &str, token: &str) -> Value {
    let mut types: Value = wait(async {
        let request = reqwest::Client::new().get(format!("{base}/ResourceTypes")).bearer_auth(token);
        request.send().await.expect("the simulator answers").json().await.expect("the simulator speaks JSON")
    });
    assert_eq!(types["Resources"][0]["schemaExtensions"][0]["required"], true, "{types}");
    types["Resources"][0]["schemaExtensions"][0]["required"] = false.into();
    types
}

/// How often each check is expected to fail.
fn expected() -> BTreeMap<String, usize> {
    let lines = EXPECTED.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut expected = BTreeMap::new();
    for line in lines {
        let (number, check) = line.split_once(' ').expect("a number and a check");
        *expected.entry(check.to_owned()).or_default() += number.parse::<usize>().expect("a number");
    }
    expected
}

/// How many checks passed, and how often each failed, as `check: what the tester says`.
fn results(printed: &str) -> (usize, BTreeMap<String, usize>) {
    let lines: Vec<&str> = printed.lines().collect();
    let mut failed = BTreeMap::new();
    let mut passed = 0;
    for (index, line) in lines.iter().enumerate() {
        match line.split_once(' ') {
            Some(("SUCCESS", _)) => passed += 1,
            Some((status, check))
                if !status.is_empty() && status.bytes().all(|byte| byte.is_ascii_uppercase()) =>
            {
                let said =
                    lines.get(index + 1).filter(|next| next.starts_with("  ")).map_or("", |next| next.trim());
                *failed.entry(format!("{check}: {said}")).or_default() += 1;
            }
            _ => {}
        }
    }
    (passed, failed)
}
