//! Deletion in two phases: a leaver is deactivated at once, and deleted when a while has passed in which nobody missed the account.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::id::OktaUserId;

/// How long deactivated leavers wait to be deleted, and since when each of them does.
///
/// Whose date is not known waits from now on: a lost record makes deletions later, never earlier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deferral {
    /// How long they wait, in seconds.
    pub after: u64,
    /// The time of the run in seconds since 1970.
    pub now: u64,
    /// When a run first found a leaver deactivated, or deactivated the leaver itself, in seconds since 1970.
    pub since: BTreeMap<OktaUserId, u64>,
}

impl Deferral {
    /// Whether somebody has waited long enough.
    pub fn is_due(&self, id: &OktaUserId) -> bool {
        self.due(id) <= self.now
    }

    /// When somebody will have waited long enough, in seconds since 1970.
    pub fn due(&self, id: &OktaUserId) -> u64 {
        let since = self.since.get(id).copied().unwrap_or(self.now);
        // A clock that was ahead when the date was taken must not keep an account for ever, nor one that is behind delete it early.
        since.min(self.now).saturating_add(self.after)
    }

    /// The record for the next run. `waiting` are the leavers whose accounts stand deactivated now, `leaving` those whose accounts this
    /// run deactivates, `unsure` those of whom this run cannot say whether they have left: who is none of them has come back.
    pub fn record(
        &self,
        waiting: impl IntoIterator<Item = OktaUserId>,
        leaving: impl IntoIterator<Item = OktaUserId>,
        is_unsure: impl Fn(&OktaUserId) -> bool,
    ) -> BTreeMap<OktaUserId, u64> {
        let kept = self.since.iter().filter(|(id, _)| is_unsure(id)).map(|(id, since)| (id.clone(), *since));
        let mut record: BTreeMap<OktaUserId, u64> = kept.collect();
        for id in waiting {
            let since = self.since.get(&id).copied().unwrap_or(self.now).min(self.now);
            record.insert(id, since);
        }
        record.extend(leaving.into_iter().map(|id| (id, self.now)));
        record
    }
}

/// A day as people write it: `2026-12-26`.
pub(crate) fn day(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.unwrap_or(Timestamp::MAX).strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;

    fn id(name: &str) -> OktaUserId {
        OktaUserId::new(name)
    }

    fn deferral(now: u64, since: &[(&str, u64)]) -> Deferral {
        let since = since.iter().map(|(name, since)| (id(name), *since)).collect();
        Deferral { after: 30 * DAY, now, since }
    }

    #[test]
    fn somebody_is_due_when_the_time_is_over_and_not_a_second_earlier() {
        let ann = id("00u1");
        let begun = 1_000_000_000;
        assert!(!deferral(begun + 30 * DAY - 1, &[("00u1", begun)]).is_due(&ann));
        assert!(deferral(begun + 30 * DAY, &[("00u1", begun)]).is_due(&ann));
    }

    #[test]
    fn whose_date_is_lost_waits_the_whole_time_again() {
        let deferral = deferral(2_000_000_000, &[]);
        assert!(!deferral.is_due(&id("00u1")));
        assert_eq!(deferral.due(&id("00u1")), 2_000_000_000 + 30 * DAY);
    }

    #[test]
    fn a_date_in_the_future_counts_from_now() {
        let deferral = deferral(1_000, &[("00u1", 5_000_000)]);
        assert_eq!(deferral.due(&id("00u1")), 1_000 + 30 * DAY);
        assert_eq!(deferral.record([id("00u1")], [], |_| false), [(id("00u1"), 1_000)].into());
    }

    #[test]
    fn who_comes_back_is_forgotten_and_who_leaves_again_waits_from_then() {
        let old = deferral(1_000, &[("00u1", 10), ("00u2", 20), ("00u3", 30), ("00u4", 40)]);
        let record = old.record([id("00u1"), id("00u5")], [id("00u3")], |who| *who == id("00u4"));
        let expected = [("00u1", 10), ("00u3", 1_000), ("00u4", 40), ("00u5", 1_000)];
        assert_eq!(record, expected.map(|(name, since)| (id(name), since)).into());
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(day(1_798_243_200), "2026-12-26");
        assert_eq!(day(u64::MAX), "9999-12-30");
    }
}
