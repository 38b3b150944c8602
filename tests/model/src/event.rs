//! What may happen in a history, in Okta and by hand in AWS.

use fastrand::Rng;

/// Names that people bear and pass on: few, so that they are recycled, and contested.
pub(crate) const NAMES: [&str; 9] = ["ann", "bob", "cem", "dia", "eve", "fay", "gus", "hal", "ivy"];

/// Names of groups. Those that begin with `aws-` come along, `aws-both-…` become one, and `…-frozen` is on hold.
pub(crate) const GROUP_NAMES: [&str; 9] = [
    "aws-admins",
    "aws-billing",
    "aws-crm",
    "aws-data",
    "aws-both",
    "aws-both-east",
    "aws-both-west",
    "aws-old-frozen",
    "choir",
];

const STATUSES: [&str; 8] =
    ["ACTIVE", "ACTIVE", "SUSPENDED", "SUSPENDED", "DEPROVISIONED", "DEPROVISIONED", "LOCKED_OUT", "STAGED"];

/// What the policy makes of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Comes along.
    Employee,
    /// Is skipped.
    Contractor,
    /// Stays as they stand.
    OnHold,
}

impl Kind {
    /// The attribute `userType`, by which the policy decides.
    pub(crate) fn user_type(self) -> Option<&'static str> {
        match self {
            Self::Employee => None,
            Self::Contractor => Some("contractor"),
            Self::OnHold => Some("on-hold"),
        }
    }
}

/// Something that happens. Numbers pick one of those that there are by then, so that an event means something in every history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Somebody new, in the groups whose bits are set.
    Joins { name: &'static str, groups: u8 },
    /// Somebody is deleted.
    Leaves(u8),
    /// Somebody gets another status.
    Gets(u8, &'static str),
    /// The policy sees somebody with other eyes.
    Is(u8, Kind),
    /// Login and mail address become those of a name that nobody has, or had before.
    TakesName(u8, &'static str),
    /// The login alone.
    TakesLogin(u8, &'static str),
    /// The mail address alone, whoever else has it.
    TakesMail(u8, Option<&'static str>),
    /// The login is written otherwise.
    Shouts(u8),
    /// Another last name; without one AWS takes no account.
    Marries(u8, Option<&'static str>),
    /// Another title.
    Rises(u8, Option<&'static str>),
    /// Two take over login and mail address from one another.
    Swaps(u8, u8),
    /// Three do.
    Ring(u8, u8, u8),
    /// Somebody joins a group, or leaves it.
    Moves { who: u8, group: u8 },
    /// A new group.
    GroupIsMade { name: &'static str, is_of_app: bool },
    /// A group is deleted.
    GroupGoes(u8),
    /// A group gets another name.
    GroupIsRenamed(u8, &'static str),
    /// Two groups take over names from one another.
    GroupsSwap(u8, u8),
    /// Three do.
    GroupRing(u8, u8, u8),
    /// Somebody works by hand in AWS.
    ByHand(Hand),
}

/// What somebody does by hand in AWS. What AWS refuses does not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hand {
    /// Adds a member to a group.
    AddsMember { user: u8, group: u8 },
    /// Removes a member.
    RemovesMember { user: u8, group: u8 },
    /// Writes an attribute: `displayName`, `title`, `nickName`, `userName` or `email`.
    Writes { user: u8, attribute: &'static str, value: &'static str },
    /// Activates or deactivates an account.
    SetsActive { user: u8, active: bool },
    /// Deletes an account.
    DeletesUser(u8),
    /// Takes the externalId of an account away.
    Unlinks(u8),
    /// Gives a group another name.
    RenamesGroup(u8, &'static str),
    /// Deletes a group.
    DeletesGroup(u8),
    /// Takes the externalId of a group away.
    UnlinksGroup(u8),
    /// Creates an account, as an administrator or another tool.
    CreatesUser { name: &'static str, of_other_tool: bool, active: bool },
    /// Creates a group, likewise.
    CreatesGroup { name: &'static str, of_other_tool: bool },
}

impl Event {
    /// Any of them; those that make the rest possible more often.
    pub(crate) fn any(rng: &mut Rng) -> Self {
        let who = rng.u8(..);
        let other = rng.u8(..);
        let name = any_of(rng, &NAMES);
        let group_name = any_of(rng, &GROUP_NAMES);
        match rng.u8(..58) {
            0..=3 => Self::Joins { name, groups: other },
            4 | 5 => Self::Leaves(who),
            6..=11 => Self::Gets(who, any_of(rng, &STATUSES)),
            12 => {
                Self::Is(who, any_of(rng, &[Kind::Employee, Kind::Employee, Kind::Contractor, Kind::OnHold]))
            }
            13..=15 => Self::TakesName(who, name),
            16 => Self::TakesLogin(who, name),
            17 => Self::TakesMail(who, rng.bool().then_some(name)),
            18 => Self::Shouts(who),
            19 => Self::Marries(who, any_of(rng, &[Some("Lee"), Some("Ray"), None])),
            20 => Self::Rises(who, any_of(rng, &[Some("Engineer"), Some("Director"), None])),
            21..=23 => Self::Swaps(who, other),
            24 | 25 => Self::Ring(who, other, rng.u8(..)),
            26..=35 => Self::Moves { who, group: other },
            36 | 37 => Self::GroupIsMade { name: group_name, is_of_app: rng.u8(..4) == 0 },
            38 | 39 => Self::GroupGoes(who),
            40 | 41 => Self::GroupIsRenamed(who, group_name),
            42 | 43 => Self::GroupsSwap(who, other),
            44 | 45 => Self::GroupRing(who, other, rng.u8(..)),
            _ => Self::ByHand(Hand::any(rng)),
        }
    }
}

impl Hand {
    fn any(rng: &mut Rng) -> Self {
        let (user, group) = (rng.u8(..), rng.u8(..));
        let name = any_of(rng, &NAMES);
        let group_name = any_of(rng, &GROUP_NAMES);
        match rng.u8(..16) {
            0 | 1 => Self::AddsMember { user, group },
            2 => Self::RemovesMember { user, group },
            3 | 4 => {
                let attribute = any_of(rng, &["displayName", "title", "nickName", "userName", "email"]);
                Self::Writes { user, attribute, value: name }
            }
            5 | 6 => Self::SetsActive { user, active: rng.u8(..3) == 0 },
            7 => Self::DeletesUser(user),
            8 => Self::Unlinks(user),
            9 => Self::RenamesGroup(group, group_name),
            10 => Self::DeletesGroup(group),
            11 => Self::UnlinksGroup(group),
            12 | 13 => Self::CreatesUser { name, of_other_tool: rng.u8(..3) == 0, active: rng.u8(..4) > 0 },
            _ => Self::CreatesGroup { name: group_name, of_other_tool: rng.u8(..3) == 0 },
        }
    }
}

fn any_of<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(..all.len())]
}
