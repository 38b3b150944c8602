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
    /// The time of the run by the source's clock, in seconds since 1970: machines take turns, and not all of their clocks are right.
    /// Where it is not known nobody has waited long enough.
    pub now: Option<u64>,
    /// When a run first found a leaver deactivated, or deactivated the leaver itself, in seconds since 1970.
    pub since: BTreeMap<OktaUserId, u64>,
}

impl Deferral {
    /// Whether somebody has waited long enough.
    pub fn is_due(&self, id: &OktaUserId) -> bool {
        self.now.zip(self.due(id)).is_some_and(|(now, due)| due <= now)
    }

    /// When somebody will have waited long enough, in seconds since 1970; none where no time is known.
    pub fn due(&self, id: &OktaUserId) -> Option<u64> {
        let since = self.since.get(id).copied().or(self.now)?;
        Some(since.saturating_add(self.after))
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
        // A date that is known is never made an earlier one, whatever a clock says.
        record.extend(waiting.into_iter().filter_map(|id| {
            let since = self.since.get(&id).copied().or(self.now)?;
            Some((id, since))
        }));
        record.extend(leaving.into_iter().filter_map(|id| {
            let since = self.now?.max(self.since.get(&id).copied().unwrap_or_default());
            Some((id, since))
        }));
        record
    }
}

/// A day as people write it: `2026-12-26`.
pub fn day(seconds: u64) -> String {
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
        Deferral { after: 30 * DAY, now: Some(now), since }
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
        assert_eq!(deferral.due(&id("00u1")), Some(2_000_000_000 + 30 * DAY));
    }

    #[test]
    fn a_run_whose_clock_is_behind_makes_nobody_s_date_an_earlier_one() {
        let deferral = deferral(1_000, &[("00u1", 5_000_000)]);
        assert_eq!(deferral.due(&id("00u1")), Some(5_000_000 + 30 * DAY));
        assert_eq!(deferral.record([id("00u1")], [], |_| false), [(id("00u1"), 5_000_000)].into());
        assert_eq!(deferral.record([], [id("00u1")], |_| false), [(id("00u1"), 5_000_000)].into());
    }

    #[test]
    fn without_a_clock_nobody_is_due_and_no_date_is_lost() {
        let deferral = Deferral { now: None, ..deferral(0, &[("00u1", 10)]) };
        assert!(!deferral.is_due(&id("00u1")));
        let record = deferral.record([id("00u1"), id("00u2")], [id("00u3")], |_| false);
        assert_eq!(record, [(id("00u1"), 10)].into());
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
