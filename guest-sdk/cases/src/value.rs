//! Words and values of a case, as the contract has them.

/// A value of an Okta profile attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseValue {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A list of texts; an empty list is one.
    Texts(Vec<String>),
    /// A list of whole numbers.
    Integers(Vec<i64>),
    /// A list of numbers.
    Numbers(Vec<f64>),
}

impl CaseValue {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

macro_rules! words {
    ($(#[$of_type:meta])* $name:ident { $($(#[$of_variant:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$of_type])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            $($(#[$of_variant])* $variant,)*
        }

        impl $name {
            /// The contract's words, in its order.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];

            /// The contract's word for it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// What the word means, if it is one of the contract's.
            pub fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// Where a group was made.
    CaseOrigin {
        /// In Okta.
        #[default]
        Okta = "okta",
        /// In an application it was imported from.
        App = "app",
        /// By Okta for its own use.
        BuiltIn = "built-in",
    }
}

words! {
    /// A person's status in Okta.
    CaseStatus {
        /// Made, never activated.
        Staged = "staged",
        /// Activated, the person has not finished.
        Provisioned = "provisioned",
        /// In use.
        #[default]
        Active = "active",
        /// Resetting the password.
        Recovery = "recovery",
        /// The password has expired.
        PasswordExpired = "password-expired",
        /// Locked after failed sign-ins.
        LockedOut = "locked-out",
        /// Suspended by an administrator.
        Suspended = "suspended",
        /// Deactivated.
        Deprovisioned = "deprovisioned",
        /// One that the contract does not know.
        Other = "other",
    }
}
