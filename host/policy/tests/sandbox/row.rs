//! Several policies in a row, asked as if they were one.

use serde_json::{Value, json};
use usher_core::account::Account;
use usher_core::decision::{GroupDecision, GroupVerdict, TargetGroup, UserDecision, UserVerdict};
use usher_policy::{ChainError, Limits, PolicyChain};

use crate::fixture::{configured, configured_with, engine, groups, people};

/// Scripted policies, in this order.
fn row<const N: usize>(scripts: [(&str, Value); N]) -> PolicyChain {
    let engine = engine(Limits::default());
    let policies = scripts.map(|(name, mut script)| {
        script["mode"] = json!("scripted");
        (name.to_owned(), configured_with(&engine, &script).unwrap())
    });
    PolicyChain::new(policies.into()).unwrap()
}

/// A company's policy and a local one that say this of `00u1` and of `00g1`.
fn two(company: Value, local: Value) -> PolicyChain {
    let says = |line: Value| json!({ "says": { "00u1": line, "00g1": line } });
    row([("company", says(company)), ("local", says(local))])
}

fn person(mut row: PolicyChain) -> UserDecision {
    row.decide_users(&people(1)).unwrap().remove(0)
}

fn group(mut row: PolicyChain) -> GroupDecision {
    row.decide_groups(&groups(1)).unwrap().remove(0)
}

fn titled(title: &str) -> UserVerdict {
    let draft = people(1).remove(0).draft;
    UserVerdict::Sync(Box::new(Account { title: Some(title.to_owned()), ..draft }))
}

fn target(key: Option<&str>, name: &str) -> TargetGroup {
    TargetGroup { key: key.map(str::to_owned), display_name: name.to_owned() }
}

#[test]
fn a_skip_and_a_hold_are_final() {
    let company = json!({ "says": { "00u1": { "verdict": "skip" }, "00u2": { "verdict": "hold" } } });
    let title = json!({ "title": "Chief" });
    let local = json!({ "says": { "00u1": title, "00u2": title, "00u3": title } });
    let mut row = row([("company", company), ("local", local)]);
    let decisions = row.decide_users(&people(3)).unwrap();
    let said: Vec<_> =
        decisions.iter().map(|it| (it.id.as_str(), it.why.rule.as_str(), &it.verdict)).collect();
    assert_eq!(said[0], ("00u1", "company/script", &UserVerdict::Skip));
    assert_eq!(said[1], ("00u2", "company/script", &UserVerdict::Hold));
    assert_eq!((said[2].0, said[2].1), ("00u3", "local/script"));
    let asked: Vec<u64> = row.policies().map(|(_, policy)| policy.usage().decide_users.items).collect();
    assert_eq!(asked, [3, 1]);
}

#[test]
fn a_later_policy_may_skip_and_hold_whom_an_earlier_one_let_through() {
    for (verdict, expected) in [("skip", UserVerdict::Skip), ("hold", UserVerdict::Hold)] {
        let decision = person(two(json!({ "title": "Chief" }), json!({ "verdict": verdict })));
        assert_eq!((decision.verdict, &*decision.why.rule), (expected, "local/script"));
    }
}

#[test]
fn a_later_policy_sees_the_account_and_the_groups_as_the_one_before_left_them() {
    let company = json!({ "title": "Chief", "groups": [["k", "K"], [null, "R&D"], [null, "plain"]] });
    let decision = person(two(company, json!({ "title": "Boss" })));
    assert_eq!(
        decision.why.message,
        // A group without a key is known by the key that it will have in AWS.
        "title Chief; groups R-D-9f22b019fdfc3117 k plain; attributes "
    );
    assert_eq!(decision.verdict, titled("Boss"));
}

#[test]
fn a_keep_keeps_what_the_one_before_made() {
    let decision = person(two(json!({ "title": "Chief", "groups": [["k", "K"]] }), json!({})));
    assert_eq!(decision.verdict, titled("Chief"));
    assert_eq!(decision.groups, Some(vec![target(Some("k"), "K")]));
    assert_eq!(decision.why.rule, "company/script");
}

#[test]
fn a_decision_that_changes_nothing_is_not_the_one_that_decided() {
    let company = || json!({ "title": "Chief", "groups": [["k", "K"]] });
    assert_eq!(person(two(company(), company())).why.rule, "company/script");
    assert_eq!(person(two(json!({}), json!({}))).why.rule, "company/script");
    let other = json!({ "title": "Chief", "groups": [["k", "K"], ["l", "L"]] });
    assert_eq!(person(two(company(), other)).why.rule, "local/script");
}

#[test]
fn a_list_of_groups_replaces_the_one_before_and_may_name_its_groups_by_key() {
    let company = || json!({ "groups": [["k", "K"], [null, "R&D"]] });
    let local = json!({ "groups": [["R-D-9f22b019fdfc3117", ""], ["k", "Other"], ["00g1", ""]] });
    let decision = person(two(company(), local));
    let expected = vec![target(None, "R&D"), target(Some("k"), "Other"), target(Some("00g1"), "")];
    assert_eq!(decision.groups, Some(expected));
    assert_eq!((decision.verdict, &*decision.why.rule), (UserVerdict::Keep, "local/script"));
    assert_eq!(person(two(company(), json!({ "groups": [] }))).groups, Some(Vec::new()));
}

#[test]
fn the_names_a_later_policy_gives_a_group_replace_the_earlier_ones() {
    let decision = group(two(json!({ "groups": [[null, "A"]] }), json!({ "groups": [["k", "B"]] })));
    assert_eq!(decision.verdict, GroupVerdict::Sync(vec![target(Some("k"), "B")]));
    assert_eq!(decision.why.rule, "local/well-behaved");
}

#[test]
fn a_group_that_was_left_out_is_not_asked_about_again() {
    for (line, expected) in [
        (json!({ "verdict": "skip" }), GroupVerdict::Skip),
        (json!({ "verdict": "hold" }), GroupVerdict::Hold),
        (json!({ "groups": [] }), GroupVerdict::Sync(Vec::new())),
    ] {
        let mut row = two(line, json!({}));
        let decisions = row.decide_groups(&groups(2)).unwrap();
        assert_eq!((&decisions[0].verdict, &*decisions[0].why.rule), (&expected, "company/well-behaved"));
        let asked: Vec<u64> = row.policies().map(|(_, policy)| policy.usage().decide_groups.items).collect();
        assert_eq!(asked, [2, 1]);
    }
}

#[test]
fn a_policy_without_a_hook_leaves_what_the_others_decide() {
    let renamed = || json!({ "says": { "00g1": { "groups": [["k", "K"]] } }, "only": "groups" });
    let titled_too = || json!({ "says": { "00u1": { "title": "Chief" } }, "only": "users" });
    for scripts in
        [[("groups", renamed()), ("users", titled_too())], [("users", titled_too()), ("groups", renamed())]]
    {
        let mut row = row(scripts);
        assert!(row.needs().groups && row.needs().users);
        let decision = row.decide_groups(&groups(1)).unwrap().remove(0);
        assert_eq!(decision.verdict, GroupVerdict::Sync(vec![target(Some("k"), "K")]));
        assert_eq!(decision.why.rule, "groups/well-behaved");
        let decision = row.decide_users(&people(1)).unwrap().remove(0);
        assert_eq!((decision.verdict, &*decision.why.rule), (titled("Chief"), "users/script"));
    }
}

#[test]
fn what_no_policy_decides_is_decided_by_default() {
    let mut row = row([("a", json!({ "only": "users" })), ("b", json!({ "only": "users" }))]);
    assert!(!row.needs().groups);
    let decision = row.decide_groups(&groups(1)).unwrap().remove(0);
    assert_eq!(decision.verdict, GroupVerdict::Sync(vec![target(None, "group 1")]));
    assert_eq!(decision.why.rule, "default");
}

#[test]
fn each_policy_sees_only_the_attributes_it_asked_for_itself() {
    let reads = |names: [&str; 2]| json!({ "reads": names, "says": { "00u1": { "title": names[0] } } });
    let script = || [("company", reads(["title", "department"])), ("local", reads(["secret", "nobody"]))];
    let mut row = row(script());
    assert_eq!(row.needs().user_attributes, ["department", "nobody", "secret", "title"]);
    let decision = row.decide_users(&people(1)).unwrap().remove(0);
    assert_eq!(decision.why.message, "title title; groups 00g1; attributes secret");
}

#[test]
fn the_rules_of_a_single_policy_keep_their_names() {
    let mut alone = row([("company", json!({}))]);
    assert_eq!(alone.decide_users(&people(1)).unwrap()[0].why.rule, "script");
    assert_eq!(alone.take_log()[0].message, "the script is read");
    let mut alone = PolicyChain::from(configured(&engine(Limits::default()), "").unwrap());
    assert_eq!(alone.name(), "hostile.wasm");
    assert_eq!(alone.decide_groups(&groups(1)).unwrap()[0].why.rule, "well-behaved");
}

#[test]
fn every_log_line_says_whose_it_is() {
    let mut row = two(json!({}), json!({}));
    let lines: Vec<_> = row.take_log().into_iter().map(|line| line.message).collect();
    assert_eq!(lines, ["company: the script is read", "local: the script is read"]);
    assert_eq!(row.logs().take(), []);
}

#[test]
fn two_policies_of_one_name_make_no_row() {
    let engine = engine(Limits::default());
    let twice = ["a", "a"].map(|name| (name.to_owned(), configured(&engine, "").unwrap()));
    let error = PolicyChain::new(twice.into()).unwrap_err();
    assert_eq!(error, ChainError::SameName { name: "a".to_owned() });
    assert_eq!(PolicyChain::new(Vec::new()).unwrap_err(), ChainError::Empty);
}

#[test]
fn the_failure_of_one_is_the_failure_of_the_row() {
    for bad_is_first in [true, false] {
        let engine = engine(Limits::default());
        let mut policies = vec![
            ("good".to_owned(), configured(&engine, "").unwrap()),
            (
                "bad".to_owned(),
                engine
                    .load("bad", &crate::fixture::hostile())
                    .unwrap()
                    .configure(&json!({ "mode": "panic" }), 0)
                    .unwrap(),
            ),
        ];
        if bad_is_first {
            policies.reverse();
        }
        let mut row = PolicyChain::new(policies).unwrap();
        let error = row.decide_users(&people(3)).unwrap_err();
        assert!(
            error.to_string().starts_with("the policy `bad` (hostile 6.6.6) crashed in decide-users"),
            "{error}"
        );
        assert_eq!(row.decide_users(&people(3)).unwrap_err(), error);
        let asked = row.usage().decide_users.items;
        assert_eq!(asked, if bad_is_first { 0 } else { 6 });
    }
}

#[test]
fn batches_do_not_matter_to_a_row_either() {
    let decisions = |batch: usize| {
        let engine = engine(Limits { batch, ..Limits::default() });
        let policies = ["a", "b"].map(|name| {
            let config = json!({ "mode": "scripted", "says": {
                "00u3": { "verdict": "skip" }, "00u5": { "title": name }, "00u9": { "groups": [[name, name]] } } });
            (name.to_owned(), configured_with(&engine, &config).unwrap())
        });
        let mut row = PolicyChain::new(policies.into()).unwrap();
        (row.decide_groups(&groups(20)).unwrap(), row.decide_users(&people(20)).unwrap())
    };
    let whole = decisions(256);
    assert_eq!(whole.1.len(), 20);
    assert_eq!(decisions(1), whole);
    assert_eq!(decisions(7), whole);
}

#[test]
fn what_each_policy_saw_and_said_is_written_down_as_it_was() {
    let company = json!({ "reads": ["department"], "says": { "00u1": { "title": "Chief", "groups": [["k", "K"]] }, "00u2": { "verdict": "skip" } } });
    let local = json!({ "reads": ["title"], "only": "users" });
    let mut row = row([("company", company), ("local", local)]);
    row.record(10);
    row.decide_groups(&groups(2)).unwrap();
    row.decide_users(&people(2)).unwrap();
    let written: Vec<_> = row.transcripts().map(|(name, _, transcript)| (name, transcript)).collect();
    let [("company", company), ("local", local)] = written[..] else { panic!("{written:?}") };

    assert_eq!((company.groups().len(), company.users().len()), (2, 2));
    let (ann, said) = &company.users()[0];
    assert_eq!(
        ann.source.profile.keys().collect::<Vec<_>>(),
        ["department"],
        "only what entered the sandbox"
    );
    assert_eq!((&said.verdict, said.why.rule.as_str()), (&titled("Chief"), "script"));
    // It decides no groups, so it was asked about none; and it met only the one who was let through, as she was left.
    assert_eq!((local.groups_asked(), local.users_asked()), (0, 1));
    let (ann, said) = &local.users()[0];
    assert_eq!(ann.source.profile.keys().collect::<Vec<_>>(), ["title"]);
    assert_eq!((ann.draft.title.as_deref(), &*ann.groups), (Some("Chief"), &["k".to_owned()][..]));
    assert_eq!(said.verdict, UserVerdict::Keep);
}

#[test]
fn of_each_verdict_and_rule_no_more_is_written_down_than_was_asked_for() {
    let skip = json!({ "verdict": "skip" });
    let mut row = row([("one", json!({ "says": { "00u2": skip, "00u4": skip, "00u6": skip } }))]);
    row.record(2);
    for people in people(6).chunks(4) {
        row.decide_users(people).unwrap();
    }
    let (_, _, transcript) = row.transcripts().next().unwrap();
    let ids: Vec<_> = transcript.users().iter().map(|(user, _)| user.source.id.as_str()).collect();
    assert_eq!(ids, ["00u1", "00u2", "00u3", "00u4"]);
    assert_eq!(transcript.users_asked(), 6);
}
