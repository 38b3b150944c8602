//! What counts as an answer.

use serde_json::json;
use usher_core::account::Account;
use usher_core::decision::{GroupVerdict, UserVerdict};
use usher_policy::{AnswerFault, Limits, PolicyError, StopCause};

use crate::fixture::{configured, configured_with, engine, groups, groups_fail, people, users_fail};

fn fault(error: PolicyError) -> AnswerFault {
    match error {
        PolicyError::Stopped(stop) => match stop.cause {
            StopCause::Answer(fault) => fault,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn there_is_one_decision_for_each_item() {
    for (mode, found) in [("too-few", 2), ("too-many", 4), ("none", 0)] {
        assert_eq!(fault(users_fail(mode)), AnswerFault::Count { expected: 3, found });
        assert_eq!(fault(groups_fail(mode)), AnswerFault::Count { expected: 3, found });
    }
    assert_eq!(
        users_fail("too-few").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) gave a wrong answer in decide-users (batch 1, users 1-3 of 3): 2 decisions for \
         3 items\n\
         hint: a policy answers each item once, in order and under its own id; tell the plugin's author"
    );
}

#[test]
fn decisions_come_in_the_order_of_the_items() {
    let swapped =
        |kind| AnswerFault::Order { at: 0, expected: format!("{kind}1"), found: format!("{kind}2") };
    assert_eq!(fault(users_fail("ids-swapped")), swapped("00u"));
    assert_eq!(fault(groups_fail("ids-swapped")), swapped("00g"));
}

#[test]
fn one_item_answered_twice_leaves_another_without_an_answer() {
    let expected = AnswerFault::Order { at: 1, expected: "00u2".to_owned(), found: "00u1".to_owned() };
    assert_eq!(fault(users_fail("duplicate")), expected);
}

#[test]
fn an_id_that_was_not_asked_is_escaped_and_refused() {
    let found = r"\u{1b}[2J\u{1b}[31mred\r\nnext line\u{9b}1m\u{202e}desrever\u{7}".to_owned();
    assert_eq!(
        fault(users_fail("foreign-id")),
        AnswerFault::Foreign { at: 0, expected: "00u1".to_owned(), found }
    );
}

#[test]
fn a_key_that_aws_would_refuse_is_refused() {
    let key = r"a key: \u{1b}[31m".to_owned();
    assert_eq!(fault(groups_fail("bad-key")), AnswerFault::BadKey { at: 0, id: "00g1".to_owned(), key });
    assert_eq!(
        fault(groups_fail("empty-key")),
        AnswerFault::BadKey { at: 0, id: "00g1".to_owned(), key: String::new() }
    );
    assert_eq!(
        fault(users_fail("bad-key")),
        AnswerFault::BadKey { at: 0, id: "00u1".to_owned(), key: "a/b".to_owned() }
    );
    assert_eq!(
        fault(groups_fail("doubled-key")),
        AnswerFault::DoubledKey { at: 0, id: "00g1".to_owned(), key: "k".to_owned() }
    );
}

#[test]
fn a_decision_names_its_rule() {
    assert_eq!(fault(users_fail("empty-rule")), AnswerFault::NoRule { at: 0, id: "00u1".to_owned() });
    assert_eq!(fault(groups_fail("empty-rule")), AnswerFault::NoRule { at: 0, id: "00g1".to_owned() });
}

#[test]
fn an_error_in_place_of_an_answer_is_told() {
    assert_eq!(
        users_fail("error-answer").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) failed in decide-users (batch 1, users 1-3 of 3): no idea \
         \\u{1b}[2J\\u{1b}[31mred\\r\\nnext line\\u{9b}1m\\u{202e}desrever\\u{7}\n\
         hint: the plugin itself gave up; its author, or its configuration, can mend this. `usher plugin run --snapshot FILE --batch 1` finds the \
         user"
    );
    let text = groups_fail("error-without-a-word").to_string();
    assert!(
        text.contains(" failed in decide-groups (batch 1, groups 1-3 of 3) and did not say why\n"),
        "{text}"
    );
}

#[test]
fn an_account_without_its_required_texts_is_passed_on_to_be_held() {
    let mut policy = configured(&engine(Limits::default()), "empty-fields").unwrap();
    let decisions = policy.decide_users(&people(1)).unwrap();
    let UserVerdict::Sync(account) = &decisions[0].verdict else { panic!("{decisions:?}") };
    let draft = people(1).remove(0).draft;
    let expected = Account { user_name: String::new(), display_name: String::new(), email: None, ..draft };
    assert_eq!(**account, expected);
}

#[test]
fn what_a_policy_does_not_decide_is_decided_by_default() {
    let engine = engine(Limits::default());
    let mut policy = configured_with(&engine, &json!({ "mode": "", "only": "users" })).unwrap();
    assert!(!policy.needs().groups && policy.needs().users);
    let decisions = policy.decide_groups(&groups(2)).unwrap();
    assert_eq!(policy.usage().decide_groups.calls, 0);
    assert_eq!(decisions.len(), 2);
    assert_eq!((decisions[1].id.as_str(), &*decisions[1].why.rule), ("00g2", "default"));
    let GroupVerdict::Sync(targets) = &decisions[1].verdict else { panic!("{decisions:?}") };
    assert_eq!(targets.len(), 1);
    assert_eq!((&targets[0].key, &*targets[0].display_name), (&None, "group 2"));

    let mut policy = configured_with(&engine, &json!({ "mode": "", "only": "groups" })).unwrap();
    assert!(policy.needs().groups && !policy.needs().users);
    let decisions = policy.decide_users(&people(2)).unwrap();
    assert_eq!(policy.usage().decide_users.calls, 0);
    assert_eq!(decisions.len(), 2);
    assert_eq!((decisions[1].id.as_str(), &*decisions[1].why.rule), ("00u2", "default"));
    assert_eq!((&decisions[1].verdict, &decisions[1].groups), (&UserVerdict::Keep, &None));
}

#[test]
fn only_the_attributes_that_were_asked_for_enter_the_sandbox() {
    let mut policy = configured(&engine(Limits::default()), "attributes").unwrap();
    assert_eq!(policy.needs().user_attributes, ["department", "title"]);
    assert_eq!(policy.needs().group_attributes, [""; 0]);
    let decisions = policy.decide_users(&people(1)).unwrap();
    let UserVerdict::Sync(account) = &decisions[0].verdict else { panic!("{decisions:?}") };
    assert_eq!(account.display_name, "department title");
}
