//! What a policy answers, always with a reason: start with [`sync`], [`keep`], [`skip`] or [`hold`], go on with
//! [`because`](Decision::because).

use crate::account::Account;

/// A group in AWS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetGroup {
    /// Its identity there; none means the Okta group's own id. Two groups that name one key become one group.
    pub key: Option<String>,
    /// Its name in AWS.
    pub display_name: String,
}

impl TargetGroup {
    /// A group whose identity is the Okta group's own.
    pub fn new(display_name: impl Into<String>) -> Self {
        Self { key: None, display_name: display_name.into() }
    }

    /// The same with an identity of its own: 1 to 128 letters, digits, `.`, `_` or `-`.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }
}

/// What becomes of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupVerdict {
    /// It becomes these groups in AWS.
    Sync(Vec<TargetGroup>),
    /// It is not wanted in AWS.
    Skip,
    /// Undecidable now: what stands in AWS stays as it is, and the report says so.
    Hold,
}

/// What becomes of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserVerdict {
    /// The draft is right.
    Keep,
    /// This account instead of the draft.
    Sync(Box<Account>),
    /// Not wanted in AWS.
    Skip,
    /// Undecidable now: what stands in AWS stays as it is, and the report says so.
    Hold,
}

/// The answer for a person: the verdict and, where the policy sets them itself, the groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAnswer {
    verdict: UserVerdict,
    groups: Option<Vec<TargetGroup>>,
}

/// An answer with its reason. `A` is [`GroupVerdict`] or [`UserAnswer`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a decision counts when it is returned: is a `return` missing?"]
pub struct Decision<A> {
    answer: A,
    rule: String,
    message: String,
}

/// The answer for a group.
pub type GroupDecision = Decision<GroupVerdict>;

/// The answer for a person.
pub type UserDecision = Decision<UserAnswer>;

/// An answer that both a group and a person can get.
pub trait Answer: sealed::Sealed {
    /// Not wanted in AWS.
    fn skip() -> Self;
    /// Undecidable now.
    fn hold() -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::GroupVerdict {}
    impl Sealed for super::UserAnswer {}
}

impl Answer for GroupVerdict {
    fn skip() -> Self {
        Self::Skip
    }

    fn hold() -> Self {
        Self::Hold
    }
}

impl Answer for UserAnswer {
    fn skip() -> Self {
        Self { verdict: UserVerdict::Skip, groups: None }
    }

    fn hold() -> Self {
        Self { verdict: UserVerdict::Hold, groups: None }
    }
}

/// The group becomes a group of that name in AWS.
pub fn sync(display_name: impl Into<String>) -> GroupDecision {
    sync_all([TargetGroup::new(display_name)])
}

/// The group becomes these groups in AWS; none at all is the same as [`skip`].
pub fn sync_all(groups: impl IntoIterator<Item = TargetGroup>) -> GroupDecision {
    Decision::new(GroupVerdict::Sync(groups.into_iter().collect()))
}

/// The host's draft of the account is right.
pub fn keep() -> UserDecision {
    Decision::new(UserAnswer { verdict: UserVerdict::Keep, groups: None })
}

/// This account instead of the draft.
pub fn sync_account(account: Account) -> UserDecision {
    Decision::new(UserAnswer { verdict: UserVerdict::Sync(Box::new(account)), groups: None })
}

/// Not wanted in AWS.
pub fn skip<A: Answer>() -> Decision<A> {
    Decision::new(A::skip())
}

/// Undecidable now: what stands in AWS stays as it is, and the report says so.
pub fn hold<A: Answer>() -> Decision<A> {
    Decision::new(A::hold())
}

impl<A> Decision<A> {
    fn new(answer: A) -> Self {
        Self { answer, rule: "default".to_owned(), message: String::new() }
    }

    /// The reason. `rule` is stable and short (up to 64 bytes), the same for every item it decides: it is counted and tested.
    /// `message` is one line for a person (up to 512 bytes) and may name values of this item. Without it the rule is `default`.
    pub fn because(mut self, rule: impl Into<String>, message: impl Into<String>) -> Self {
        self.rule = rule.into();
        self.message = message.into();
        self
    }

    /// The answer, the rule and the message, for whoever hands them on.
    #[cfg(target_family = "wasm")]
    pub(crate) fn into_parts(self) -> (A, String, String) {
        (self.answer, self.rule, self.message)
    }

    /// The rule that decided.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What a person is told.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl GroupDecision {
    /// Gives every group that this decision names an identity of its own, see [`TargetGroup::key`].
    pub fn key(mut self, key: &str) -> Self {
        if let GroupVerdict::Sync(groups) = &mut self.answer {
            groups.iter_mut().for_each(|group| group.key = Some(key.to_owned()));
        }
        self
    }

    /// What becomes of the group.
    pub fn verdict(&self) -> &GroupVerdict {
        &self.answer
    }

    /// The names of the groups it becomes; empty unless the verdict is to sync.
    pub fn names(&self) -> Vec<&str> {
        match &self.answer {
            GroupVerdict::Sync(groups) => groups.iter().map(|group| group.display_name.as_str()).collect(),
            GroupVerdict::Skip | GroupVerdict::Hold => Vec::new(),
        }
    }
}

#[cfg(target_family = "wasm")]
impl UserAnswer {
    pub(crate) fn into_parts(self) -> (UserVerdict, Option<Vec<TargetGroup>>) {
        (self.verdict, self.groups)
    }
}

impl UserDecision {
    /// Puts the person into these groups, whatever the group decisions gave: groups made from attributes, or an exception.
    pub fn groups(mut self, groups: impl IntoIterator<Item = TargetGroup>) -> Self {
        self.answer.groups = Some(groups.into_iter().collect());
        self
    }

    /// What becomes of the person.
    pub fn verdict(&self) -> &UserVerdict {
        &self.answer.verdict
    }

    /// The groups that replace those of the group decisions, if any do.
    pub fn own_groups(&self) -> Option<&[TargetGroup]> {
        self.answer.groups.as_deref()
    }

    /// The account that replaces the draft, if one does.
    pub fn account(&self) -> Option<&Account> {
        match &self.answer.verdict {
            UserVerdict::Sync(account) => Some(account),
            UserVerdict::Keep | UserVerdict::Skip | UserVerdict::Hold => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_without_a_reason_is_the_default() {
        let decision: UserDecision = skip();
        assert_eq!((decision.rule(), decision.message()), ("default", ""));
        assert_eq!(decision.verdict(), &UserVerdict::Skip);
    }

    #[test]
    fn skip_and_hold_serve_groups_and_people() {
        let group: GroupDecision = hold().because("r", "m");
        let user: UserDecision = hold().because("r", "m");
        assert_eq!((group.verdict(), user.verdict()), (&GroupVerdict::Hold, &UserVerdict::Hold));
    }

    #[test]
    fn a_key_belongs_to_the_groups_that_were_named() {
        let decision = sync("Admins").key("admins");
        assert_eq!(decision.verdict(), &GroupVerdict::Sync(vec![TargetGroup::new("Admins").key("admins")]));
        let skipped: GroupDecision = skip();
        assert_eq!(skipped.key("admins").verdict(), &GroupVerdict::Skip);
    }
}
