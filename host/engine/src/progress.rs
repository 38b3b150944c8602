//! What a person sees while a run works.

/// A part of a run that takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Activity {
    /// Finding the groups in Okta.
    FindGroups,
    /// Reading group members from Okta; counted in groups.
    ReadMembers,
    /// Putting people to the policy; counted in people.
    Decide,
    /// Reading users and groups from Identity Center.
    ReadTarget,
    /// Reading group members from Identity Center; counted in groups.
    ReadTargetMembers,
    /// Asking Okta where the leavers are; counted in people.
    AskLeavers,
    /// Writing; counted in operations.
    Apply,
}

impl Activity {
    /// A few words for a progress line.
    pub fn words(self) -> &'static str {
        match self {
            Self::FindGroups => "finding groups in Okta",
            Self::ReadMembers => "reading members from Okta",
            Self::Decide => "asking the policy",
            Self::ReadTarget => "reading Identity Center",
            Self::ReadTargetMembers => "reading members from Identity Center",
            Self::AskLeavers => "asking Okta about leavers",
            Self::Apply => "writing to Identity Center",
        }
    }
}

/// Hears how a run gets on. Called from several tasks at once.
pub trait Progress: Send + Sync {
    /// An activity begins; `total` is how much there is to do, when that is known.
    fn begin(&self, activity: Activity, total: Option<u64>);
    /// So much more of it is done.
    fn advance(&self, activity: Activity, by: u64);
    /// It is over.
    fn end(&self, activity: Activity);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: Activity, _: Option<u64>) {}
    fn advance(&self, _: Activity, _: u64) {}
    fn end(&self, _: Activity) {}
}
