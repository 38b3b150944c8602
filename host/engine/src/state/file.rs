//! The stored form of the state, version 1: JSON, described in docs/incremental.md.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use usher_core::id::{OktaGroupId, OktaUserId, ScimGroupId};

use super::{Mark, State, StateError, Written};
use crate::snapshot::file as snapshot;

/// What stands under `format`.
const FORMAT: &str = "usher-state";

/// The version that is written, and the only one there is so far.
pub(super) const VERSION: u64 = 1;

/// The first look: enough to say what it is.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Head {
    format: Option<String>,
    version: Option<u64>,
    written_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    written_by: String,
    source: String,
    target: String,
    read_at: Timestamp,
    full_at: Timestamp,
    /// Only where it is later than `read_at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest: Option<Timestamp>,
    settled: bool,
    /// Only where `settled` is false, and it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written_to: Option<BTreeSet<ScimGroupId>>,
    groups: BTreeMap<OktaGroupId, Freshness>,
    waiting: BTreeMap<OktaUserId, u64>,
    /// In the form of `usher snapshot save`.
    snapshot: snapshot::File,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Freshness {
    members_changed: Timestamp,
    read_at: Timestamp,
}

pub(super) fn parse(bytes: &[u8]) -> Result<State, StateError> {
    let not_a_state = |problem: String| StateError::NotAState { problem };
    let json = |error: serde_json::Error| not_a_state(error.to_string());
    let head: Head = serde_json::from_slice(bytes).map_err(json)?;
    if head.format.as_deref() != Some(FORMAT) {
        return Err(not_a_state(format!("it does not begin with \"format\": \"{FORMAT}\"")));
    }
    match head.version {
        Some(VERSION) => {}
        Some(found) => {
            let written_by = head.written_by.unwrap_or_else(|| "the file does not say which".to_owned());
            return Err(StateError::OtherVersion { found, written_by });
        }
        None => return Err(not_a_state("it has no \"version\"".to_owned())),
    }
    let file: File = serde_json::from_slice(bytes).map_err(json)?;
    if !file.snapshot.is_known() {
        return Err(not_a_state("its snapshot is of another version".to_owned()));
    }
    let groups = file
        .groups
        .into_iter()
        .map(|(id, it)| (id, Mark { members_changed: it.members_changed, read_at: it.read_at }));
    Ok(State {
        source: file.source,
        target: file.target,
        read_at: file.read_at,
        full_at: file.full_at,
        latest: file.latest.unwrap_or(file.read_at),
        written: match file.written_to {
            _ if file.settled => Written::Nothing,
            Some(groups) => Written::Members(groups),
            None => Written::Anything,
        },
        groups: groups.collect(),
        waiting: file.waiting,
        snapshot: Arc::new(
            file.snapshot.into_snapshot().map_err(|problem| not_a_state(problem.to_string()))?,
        ),
    })
}

pub(super) fn bytes(state: &State) -> Result<Vec<u8>, StateError> {
    let State { source, target, read_at, full_at, latest, groups, written, waiting, snapshot } = state;
    let groups = groups.iter().map(|(id, mark)| {
        (id.clone(), Freshness { members_changed: mark.members_changed, read_at: mark.read_at })
    });
    let file = File {
        format: FORMAT.to_owned(),
        version: VERSION,
        written_by: concat!("usher ", env!("CARGO_PKG_VERSION")).to_owned(),
        source: source.clone(),
        target: target.clone(),
        read_at: *read_at,
        full_at: *full_at,
        latest: (latest > read_at).then_some(*latest),
        settled: *written == Written::Nothing,
        written_to: match written {
            Written::Members(groups) => Some(groups.clone()),
            Written::Nothing | Written::Anything => None,
        },
        groups: groups.collect(),
        waiting: waiting.clone(),
        snapshot: snapshot::File::of(snapshot),
    };
    let mut bytes =
        serde_json::to_vec(&file).map_err(|error| StateError::NotAState { problem: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
