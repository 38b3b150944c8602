//! What becomes of people and of their accounts.

use serde_json::json;
use usher_guest::{Status, User, UserVerdict};

use super::rules;

fn ann() -> User {
    User::named("ann@acme.example")
}

#[test]
fn whom_no_rule_speaks_of_keeps_the_draft() {
    let policy = rules(json!({ "users": [{ "name": "never", "when": "false", "then": "skip" }] }));
    assert!(!policy.needs().groups && policy.needs().users);
    let decision = policy.user(&ann());
    assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Keep, "default"));
}

#[test]
fn the_first_rule_that_applies_decides() {
    let policy = rules(json!({ "users": [
        { "name": "boss", "when": "user.login.startsWith('ann')", "then": "keep", "message": "'the boss'" },
        { "name": "rest", "when": "true", "then": "skip" },
    ]}));
    let decision = policy.user(&ann());
    assert_eq!(
        (decision.verdict(), decision.rule(), decision.message()),
        (&UserVerdict::Keep, "boss", "the boss")
    );
    assert_eq!(policy.user(&User::named("bob@acme.example")).verdict(), &UserVerdict::Skip);
}

#[test]
fn otherwise_says_what_becomes_of_the_rest() {
    for (otherwise, verdict) in
        [("keep", UserVerdict::Keep), ("skip", UserVerdict::Skip), ("hold", UserVerdict::Hold)]
    {
        let policy = rules(json!({ "otherwise": { "users": otherwise } }));
        let decision = policy.user(&ann());
        assert_eq!((decision.verdict(), decision.rule()), (&verdict, "otherwise"));
    }
}

#[test]
fn a_missing_attribute_holds_that_person_alone() {
    let policy = rules(
        json!({ "users": [{ "name": "sales", "when": "user.department == 'Sales'", "then": "keep" }] }),
    );
    let decision = policy.user(&ann());
    assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Hold, "sales"));
    assert_eq!(policy.user(&ann().with("department", "Sales")).verdict(), &UserVerdict::Keep);
}

#[test]
fn a_guard_makes_an_attribute_optional() {
    let when = "has(user.userType) && user.userType == 'contractor' && !has(user.sponsor)";
    let policy = rules(json!({ "users": [{ "name": "contractors", "when": when, "then": "skip" }] }));
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Keep);
    let contractor = ann().with("userType", "contractor");
    assert_eq!(policy.user(&contractor).verdict(), &UserVerdict::Skip);
    assert_eq!(policy.user(&contractor.with("sponsor", "bob")).verdict(), &UserVerdict::Keep);
}

#[test]
fn only_what_rules_name_is_asked_for_sorted_and_once() {
    let policy = rules(json!({
        "users": [{
            "name": "r",
            "when": "has(user.b) && user.b == user.a || user['c d'] == 'x' || 'e' in user || user.status == user.id",
            "then": "skip",
            "message": "user.login",
        }],
        "account": { "title": "user.a + draft.userName" },
    }));
    assert_eq!(policy.needs().user_attributes.iter().collect::<Vec<_>>(), ["a", "b", "c d", "e", "login"]);
}

#[test]
fn every_kind_of_value_can_be_read() {
    let when = "user.text == 'a' && user.integer == 3 && user.number == 1.5 && user.boolean && 'x' in user.texts \
                && user.groups.exists(key, key.startsWith('adm')) && user.status == 'locked-out' && user.id.startsWith('00u') && now == 1767225600";
    let policy = rules(json!({ "users": [{ "name": "all", "when": when, "then": "skip" }] }));
    let user = ann()
        .with("text", "a")
        .with("integer", 3_i64)
        .with("number", 1.5)
        .with("boolean", true)
        .with("texts", ["x", "y"])
        .in_groups(&["admins"])
        .in_status(Status::LockedOut);
    assert_eq!(policy.user(&user).verdict(), &UserVerdict::Skip);
}

#[test]
fn account_fields_change_the_draft_and_nothing_else() {
    let policy = rules(json!({ "account": {
        "displayName": "draft.name.family + ', ' + draft.name.given",
        "work.costCenter": "has(user.costCenter) ? user.costCenter : 'unassigned'",
    }}));
    let decision = policy.user(&ann());
    let mut wanted = ann().draft;
    wanted.display_name = "Example, ann".into();
    wanted.work_mut().cost_center = Some("unassigned".into());
    assert_eq!(decision.account(), Some(&wanted));
    assert_eq!(decision.rule(), "default");
}

#[test]
fn an_account_that_comes_out_as_the_draft_is_kept() {
    let policy =
        rules(json!({ "account": { "displayName": "draft.displayName", "work": { "division": "null" } } }));
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Keep);
}

#[test]
fn null_takes_an_optional_field_away_and_holds_a_required_one() {
    let policy = rules(json!({ "account": { "email": "null", "active": "user.status == 'active'" } }));
    let decision = policy.user(&ann());
    assert_eq!(decision.account().unwrap().email, None);
    assert!(decision.account().unwrap().active);
    let policy = rules(json!({ "account": { "name.family": "has(user.lastName) ? user.lastName : null" } }));
    let decision = policy.user(&ann());
    assert_eq!((decision.verdict(), decision.rule()), (&UserVerdict::Hold, "account.name.family"));
    assert_eq!(decision.message(), "gives null, but AWS wants this field");
}

#[test]
fn a_field_of_the_wrong_kind_holds_with_what_to_do() {
    let policy = rules(json!({ "account": { "work.employeeNumber": "user.number" } }));
    let decision = policy.user(&ann().with("number", 12_i64));
    assert_eq!(decision.verdict(), &UserVerdict::Hold);
    assert_eq!(decision.message(), "gives a number, not a text; `string(…)` makes one of it");
    let policy = rules(json!({ "account": { "active": "user.enabled" } }));
    assert_eq!(policy.user(&ann().with("enabled", "yes")).message(), "gives a text, not true or false");
}

#[test]
fn whoever_is_skipped_has_no_account_to_fail_on() {
    let policy = rules(json!({
        "users": [{ "name": "none", "when": "true", "then": "skip" }],
        "account": { "title": "user.absent" },
    }));
    assert_eq!(policy.user(&ann()).verdict(), &UserVerdict::Skip);
}

#[test]
fn optional_fields_of_the_draft_are_guarded_like_attributes() {
    let policy = rules(
        json!({ "account": { "title": "has(draft.work.costCenter) ? draft.work.costCenter : 'none'" } }),
    );
    assert_eq!(policy.user(&ann()).account().unwrap().title.as_deref(), Some("none"));
}

/// What no rule speaks of is not put together for a person; whatever a rule speaks of, in whichever way, is there.
#[test]
fn every_field_is_there_however_it_is_spoken_of() {
    let ann = User { groups: vec!["k".to_owned()], ..User::named("ann@acme.example") };
    for when in [
        "user.id != ''",
        "user['id'] != ''",
        "user.status == 'active'",
        "user[\"status\"] == 'active'",
        "'k' in user.groups",
        "user['groups'].exists(group, group == 'k')",
        "has(user.groups)",
        "draft.userName == 'ann@acme.example'",
        "[1].all(one, draft['userName'] != '')",
        "has(draft.email) || true",
    ] {
        let config = json!({ "users": [{ "name": "spoken-of", "when": when, "then": "skip" }] });
        assert_eq!(rules(config).user(&ann).rule(), "spoken-of", "{when}");
    }
    // Also where only a field, a message or a membership speaks of it.
    let config = json!({
        "users": [
            { "name": "all", "when": "true", "add_groups": "'of-' + user.status", "message": "user.id + draft.userName" },
        ],
        "account": { "title": "user.groups[0]" },
    });
    let decision = rules(config).user(&ann);
    assert_eq!(decision.message(), format!("{}ann@acme.example", ann.id));
    assert_eq!(decision.account().and_then(|account| account.title.as_deref()), Some("k"));
    assert_eq!(decision.own_groups().map(<[_]>::len), Some(2));
}
