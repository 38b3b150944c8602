//! What a plan comes to: every operation spelled out, in the one form that is hashed, stored, shown for review and compared.
//!
//! Nothing here depends on when or by which run it was made, so that two runs that would do the same have the same [hash](Content::hash).

use serde::{Deserialize, Serialize};

use crate::account::{Account, Field};
use crate::canonical;
use crate::decision::{Judge, Reason};
use crate::plan::{AttributeChange, Change, GroupRef, Operation, Plan, UserRef};
use crate::plan_hash::PlanHash;

/// What a plan would do, and between which two services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Content {
    /// The address of the source.
    pub source: String,
    /// The address of the target.
    pub target: String,
    /// Groups that the command line named; none when the whole organisation was looked at.
    pub named_groups: Option<Vec<String>>,
    /// Which run it takes back; none where it comes from the two sides. It is left out then: the hash of such a plan must not change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_of: Option<UndoOf>,
    /// In the order in which they are done.
    pub operations: Vec<Step>,
}

/// Which run a plan takes back, and what of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UndoOf {
    /// The run's id, in full.
    pub run: String,
    /// Whether what the run created is deleted.
    pub delete_created: bool,
    /// The person alone for whom it is taken back.
    pub person: Option<String>,
    /// The group alone for which it is taken back.
    pub group: Option<String>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// Steps of one stage do not wait for one another.
    pub stage: u32,
    /// `create-user`, `remove-members`, …
    pub kind: String,
    /// What is changed.
    pub object: Object,
    /// What becomes of its attributes, as SCIM names them.
    pub changes: Vec<AttributeChange>,
    /// Who joins, leaves or goes with the group.
    pub members: Vec<Object>,
    /// Why.
    pub reason: Why,
}

/// A user or a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Object {
    /// Which of the two.
    pub r#type: Type,
    /// Identity Center's id; none when it is yet to be created.
    pub id: Option<String>,
    /// The Okta id of a user, the key of a group; none for a user whom Usher does not manage.
    pub external_id: Option<String>,
    /// Its name after the plan.
    pub name: String,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Type {
    /// A user.
    User,
    /// A group.
    Group,
}

/// Who said so, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Why {
    /// The policy, or `usher` where the host judges: of leavers, of memberships that nobody gives any more.
    pub policy: String,
    /// Its rule.
    pub rule: String,
    /// One line for a person.
    pub message: String,
}

impl Why {
    /// A reason, and whose it is of the policies that were asked.
    pub(crate) fn of(reason: &Reason, policies: &[String]) -> Self {
        let Reason { rule, message, .. } = reason;
        Self { policy: policy(reason, policies), rule: rule.clone(), message: message.clone() }
    }
}

/// Between what a plan was made, and who decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The address of the source.
    pub source: String,
    /// The address of the target.
    pub target: String,
    /// Groups that the command line named.
    pub named_groups: Option<Vec<String>>,
    /// Which run it takes back.
    pub undo_of: Option<UndoOf>,
    /// The policies by name, in the order in which they were asked.
    pub policies: Vec<String>,
}

impl Content {
    /// What a plan comes to.
    pub fn of(plan: &Plan, origin: &Origin) -> Self {
        Self {
            source: origin.source.clone(),
            target: origin.target.clone(),
            named_groups: origin.named_groups.clone(),
            undo_of: origin.undo_of.clone(),
            operations: plan.operations.iter().map(|operation| step(operation, &origin.policies)).collect(),
        }
    }

    /// As one text, whatever wrote it: JSON without white space, the keys of every object in the order of their code points.
    pub fn canonical(&self) -> String {
        // Texts, numbers and lists: there is nothing that JSON lacks.
        serde_json::to_value(self).map(|value| canonical::text(&value)).unwrap_or_default()
    }

    /// What the plan is known by.
    pub fn hash(&self) -> PlanHash {
        PlanHash::of(self.canonical().as_bytes())
    }
}

fn step(operation: &Operation, policies: &[String]) -> Step {
    let change = &operation.change;
    let users = |users: &[UserRef]| users.iter().map(user).collect();
    let (object, changes, members) = match change {
        Change::CreateUser { user: who, account } => {
            let mut changes = vec![attribute("externalId", None, who.okta_id.as_ref().map(|id| id.as_str()))];
            changes.extend(attributes(account, |value| (None, value)));
            (user(who), changes, Vec::new())
        }
        Change::DeleteUser { user: who, account } => {
            (user(who), attributes(account, |value| (value, None)).collect(), Vec::new())
        }
        Change::AdoptUser { user: who, changes, .. }
        | Change::UpdateUser { user: who, changes, .. }
        | Change::DeactivateUser { user: who, changes, .. }
        | Change::ReactivateUser { user: who, changes, .. } => (user(who), changes.clone(), Vec::new()),
        Change::CreateGroup { group: which, members } => {
            let changes = vec![
                attribute("externalId", None, Some(which.key.as_str())),
                attribute("displayName", None, Some(&which.display_name)),
            ];
            (group(which), changes, users(members))
        }
        Change::DeleteGroup { group: which, members } => {
            let changes = vec![attribute("displayName", Some(&which.display_name), None)];
            (group(which), changes, users(members))
        }
        Change::AdoptGroup { group: which, changes } => (group(which), changes.clone(), Vec::new()),
        Change::RenameGroup { group: which, before, after } => {
            (group(which), vec![attribute("displayName", Some(before), Some(after))], Vec::new())
        }
        Change::AddMembers { group: which, members } | Change::RemoveMembers { group: which, members } => {
            (group(which), Vec::new(), users(members))
        }
    };
    let reason = Why::of(&operation.why, policies);
    Step { stage: operation.stage, kind: change.kind().to_owned(), object, changes, members, reason }
}

/// Whose rule it is. Where several policies decide, a rule's own name follows that of its policy.
fn policy(reason: &Reason, policies: &[String]) -> String {
    const HOST: &str = "usher";
    match (reason.judge, policies) {
        (Judge::Usher, _) => HOST.to_owned(),
        (Judge::Policy, [only]) => only.clone(),
        (Judge::Policy, several) => {
            let first = reason.rule.split_once('/').map(|(policy, _)| policy);
            first.filter(|policy| several.iter().any(|it| it == policy)).unwrap_or(HOST).to_owned()
        }
    }
}

fn user(user: &UserRef) -> Object {
    Object {
        r#type: Type::User,
        id: user.scim_id.as_ref().map(|id| id.as_str().to_owned()),
        external_id: user.okta_id.as_ref().map(|id| id.as_str().to_owned()),
        name: user.user_name.clone(),
    }
}

fn group(group: &GroupRef) -> Object {
    Object {
        r#type: Type::Group,
        id: group.scim_id.as_ref().map(|id| id.as_str().to_owned()),
        external_id: Some(group.key.as_str().to_owned()),
        name: group.display_name.clone(),
    }
}

fn attribute(attribute: &str, before: Option<&str>, after: Option<&str>) -> AttributeChange {
    let text = |text: Option<&str>| text.map(str::to_owned);
    AttributeChange { attribute: attribute.to_owned(), before: text(before), after: text(after) }
}

/// Every attribute that is there.
fn attributes<'a>(
    account: &'a Account,
    sides: impl Fn(Option<&'a str>) -> (Option<&'a str>, Option<&'a str>) + 'a,
) -> impl Iterator<Item = AttributeChange> + 'a {
    let there = Field::ALL.iter().filter_map(|field| Some((field, account.get(*field)?)));
    there.map(move |(field, value)| {
        let (before, after) = sides(Some(value));
        attribute(field.name(), before, after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Reason;
    use crate::id::{GroupKey, ScimGroupId};

    #[test]
    fn a_reason_names_the_policy_whose_rule_it_is_or_usher_itself() {
        let said = |rule: &str, policies: &[&str]| {
            let policies: Vec<String> = policies.iter().map(|name| (*name).to_owned()).collect();
            [Reason::new(rule, ""), Reason::by_usher(rule, "")].map(|reason| policy(&reason, &policies))
        };
        assert_eq!(said("aws-groups", &["rules"]), ["rules", "usher"]);
        assert_eq!(
            said("suspended", &["rules"]),
            ["rules", "usher"],
            "a policy's rule may be called as one of the host"
        );
        assert_eq!(said("local/aws-groups", &["company", "local"]), ["local", "usher"]);
        assert_eq!(said("aws/groups", &["rules"]), ["rules", "usher"], "a rule may be called so");
    }

    #[test]
    fn the_hash_is_of_the_canonical_text() {
        let id = Some(ScimGroupId::new("g1"));
        let group = GroupRef { key: GroupKey::chosen("a"), scim_id: id, display_name: "a".into() };
        let change = Change::RenameGroup { group, before: "b".into(), after: "a".into() };
        let operations = vec![Operation { stage: 0, change, why: Reason::new("all", "so") }];
        let origin = Origin {
            source: "okta".into(),
            target: "aws".into(),
            policies: vec!["rules".into()],
            ..Origin::default()
        };
        let content = Content::of(&Plan { operations, ..Plan::default() }, &origin);
        let text = concat!(
            r#"{"named-groups":null,"operations":[{"changes":[{"after":"a","attribute":"displayName","before":"b"}],"#,
            r#""kind":"rename-group","members":[],"object":{"external-id":"usher-a","id":"g1","name":"a","type":"group"},"#,
            r#""reason":{"message":"so","policy":"rules","rule":"all"},"stage":0}],"source":"okta","target":"aws"}"#,
        );
        assert_eq!(content.canonical(), text);
        assert_eq!(content.hash(), PlanHash::of(text.as_bytes()));
    }
}
