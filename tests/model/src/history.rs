//! A history: settings, and steps with a run after each. The same number gives the same history.

use std::fmt;

use fastrand::Rng;
use usher_core::deferral::Deferral;
use usher_core::protected::Protected;
use usher_core::settings::{Leavers, Memberships, OrphanedGroups, Settings};

use crate::event::{Event, GROUP_NAMES};

/// Steps of a history at most.
const MOST_STEPS: usize = 6;

/// Seconds that leavers wait to be deleted, where they have to: more than a few pauses of a history, and less than the longest.
const DELETE_AFTER: u64 = 2000;

/// What the policy makes a userName of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum UserNames {
    /// The login, as Usher drafts it.
    Logins,
    /// The mail address, of which two people may have one.
    Mails,
}

/// What happens between two runs, and how the run ends.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) events: Vec<Event>,
    /// A run before the one that is looked at, which breaks off after so many operations.
    pub(crate) broken_off: Option<usize>,
    /// What earlier runs have left behind is lost before it.
    pub(crate) is_state_lost: bool,
}

/// All of it.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) seed: u64,
    pub(crate) settings: Settings,
    pub(crate) user_names: UserNames,
    pub(crate) steps: Vec<Step>,
}

impl History {
    pub(crate) fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let memberships =
            *one_of(&mut rng, &[Memberships::Mirror, Memberships::Mirror, Memberships::Additive]);
        let orphaned_groups = match memberships {
            Memberships::Mirror => {
                *one_of(&mut rng, &[OrphanedGroups::Empty, OrphanedGroups::Keep, OrphanedGroups::Delete])
            }
            // The configuration refuses the other.
            Memberships::Additive => *one_of(&mut rng, &[OrphanedGroups::Keep, OrphanedGroups::Delete]),
        };
        let leavers =
            *one_of(&mut rng, &[Leavers::Deactivate, Leavers::Keep, Leavers::Delete, Leavers::Delete]);
        let waits = leavers == Leavers::Delete && rng.bool();
        let settings = Settings {
            memberships,
            leavers,
            orphaned_groups,
            deferral: waits.then(|| Deferral { after: DELETE_AFTER, ..Deferral::default() }),
            protected: protected(&mut rng),
        };
        let user_names =
            *one_of(&mut rng, &[UserNames::Logins, UserNames::Logins, UserNames::Logins, UserNames::Mails]);
        let number = rng.usize(3..=MOST_STEPS);
        let steps = (0..number).map(|step| Step::any(&mut rng, step == 0)).collect();
        Self { seed, settings, user_names, steps }
    }
}

impl Step {
    fn any(rng: &mut Rng, is_first: bool) -> Self {
        let mut events = Vec::new();
        if is_first {
            // Without groups and people nothing would happen for long.
            let made = rng.usize(2..=4);
            // What is on hold or not selected comes later, and seldom.
            for name in rng.choose_multiple(GROUP_NAMES.into_iter().take(7), made) {
                events.push(Event::GroupIsMade { name, is_of_app: rng.u8(..6) == 0 });
            }
            for name in rng.choose_multiple(crate::event::NAMES, 5) {
                events.push(Event::Joins { name, groups: rng.u8(..) });
            }
        }
        let number = rng.usize(2..=7);
        events.extend((0..number).map(|_| Event::any(rng)));
        let broken_off = (rng.u8(..6) == 0).then(|| rng.usize(1..=6));
        let is_state_lost = rng.u8(..10) == 0;
        Self { events, broken_off, is_state_lost }
    }
}

/// Nobody, more often than not.
fn protected(rng: &mut Rng) -> Protected {
    let patterns = |all: &[&str]| all.iter().map(|text| text.parse().expect("it is a pattern")).collect();
    let users = *one_of(rng, &[&[][..], &[], &["ann@*", "?ob@acme.example"]]);
    let groups = *one_of(rng, &[&[][..], &[], &["aws-a*", "AWS-BOTH"]]);
    Protected { users: patterns(users), groups: patterns(groups) }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}, userNames {:?}", self.settings, self.user_names)?;
        for (number, step) in (1..).zip(&self.steps) {
            writeln!(f, "step {number}:")?;
            for event in &step.events {
                writeln!(f, "    {event:?}")?;
            }
            if step.is_state_lost {
                writeln!(f, "    the state is lost")?;
            }
            if let Some(after) = step.broken_off {
                writeln!(f, "    a run breaks off after {after} operations")?;
            }
        }
        Ok(())
    }
}

fn one_of<'a, T>(rng: &mut Rng, all: &'a [T]) -> &'a T {
    &all[rng.usize(..all.len())]
}
