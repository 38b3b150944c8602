//! The conformance test of scim2-cli against the simulated Identity Center. AWS does not pass all of it, so a faithful
//! simulator must not either: tests/peers/scim-tester.txt lists what it fails and why.

use std::collections::BTreeSet;

use usher_tests::peers::peers;
use usher_tests::{Org, Sim};

/// `check: reason of the tester`, and the reason why AWS fails it too.
const EXPECTED: &str = include_str!("../peers/scim-tester.txt");

#[test]
fn the_simulated_identity_center_fails_what_aws_fails_and_nothing_else() {
    let Some(peers) = peers("scim2-cli") else { return };
    let sim = Sim::start(Org::new());
    let headers = format!("Authorization: Bearer {}", sim.token("amz_sso_api_token"));
    let output = peers.run("scim2", &["--url", &sim.scim, "test"], &[("SCIM_CLI_HEADERS", &headers)]);
    let printed = String::from_utf8_lossy(&output.stdout);
    let (passed, failed) = results(&printed);
    let expected: BTreeSet<String> = EXPECTED
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty() && !line.starts_with("    "))
        .map(str::to_owned)
        .collect();
    let unexpected: Vec<&String> = failed.difference(&expected).collect();
    let mended: Vec<&String> = expected.difference(&failed).collect();
    assert!(unexpected.is_empty(), "fails unexpectedly: {unexpected:#?}\n{printed}");
    assert!(mended.is_empty(), "passes though AWS does not; take it off the list: {mended:#?}");
    assert!(passed > 50, "only {passed} checks passed:\n{printed}");
}

/// How many checks passed, and those that did not, as `check: what the tester says`, without ids and random values.
fn results(printed: &str) -> (usize, BTreeSet<String>) {
    let lines: Vec<&str> = printed.lines().collect();
    let mut failed = BTreeSet::new();
    let mut passed = 0;
    for (index, line) in lines.iter().enumerate() {
        match line.split_once(' ') {
            Some(("SUCCESS", _)) => passed += 1,
            Some((status, check))
                if !status.is_empty() && status.bytes().all(|byte| byte.is_ascii_uppercase()) =>
            {
                let said =
                    lines.get(index + 1).filter(|next| next.starts_with("  ")).map_or("", |next| next.trim());
                failed.insert(format!("{check}: {said}"));
            }
            _ => {}
        }
    }
    (passed, failed)
}
