//! The same reading, policy, configuration and time give the same plan, to the byte, at the same cost in fuel; the report says which
//! policy that was.

use serde_json::{Value, json};
use usher_tests::{Org, Sim};

/// Every policy in Rust that this repository shows, with a configuration that decides something. Those in other languages: guests.rs.
const POLICIES: [(&str, &str); 5] = [
    (
        "builtin:rules",
        "[[policy.config.groups]]\nname = \"all\"\nwhen = 'true'\nsync = 'group.name.lowerAscii()'\n\
         [policy.config.account]\n\"work.costCenter\" = 'has(user.department) ? user.department : \"none\"'\n",
    ),
    ("builtin:prefix", "[policy.config]\nprefix = \"team-\"\n"),
    ("builtin:regex-rename", "[[policy.config.rename]]\npattern = 'team-(.+)-(.+)'\nname = '${1} ${2}s'\n"),
    (
        "builtin:attribute-table",
        "[policy.config]\nattribute = \"department\"\n[policy.config.groups]\nSales = [\"crm\"]\n",
    ),
    ("acme.wasm", "[policy.config]\nroles = [\"developer\"]\ncost_centers = { Sales = \"4711\" }\n"),
];

#[test]
fn every_policy_decides_the_same_snapshot_the_same_to_the_byte() {
    let mut sim = Sim::start(
        Org::new()
            .person_with("ann", json!({ "department": "Sales" }))
            .person_with("bob", json!({ "department": "Data", "title": "Zoë \"D\"" }))
            .group("team-web-developer", ["ann", "bob"])
            .group("choir", ["bob"]),
    );
    sim.file(
        "acme.wasm",
        &usher_plugin_build::workspace_policy("acme-teams").expect("the policy can be built"),
    );
    for (component, configuration) in POLICIES {
        sim.rest = format!(
            "[sync]\ngroups = [\"team-web-developer\", \"choir\"]\n[policy]\ncomponent = \"{component}\"\n{configuration}"
        );
        sim.usher("snapshot", &["save", "s.json", "--all-groups"]).exits(0);
        let run = || -> Value {
            let outcome = sim.plan(["--json", "--snapshot", "s.json"]);
            assert!(matches!(outcome.status, Some(0 | 5)), "{component}: {outcome}");
            outcome.json()
        };
        let (first, second) = (run(), run());
        for part in ["plan", "hash", "policies"] {
            assert_eq!(first[part].to_string(), second[part].to_string(), "{component}: {part}");
        }
        assert!(
            !first["plan"]["operations"].as_array().expect("a list").is_empty(),
            "{component} decides nothing"
        );
        let policy = &first["policies"][0];
        for fact in ["digest", "configDigest"] {
            assert!(policy[fact].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{policy:#}");
        }
        assert!(policy["version"].is_string() && policy["now"].is_u64(), "{policy:#}");
        assert!(policy.to_string().contains("fuel"), "{policy:#}");
    }
}
