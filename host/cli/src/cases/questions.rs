//! A case of a case file as the host would put it to a policy, and the answers as case files write them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use usher_cases::{Case, CaseFile, CaseGroup, CaseOrigin, CaseStatus, CaseUser, CaseValue};
use usher_core::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::draft;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{Attributes, GroupOrigin, SourceGroup, SourceUser, UserStatus, Value};

/// What a case asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Questions {
    pub(crate) config: Json,
    /// Seconds since 1970.
    pub(crate) now: u64,
    pub(crate) groups: Vec<SourceGroup>,
    pub(crate) users: Vec<UserToDecide>,
}

impl Questions {
    /// What a case of this file asks; none when a draft of the case is no account, which reading the file has excluded.
    pub(crate) fn of(file: &CaseFile, case: &Case) -> Result<Self, serde_json::Error> {
        Ok(Self {
            config: file.config_of(case).clone(),
            now: file.now_of(case),
            groups: case.groups.iter().map(group).collect(),
            users: case.users.iter().map(user).collect::<Result<_, _>>()?,
        })
    }
}

fn group(group: &CaseGroup) -> SourceGroup {
    SourceGroup {
        id: OktaGroupId::new(&group.id),
        name: group.name.clone(),
        description: group.description.clone(),
        origin: match group.origin {
            CaseOrigin::Okta => GroupOrigin::Okta,
            CaseOrigin::App => GroupOrigin::App,
            CaseOrigin::BuiltIn => GroupOrigin::BuiltIn,
        },
        attributes: attributes(&group.attributes),
    }
}

fn user(user: &CaseUser) -> Result<UserToDecide, serde_json::Error> {
    let source = SourceUser {
        id: OktaUserId::new(&user.id),
        status: status(user.status),
        profile: attributes(&user.attributes),
    };
    // The host's own draft wherever the case has nothing to say about it.
    let draft = match &user.draft_overrides {
        None => draft::account(&source),
        Some(_) => serde_json::from_value(user.draft())?,
    };
    Ok(UserToDecide { source, groups: user.groups.clone(), draft })
}

fn status(status: CaseStatus) -> UserStatus {
    match status {
        CaseStatus::Staged => UserStatus::Staged,
        CaseStatus::Provisioned => UserStatus::Provisioned,
        CaseStatus::Active => UserStatus::Active,
        CaseStatus::Recovery => UserStatus::Recovery,
        CaseStatus::PasswordExpired => UserStatus::PasswordExpired,
        CaseStatus::LockedOut => UserStatus::LockedOut,
        CaseStatus::Suspended => UserStatus::Suspended,
        CaseStatus::Deprovisioned => UserStatus::Deprovisioned,
        CaseStatus::Other => UserStatus::Other,
    }
}

fn attributes(attributes: &BTreeMap<String, CaseValue>) -> Attributes {
    let value = |value: &CaseValue| match value {
        CaseValue::Text(text) => Value::Text(text.clone()),
        CaseValue::Integer(number) => Value::Integer(*number),
        CaseValue::Number(number) => Value::Number(*number),
        CaseValue::Boolean(boolean) => Value::Boolean(*boolean),
        CaseValue::Texts(texts) => Value::Texts(texts.clone()),
        CaseValue::Integers(numbers) => Value::Integers(numbers.clone()),
        CaseValue::Numbers(numbers) => Value::Numbers(numbers.clone()),
    };
    attributes.iter().map(|(name, it)| (name.clone(), value(it))).collect()
}

/// A decision about a group, as case files write it.
pub(crate) fn group_answer(decision: &GroupDecision) -> Json {
    let (verdict, groups) = match &decision.verdict {
        GroupVerdict::Sync(groups) => ("sync", groups.as_slice()),
        GroupVerdict::Skip => ("skip", &[][..]),
        GroupVerdict::Hold => ("hold", &[][..]),
    };
    answer(decision.id.as_str(), verdict, Some(groups), &decision.why)
}

/// A decision about a person, as case files write it.
pub(crate) fn user_answer(decision: &UserDecision) -> Json {
    let (verdict, account) = match &decision.verdict {
        UserVerdict::Keep => ("keep", None),
        UserVerdict::Sync(account) => ("sync", Some(account)),
        UserVerdict::Skip => ("skip", None),
        UserVerdict::Hold => ("hold", None),
    };
    let mut answer = answer(decision.id.as_str(), verdict, decision.groups.as_deref(), &decision.why);
    answer["account"] = json!(account);
    answer
}

fn answer(id: &str, verdict: &str, groups: Option<&[TargetGroup]>, why: &Reason) -> Json {
    let group = |group: &TargetGroup| json!({ "key": group.key, "name": group.display_name });
    let groups: Option<Vec<Json>> = groups.map(|groups| groups.iter().map(group).collect());
    json!({ "id": id, "verdict": verdict, "groups": groups, "rule": why.rule, "message": why.message })
}

#[cfg(test)]
mod tests {
    use usher_core::account::Account;

    use super::*;

    fn questions(text: &str) -> Questions {
        let file = CaseFile::parse(text).unwrap_or_else(|error| panic!("{error}"));
        Questions::of(&file, &file.cases[0]).unwrap()
    }

    const ANN: &str = r#"
version = 1
config.n = 1
now = 5
[[case]]
name = "ann"
[[case.user]]
login = "ann@acme.example"
status = "suspended"
attributes = { firstName = "Ann", levels = [1, 2], score = 1.5 }
groups = ["b", "a"]
"#;

    #[test]
    fn a_person_of_a_case_is_drafted_as_the_host_drafts_anybody() {
        let Questions { config, now, users, .. } = questions(ANN);
        assert_eq!((config, now), (json!({ "n": 1 }), 5));
        let ann = &users[0];
        assert_eq!(ann.draft, draft::account(&ann.source));
        assert_eq!((ann.draft.user_name.as_str(), ann.draft.active), ("ann@acme.example", false));
        assert_eq!(ann.groups, ["a", "b"]);
        assert_eq!(ann.source.profile["levels"], Value::Integers(vec![1, 2]));
        assert_eq!(ann.source.profile["score"], Value::Number(1.5));
    }

    #[test]
    fn a_draft_of_the_case_changes_only_what_it_names() {
        let text = format!("{ANN}draft.work.cost-center = \"4711\"\ndraft.active = true\n");
        let drafted = questions(ANN).users.remove(0).draft;
        let work =
            Some(usher_core::account::Work { cost_center: Some("4711".to_owned()), ..Default::default() });
        assert_eq!(questions(&text).users[0].draft, Account { active: true, work, ..drafted });
    }

    #[test]
    fn a_decision_is_written_with_all_it_says() {
        let id = OktaUserId::new("00u1");
        let why = Reason::new("r", "m");
        let groups = Some(vec![TargetGroup { key: None, display_name: "a".to_owned() }]);
        let kept = UserDecision {
            id: id.clone(),
            verdict: UserVerdict::Keep,
            groups,
            why: why.clone(),
            groups_by_others: BTreeMap::new(),
        };
        assert_eq!(
            user_answer(&kept),
            json!({ "id": "00u1", "verdict": "keep", "groups": [{ "key": null, "name": "a" }], "rule": "r", "message": "m",
                "account": null })
        );
        let account = Account { title: Some("Dr".to_owned()), ..Account::default() };
        let verdict = UserVerdict::Sync(Box::new(account));
        let synced =
            user_answer(&UserDecision { id, verdict, groups: None, why, groups_by_others: BTreeMap::new() });
        assert_eq!(
            (&synced["account"]["title"], &synced["account"]["user-name"]),
            (&json!("Dr"), &json!(""))
        );
        assert_eq!(synced["groups"], Json::Null);
    }
}
