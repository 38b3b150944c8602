//! What may be believed, and what may not.

use std::sync::Arc;

use usher_core::actual::{Actual, Completeness};
use usher_core::source::{GroupOrigin, SourceGroup, SourceReading, UserStatus};

use super::*;
use crate::session::Candidates;
use crate::snapshot::{LookedUp, Snapshot};
use crate::state::{StateError, Written};

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn group(id: &str) -> SourceGroup {
    SourceGroup {
        id: OktaGroupId::new(id),
        name: "Admins \u{202e}\"x\"".to_owned(),
        description: None,
        origin: GroupOrigin::Okta,
        attributes: BTreeMap::new(),
    }
}

fn person(id: &str, status: UserStatus) -> SourceUser {
    SourceUser { id: OktaUserId::new(id), status, profile: BTreeMap::new() }
}

/// Read at noon, of a group whose members had changed in the morning.
fn state() -> State {
    let mut reading = SourceReading::default();
    reading
        .insert(group("00g1"), vec![person("00u1", UserStatus::Active), person("00u2", UserStatus::Active)]);
    let mark = Mark { members_changed: time("2026-03-01T09:00:00Z"), read_at: time("2026-03-01T12:00:00Z") };
    State {
        source: "https://acme.okta.com/".to_owned(),
        target: "https://scim.example/".to_owned(),
        read_at: time("2026-03-01T12:00:00Z"),
        full_at: time("2026-03-01T11:30:00Z"),
        latest: time("2026-03-01T12:00:00Z"),
        groups: [(OktaGroupId::new("00g1"), mark)].into(),
        written: Written::Nothing,
        waiting: [(OktaUserId::new("00u9"), 1_772_000_000)].into(),
        snapshot: Arc::new(Snapshot {
            now: 1_772_366_400,
            candidates: Candidates::All,
            groups: vec![group("00g1")],
            reading,
            whereabouts: BTreeMap::new(),
            actual: Actual {
                users: BTreeMap::new(),
                groups: BTreeMap::new(),
                members: BTreeMap::new(),
                completeness: Completeness::Complete,
            },
            unread: Default::default(),
            looked_up: LookedUp::default(),
            redacted: false,
        }),
    }
}

fn recall(state: Option<State>) -> Recall {
    Recall {
        state,
        source: "https://acme.okta.com/".to_owned(),
        target: "https://scim.example/".to_owned(),
        full: None,
        full_every: Duration::from_secs(3600),
    }
}

fn listed(changed: Option<&str>) -> ListedGroup {
    ListedGroup { group: group("00g1"), members_changed: changed.map(time) }
}

#[test]
fn a_state_is_read_as_it_was_written() {
    let state = state();
    assert_eq!(State::parse(&state.to_bytes().unwrap()).unwrap(), state);
    assert_eq!(state.unsettled().written, Written::Anything);
}

#[test]
fn the_first_form_is_read_for_ever() {
    let stored = include_bytes!("v1.json");
    assert_eq!(State::parse(stored).unwrap(), state());
}

#[test]
fn what_is_no_state_is_told_and_one_of_another_version_is_not_thrown_away() {
    for text in
        ["", "{}", "[]", "{\"format\":\"usher-snapshot\",\"version\":1}", "{\"format\":\"usher-state\"}"]
    {
        let error = State::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error, StateError::NotAState { .. }), "{text}: {error}");
    }
    let newer = br#"{"format":"usher-state","version":2,"written-by":"usher 3.0.0"}"#;
    let error = State::parse(newer).unwrap_err();
    assert!(matches!(error, StateError::OtherVersion { found: 2, .. }), "{error}");
    assert!(error.to_string().contains("usher 3.0.0") && error.to_string().contains("hint: "), "{error}");
    let torn = state().to_bytes().unwrap();
    assert!(State::parse(&torn[..torn.len() / 2]).is_err());
}

#[test]
fn a_state_is_used_for_its_own_services_and_until_a_full_reading_is_due() {
    assert_eq!(recall(None).usable().unwrap_err(), Why::First);
    let known = recall(Some(state()));
    let usable = known.usable().unwrap();
    assert!(known.timely(usable, Some(time("2026-03-01T12:29:59Z"))).is_ok());
    assert_eq!(known.timely(usable, Some(time("2026-03-01T12:30:00Z"))).unwrap_err(), Why::Due);
    assert_eq!(known.timely(usable, Some(time("2026-03-01T11:59:59Z"))).unwrap_err(), Why::Clock);
    assert_eq!(known.timely(usable, None).unwrap_err(), Why::Clock);
    let elsewhere = Recall { target: "https://scim.elsewhere/".to_owned(), ..known.clone() };
    assert_eq!(elsewhere.usable().unwrap_err(), Why::OtherServices);
    let asked = Recall { full: Some(Why::Asked), ..known };
    assert_eq!(asked.usable().unwrap_err(), Why::Asked);
}

#[test]
fn members_are_believed_while_their_time_is_the_same_and_was_not_fresh() {
    let state = state();
    let since = Since::new(&state, vec![]);
    assert!(since.unchanged(&listed(Some("2026-03-01T09:00:00Z"))).is_some());
    assert_eq!(since.unchanged(&listed(Some("2026-03-01T09:00:01Z"))), None);
    assert_eq!(
        since.unchanged(&listed(Some("2026-03-01T08:00:00Z"))),
        None,
        "a time that steps back is another time"
    );
    assert_eq!(since.unchanged(&listed(None)), None);

    let mut fresh = state.clone();
    let changed = time("2026-03-01T11:55:01Z");
    fresh.groups.insert(
        OktaGroupId::new("00g1"),
        Mark { members_changed: changed, read_at: time("2026-03-01T12:00:00Z") },
    );
    let since = Since::new(&fresh, vec![]);
    assert_eq!(
        since.unchanged(&listed(Some("2026-03-01T11:55:01Z"))),
        None,
        "it had changed shortly before it was read"
    );
}

#[test]
fn members_are_as_they_are_now() {
    let state = state();
    let since = Since::new(
        &state,
        vec![person("00u2", UserStatus::Deprovisioned), person("00u7", UserStatus::Active)],
    );
    let members = since.members(&OktaGroupId::new("00g1")).unwrap();
    let statuses: Vec<(&str, UserStatus)> =
        members.iter().map(|user| (user.id.as_str(), user.status)).collect();
    assert_eq!(statuses, [("00u1", UserStatus::Active), ("00u2", UserStatus::Deprovisioned)]);
    assert_eq!(since.members(&OktaGroupId::new("00g2")), None);
    assert_eq!(Since::asked_from(&state), time("2026-03-01T11:55:00Z"));
}

#[test]
fn a_list_falls_far_when_it_loses_more_than_half_and_more_than_a_few() {
    assert!(falls_far(10, 4) && falls_far(5, 0) && falls_far(1000, 499));
    assert!(!falls_far(10, 5) && !falls_far(4, 0) && !falls_far(0, 0) && !falls_far(3, 9));
}
