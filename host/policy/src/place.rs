//! Where in its work a plugin was.

use std::fmt;

use usher_core::figures::grouped;

/// A call into a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Starting it: memory is laid out and start code runs.
    Start,
    /// `describe`
    Describe,
    /// `configure`
    Configure,
    /// `decide-groups`
    DecideGroups,
    /// `decide-users`
    DecideUsers,
}

impl Call {
    /// What it decides, in the plural.
    pub(crate) fn items(self) -> &'static str {
        match self {
            Self::DecideGroups => "groups",
            Self::DecideUsers => "users",
            Self::Start | Self::Describe | Self::Configure => "items",
        }
    }

    /// What it decides, in the singular.
    pub(crate) fn item(self) -> &'static str {
        match self {
            Self::DecideGroups => "group",
            Self::DecideUsers => "user",
            Self::Start | Self::Describe | Self::Configure => "item",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Describe => "describe",
            Self::Configure => "configure",
            Self::DecideGroups => "decide-groups",
            Self::DecideUsers => "decide-users",
        })
    }
}

/// The items of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// Which call of this kind, from 1.
    pub batch: usize,
    /// Number of the first item in the whole list, from 1.
    pub first: usize,
    /// Number of the last item in the whole list.
    pub last: usize,
    /// Length of the whole list.
    pub total: usize,
    /// Okta's id of the item, where the call is about one alone; escaped.
    pub only: Option<String>,
}

/// A call, and the items in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The call.
    pub call: Call,
    /// What it was to decide.
    pub items: Option<Items>,
}

impl Place {
    pub(crate) fn of(call: Call) -> Self {
        Self { call, items: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.call)?;
        let Some(Items { batch, first, last, total, only }) = &self.items else { return Ok(()) };
        let [first, last, total] = [first, last, total].map(|number| grouped(*number as u64));
        if let Some(id) = only {
            write!(f, " (batch {batch}, {} {first} of {total}, `{id}`)", self.call.item())
        } else {
            write!(f, " (batch {batch}, {} {first}-{last} of {total})", self.call.items())
        }
    }
}
