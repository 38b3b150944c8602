//! What of a state may still be believed.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::SourceUser;
use usher_okta::ListedGroup;

use super::{Mark, State};

/// How long after a change Okta's lists may not show it yet, and how much later another change may bear the same second
/// (okta.md §6.2): what changed so shortly before it was read is read again.
pub const OVERLAP: SignedDuration = SignedDuration::from_mins(5);

/// A list of members is read again before it is believed when fewer than one of so many are left, and so many at least are gone.
const FALLS_FAR: (usize, usize) = (2, 5);

/// What a run that keeps a state begins with.
#[derive(Clone, Debug)]
pub struct Recall {
    /// What the last run left, if it left anything.
    pub state: Option<State>,
    /// The address of the source of this run.
    pub source: String,
    /// The address of the target of this run.
    pub target: String,
    /// Why everything is to be read whatever the state says, if it is.
    pub full: Option<Why>,
    /// How long incremental runs may follow one that read everything.
    pub full_every: Duration,
}

/// Why a run reads everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// No state is kept.
    NoState,
    /// None was left.
    First,
    /// What was left could not be read.
    Damaged,
    /// The run is about some groups only.
    Narrowed,
    /// It was asked to.
    Asked,
    /// Its plan is for somebody to look at, or is held against one that somebody has looked at.
    Reviewed,
    /// What was left is about other services.
    OtherServices,
    /// The last full reading is too long ago.
    Due,
    /// Okta's clock is not known, or behind what it was.
    Clock,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoState => "no state is kept",
            Self::First => "there is no state yet",
            Self::Damaged => "the state could not be read",
            Self::Narrowed => "a run of some groups believes of the state only how large they were",
            Self::Asked => "it was asked for",
            Self::Reviewed => "a plan to be reviewed rests on what stands there now",
            Self::OtherServices => "the state is about other services",
            Self::Due => "the last full reading is too long ago",
            Self::Clock => "Okta's clock does not agree with the state",
        })
    }
}

impl Recall {
    /// The state, if its contents may be used as far as can be told before Okta has answered.
    pub(crate) fn usable(&self) -> Result<&State, Why> {
        if let Some(why) = self.full {
            return Err(why);
        }
        let state = self.state.as_ref().ok_or(Why::First)?;
        if (&state.source, &state.target) != (&self.source, &self.target) || state.snapshot.redacted {
            return Err(Why::OtherServices);
        }
        Ok(state)
    }

    /// Whether it may still be used at this time by Okta's clock.
    pub(crate) fn timely<'a>(&self, state: &'a State, now: Option<Timestamp>) -> Result<&'a State, Why> {
        let now = now.ok_or(Why::Clock)?;
        if now < state.read_at || state.read_at < state.full_at {
            return Err(Why::Clock);
        }
        let age = now.duration_since(state.full_at);
        let most = SignedDuration::try_from(self.full_every).unwrap_or(SignedDuration::MAX);
        if age < most { Ok(state) } else { Err(Why::Due) }
    }

    /// The latest that Okta's clock showed to any run, whatever else the state is good for.
    pub(crate) fn latest(&self) -> Option<Timestamp> {
        self.state.as_ref().map(|state| state.latest.max(state.read_at))
    }

    /// How many members a group had, as far as the state knows, whatever else it is good for.
    pub(crate) fn size(&self, group: &OktaGroupId) -> Option<usize> {
        let state = self.state.as_ref().filter(|state| state.source == self.source)?;
        state.snapshot.reading.members.get(group).map(std::collections::BTreeSet::len)
    }
}

/// Whether a list of members falls so far short of what it was that it is not believed at once.
pub(crate) fn falls_far(before: usize, now: usize) -> bool {
    let (share, least) = FALLS_FAR;
    now * share < before && before - now >= least
}

/// What changed in Okta since the state was made.
#[derive(Debug)]
pub(crate) struct Since<'a> {
    pub(crate) state: &'a State,
    /// Everybody whose profile or status changed, as they are now.
    pub(crate) changed: BTreeMap<OktaUserId, SourceUser>,
}

impl<'a> Since<'a> {
    /// The moment from which on changes are asked for.
    pub(crate) fn asked_from(state: &State) -> Timestamp {
        state.read_at.saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN)
    }

    pub(crate) fn new(state: &'a State, changed: Vec<SourceUser>) -> Self {
        let changed = changed.into_iter().map(|user| (user.id.clone(), user)).collect();
        Self { state, changed }
    }

    /// The mark under which the members of a group were read, if they are still the members.
    pub(crate) fn unchanged(&self, listed: &ListedGroup) -> Option<Mark> {
        let mark = self.state.groups.get(&listed.group.id)?;
        let is_same = listed.members_changed == Some(mark.members_changed);
        // Who joined in the same second after the reading, or had not reached the database, bears the same time.
        let was_quiet = mark.read_at.duration_since(mark.members_changed) >= OVERLAP;
        (is_same && was_quiet).then_some(*mark)
    }

    /// The members of an unchanged group, as they are now.
    pub(crate) fn members(&self, group: &OktaGroupId) -> Option<Vec<SourceUser>> {
        let reading = &self.state.snapshot.reading;
        let members = reading.members.get(group)?;
        members.iter().map(|id| self.changed.get(id).or_else(|| reading.users.get(id)).cloned()).collect()
    }
}

#[cfg(test)]
mod tests;
