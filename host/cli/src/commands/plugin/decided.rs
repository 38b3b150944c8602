//! What a policy decided of one group or person, beside what the host would have done.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_core::account::{Account, Field};
use usher_core::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::source::SourceGroup;

/// The decision about one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) id: String,
    /// The group's name, or the person's login.
    pub(crate) label: String,
    /// `sync`, `keep`, `skip` or `hold`.
    pub(crate) verdict: &'static str,
    /// The groups it names; none where a person keeps those that the group decisions gave.
    pub(crate) groups: Option<Vec<TargetGroup>>,
    /// What is written otherwise than drafted.
    pub(crate) changes: Vec<FieldChange>,
    /// What AWS would refuse in the account: the host holds such a person.
    pub(crate) problems: Vec<String>,
    pub(crate) why: Reason,
}

/// A field that differs from the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldChange {
    /// As SCIM names it.
    pub(crate) field: &'static str,
    pub(crate) draft: Option<String>,
    pub(crate) account: Option<String>,
}

impl Decided {
    pub(crate) fn group(group: &SourceGroup, decision: GroupDecision) -> Self {
        let (verdict, groups) = match decision.verdict {
            GroupVerdict::Sync(groups) => ("sync", Some(groups)),
            GroupVerdict::Skip => ("skip", None),
            GroupVerdict::Hold => ("hold", None),
        };
        Self {
            id: group.id.as_str().to_owned(),
            label: group.name.clone(),
            verdict,
            groups,
            changes: Vec::new(),
            problems: Vec::new(),
            why: decision.why,
        }
    }

    pub(crate) fn user(user: &UserToDecide, decision: UserDecision) -> Self {
        let draft = user.draft.clone().normalised();
        let (verdict, account) = match decision.verdict {
            UserVerdict::Keep => ("keep", Some(draft.clone())),
            UserVerdict::Sync(account) => ("sync", Some(account.normalised())),
            UserVerdict::Skip => ("skip", None),
            UserVerdict::Hold => ("hold", None),
        };
        let problems = account.iter().flat_map(Account::problems).map(|problem| problem.to_string());
        Self {
            id: user.source.id.as_str().to_owned(),
            label: user.source.label().to_owned(),
            verdict,
            groups: decision.groups,
            problems: problems.collect(),
            changes: account.map_or_else(Vec::new, |account| changes(&draft, &account)),
            why: decision.why,
        }
    }

    /// The same facts for a program.
    pub(crate) fn to_json(&self) -> Value {
        let mut item = json!({
            "id": self.id,
            "label": self.label,
            "verdict": self.verdict,
            "rule": self.why.rule,
            "message": self.why.message,
        });
        if let Some(groups) = &self.groups {
            let group = |group: &TargetGroup| json!({ "key": group.key, "displayName": group.display_name });
            item["groups"] = groups.iter().map(group).collect();
        }
        if !self.changes.is_empty() {
            let change = |change: &FieldChange| {
                let FieldChange { field, draft, account } = change;
                json!({ "attribute": field, "draft": draft, "account": account })
            };
            item["changes"] = self.changes.iter().map(change).collect();
        }
        if !self.problems.is_empty() {
            item["problems"] = json!(self.problems);
        }
        item
    }
}

fn changes(draft: &Account, account: &Account) -> Vec<FieldChange> {
    let differing = Field::ALL.iter().filter(|field| draft.get(**field) != account.get(**field));
    differing
        .map(|field| FieldChange {
            field: field.name(),
            draft: draft.get(*field).map(str::to_owned),
            account: account.get(*field).map(str::to_owned),
        })
        .collect()
}

/// How many items each rule gave each verdict; the most frequent first.
pub(crate) fn counted(items: &[Decided]) -> Vec<(&'static str, &str, usize)> {
    let mut counts = BTreeMap::<(&'static str, &str), usize>::new();
    for item in items {
        *counts.entry((item.verdict, &item.why.rule)).or_default() += 1;
    }
    let mut counts: Vec<_> =
        counts.into_iter().map(|((verdict, rule), count)| (verdict, rule, count)).collect();
    counts.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    counts
}

#[cfg(test)]
mod tests {
    use usher_core::id::OktaUserId;
    use usher_core::source::{SourceUser, UserStatus};

    use super::*;

    fn person(title: &str) -> UserToDecide {
        UserToDecide {
            source: SourceUser {
                id: OktaUserId::new("00u1"),
                status: UserStatus::Active,
                profile: Default::default(),
            },
            groups: Vec::new(),
            draft: Account { title: Some(title.to_owned()), ..Account::default() },
        }
    }

    fn decided(rule: &str, verdict: UserVerdict) -> Decided {
        let id = OktaUserId::new("00u1");
        Decided::user(
            &person("Dr"),
            UserDecision {
                id,
                verdict,
                groups: None,
                why: Reason::new(rule, ""),
                groups_by_others: BTreeMap::new(),
            },
        )
    }

    #[test]
    fn only_what_differs_from_the_draft_is_told() {
        let account = Account { title: None, email: Some("a@b.example".to_owned()), ..Account::default() };
        let changes = decided("r", UserVerdict::Sync(Box::new(account))).changes;
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.field, change.draft.as_deref(), change.account.as_deref()))
            .collect();
        assert_eq!(told, [("email", None, Some("a@b.example")), ("title", Some("Dr"), None)]);
        assert_eq!(decided("r", UserVerdict::Keep).changes, []);
    }

    #[test]
    fn an_account_that_aws_would_refuse_is_told() {
        let problems = decided("r", UserVerdict::Keep).problems;
        assert!(problems.iter().any(|problem| problem.contains("`userName` is empty")), "{problems:?}");
        assert_eq!(decided("r", UserVerdict::Skip).problems, Vec::<String>::new());
    }

    #[test]
    fn rules_are_counted_by_verdict_the_most_frequent_first() {
        let items = [
            decided("a", UserVerdict::Skip),
            decided("b", UserVerdict::Keep),
            decided("b", UserVerdict::Hold),
            decided("b", UserVerdict::Keep),
        ];
        assert_eq!(counted(&items), [("keep", "b", 2), ("hold", "b", 1), ("skip", "a", 1)]);
    }
}
