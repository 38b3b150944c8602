//! The case file of what one policy was asked: a case for each verdict and rule.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use usher_cases::{Case, CaseFile, CaseGroup, CaseUser, Expectation, Limits as CaseLimits};
use usher_policy::{ConfiguredPolicy, Limits, Transcript};

use crate::cases::items;
use crate::cases::questions::{group_answer, user_answer};
use crate::escape::plain;
use crate::shell::quoted;

/// A verdict with the rule that gave it.
type Kind = (String, String);

/// What it was asked, and what it answered.
pub(super) fn case_file(policy: &ConfiguredPolicy, transcript: &Transcript) -> CaseFile {
    let needs = policy.needs();
    let mut groups: BTreeMap<Kind, Vec<CaseGroup>> = BTreeMap::new();
    for (group, decision) in transcript.groups() {
        let answer = group_answer(decision);
        let expect = Some(Expectation::recorded_whole(&answer, &Json::Null));
        let group = CaseGroup { expect, ..items::group(group, &needs.group_attributes) };
        groups.entry(kind(&answer)).or_default().push(group);
    }
    let mut users: BTreeMap<Kind, Vec<CaseUser>> = BTreeMap::new();
    for (user, decision) in transcript.users() {
        let answer = user_answer(decision);
        let expect = Some(Expectation::recorded_whole(&answer, &json!(user.draft)));
        let user = CaseUser { expect, ..items::user(user, &needs.user_attributes) };
        users.entry(kind(&answer)).or_default().push(user);
    }
    let of_groups = groups
        .into_iter()
        .map(|((verdict, rule), groups)| case(format!("groups: {verdict} by {rule}"), groups, Vec::new()));
    let of_users = users
        .into_iter()
        .map(|((verdict, rule), users)| case(format!("people: {verdict} by {rule}"), Vec::new(), users));
    let mut cases: Vec<Case> = of_groups.chain(of_users).collect();
    if cases.is_empty() {
        // The configuration is tried all the same.
        cases.push(case("asked about nobody".to_owned(), Vec::new(), Vec::new()));
    }
    // What was allowed in the run is allowed in the test.
    let fuel = policy.limits().fuel_per_item;
    CaseFile {
        version: 1,
        config: policy.config().clone(),
        now: Some(policy.provenance().now),
        limits: CaseLimits { fuel_per_item: (fuel > Limits::default().fuel_per_item).then_some(fuel) },
        cases,
    }
}

fn kind(answer: &Json) -> Kind {
    let part = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    (part("verdict"), part("rule"))
}

fn case(name: String, groups: Vec<CaseGroup>, users: Vec<CaseUser>) -> Case {
    Case { name, config: None, now: None, groups, users, expect_problems: Vec::new(), line: 0 }
}

/// What a reader of the file should know, as comments.
pub(super) fn about(component: &str, policy: &ConfiguredPolicy) -> String {
    let provenance = policy.provenance();
    format!(
        "#\n# What {} ({} {}, {}) was asked in one run, and what it answered.\n# It holds what the policy saw of people: personal data, \
         unless the run was one from a redacted snapshot.\n# To try it: usher plugin test {} --cases THIS-FILE\n",
        plain(component),
        plain(&provenance.plugin),
        plain(&provenance.version),
        provenance.digest,
        plain(&quoted(component)),
    )
}
