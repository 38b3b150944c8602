//! Which groups there are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value as Json};
use usher_core::id::OktaGroupId;
use usher_core::near;
use usher_core::source::{Attributes, GroupOrigin, SourceGroup, Value};

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::{AmbiguousName, MissingName, OktaError};
use crate::profile::attributes;
use crate::search;
use crate::walk::{read, walk};

/// Similar names told for each missing one.
const MOST_NEAR: usize = 3;

/// A group as Okta writes it; whatever else it writes is not looked at.
#[derive(Deserialize)]
pub(crate) struct Group {
    id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    profile: Option<Map<String, Json>>,
}

impl From<Group> for SourceGroup {
    fn from(group: Group) -> Self {
        let mut attributes = attributes(group.profile.unwrap_or_default());
        Self {
            id: OktaGroupId::new(group.id),
            name: take_text(&mut attributes, "name").unwrap_or_default(),
            description: take_text(&mut attributes, "description").filter(|text| !text.is_empty()),
            origin: match group.kind.as_deref() {
                Some("OKTA_GROUP") | None => GroupOrigin::Okta,
                Some("BUILT_IN") => GroupOrigin::BuiltIn,
                // `APP_GROUP`, and whatever kind of group Okta may add: not one that was made in Okta.
                Some(_) => GroupOrigin::App,
            },
            attributes,
        }
    }
}

fn take_text(attributes: &mut Attributes, name: &str) -> Option<String> {
    match attributes.remove(name) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

impl Okta {
    /// The groups of exactly these names, in the order of the names; a name given twice counts once.
    ///
    /// # Errors
    /// [`OktaError::GroupNames`] with every name that no group bears and every one that several bear; otherwise any
    /// failure of a request.
    pub async fn groups_named(&self, names: &[String]) -> Result<Vec<SourceGroup>, OktaError> {
        let mut met = BTreeSet::new();
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| met.insert(*name)).collect();
        let mut found = by_name(self.search(&names).await?);
        let mut all_names = BTreeSet::new();
        if names.iter().any(|name| !found.contains_key(*name)) {
            // The list names what is similar; and the search index may lag behind it (okta.md §2.1).
            let listed = by_name(self.all_groups().await?);
            all_names.extend(listed.keys().cloned());
            for (name, groups) in listed {
                found.entry(name).or_insert(groups);
            }
        }
        let (mut groups, mut missing, mut ambiguous) = (Vec::new(), Vec::new(), Vec::new());
        for name in names {
            match found.remove(name) {
                None => {
                    missing.push(MissingName { name: name.to_owned(), near: near_names(name, &all_names) })
                }
                Some(mut one) if one.len() == 1 => groups.append(&mut one),
                Some(several) => {
                    let mut ids: Vec<OktaGroupId> = several.into_iter().map(|group| group.id).collect();
                    ids.sort();
                    ambiguous.push(AmbiguousName { name: name.to_owned(), ids });
                }
            }
        }
        if missing.is_empty() && ambiguous.is_empty() {
            Ok(groups)
        } else {
            Err(OktaError::GroupNames { missing, ambiguous })
        }
    }

    /// Nothing, when this token is let in and may list groups. One request, whose answer is a single group.
    ///
    /// # Errors
    /// Any failure of the request.
    pub async fn lets_in(&self) -> Result<(), OktaError> {
        let mut url = endpoint::groups(&self.base);
        url.query_pairs_mut().append_pair("limit", "1");
        let reply = self.transport.get(Endpoint::Groups, &url).await?;
        read::<Vec<Group>>(&self.transport, Endpoint::Groups, &reply).map(drop)
    }

    /// Every group that the token may see, each once.
    ///
    /// # Errors
    /// Any failure of a request: a part of the list is never given out.
    pub async fn all_groups(&self) -> Result<Vec<SourceGroup>, OktaError> {
        let mut url = endpoint::groups(&self.base);
        url.query_pairs_mut().append_pair("limit", search::GROUP_PAGE);
        let groups: Vec<Group> = walk(&self.transport, Endpoint::Groups, &url, None).await?;
        Ok(each_once(groups))
    }

    /// Groups whose names Okta takes for one of these: it disregards case.
    async fn search(&self, names: &[&str]) -> Result<Vec<SourceGroup>, OktaError> {
        let url = endpoint::groups(&self.base);
        let mut groups: Vec<Group> = Vec::new();
        let mut batches = search::batches(&url, names);
        while let Some(mut batch) = batches.pop() {
            match walk(&self.transport, Endpoint::Groups, &search::url(&url, &batch), None).await {
                Ok(mut some) => groups.append(&mut some),
                // Okta refuses expressions that it finds too complex, and names no limit (okta.md §2.5).
                Err(OktaError::Refused { answer, .. })
                    if matches!(answer.status, 400 | 414 | 431) && batch.len() > 1 =>
                {
                    batches.push(batch.split_off(batch.len() / 2));
                    batches.push(batch);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(each_once(groups))
    }
}

/// Pages are no snapshot: what moves during the walk may come twice (okta.md §2.0).
pub(crate) fn each_once(groups: Vec<Group>) -> Vec<SourceGroup> {
    let mut met = BTreeSet::new();
    groups.into_iter().filter(|group| met.insert(group.id.clone())).map(SourceGroup::from).collect()
}

fn by_name(groups: Vec<SourceGroup>) -> BTreeMap<String, Vec<SourceGroup>> {
    let mut by_name: BTreeMap<String, Vec<SourceGroup>> = BTreeMap::new();
    for group in groups {
        by_name.entry(group.name.clone()).or_default().push(group);
    }
    by_name
}

fn near_names(name: &str, known: &BTreeSet<String>) -> Vec<String> {
    near::names(name, known.iter().map(String::as_str), MOST_NEAR).into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, group, page, page_with_next, refusal};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn ids(groups: &[SourceGroup]) -> Vec<&str> {
        groups.iter().map(|group| group.id.as_str()).collect()
    }

    #[tokio::test]
    async fn exact_names_take_one_request_and_keep_their_order() {
        let fake = Fake::answering(|_, _, _| {
            page(&json!([
                group("00g1", "R&D \"x\"\\"),
                group("00g3", "AWS-Admins"),
                group("00g2", "aws-admins")
            ]))
        })
        .await;
        let okta = fake.client();
        let groups = okta.groups_named(&names(&["aws-admins", "R&D \"x\"\\", "aws-admins"])).await.unwrap();
        assert_eq!(ids(&groups), ["00g2", "00g1"], "a name of another case is another name");
        let asked = r#"/api/v1/groups?limit=200&search=profile.name eq "aws-admins" or profile.name eq "R&D \"x\"\\""#;
        assert_eq!(fake.paths(), [asked]);
        assert_eq!(okta.requests().by_request, BTreeMap::from([("GET /api/v1/groups".to_owned(), 1)]));
    }

    #[tokio::test]
    async fn whether_the_token_is_let_in_is_one_request_that_follows_no_page() {
        let fake = Fake::answering(|_, _, base| {
            page_with_next(&json!([group("00g1", "a")]), &format!("{base}/api/v1/groups?after=00g1&limit=1"))
        })
        .await;
        fake.client().lets_in().await.unwrap();
        assert_eq!(fake.paths(), ["/api/v1/groups?limit=1"]);
        let fake = Fake::answering(|_, _, _| refusal(401, "E0000011")).await;
        assert!(matches!(fake.client().lets_in().await, Err(OktaError::WrongToken { .. })));
    }

    #[tokio::test]
    async fn no_names_are_no_request() {
        let fake = Fake::answering(|_, _, _| refusal(500, "E0000009")).await;
        assert!(fake.client().groups_named(&[]).await.unwrap().is_empty());
        assert!(fake.paths().is_empty());
    }

    #[tokio::test]
    async fn every_missing_and_every_ambiguous_name_is_told_at_once() {
        let everything = json!([
            group("00g1", "aws-admins"),
            group("00g2", "twice"),
            { "id": "00g0", "type": "APP_GROUP", "profile": { "name": "twice" } },
            group("00g4", "xx_devops")
        ]);
        let fake = Fake::answering(move |number, _, _| {
            if number == 0 { page(&json!([everything[1], everything[2]])) } else { page(&everything) }
        })
        .await;
        let error = fake.client().groups_named(&names(&["aws-admin", "twice", "finance"])).await.unwrap_err();
        let OktaError::GroupNames { missing, ambiguous } = &error else { panic!("{error:?}") };
        assert_eq!(missing[0], MissingName { name: "aws-admin".into(), near: vec!["aws-admins".into()] });
        assert_eq!(missing[1], MissingName { name: "finance".into(), near: vec![] });
        assert_eq!(ambiguous[0].ids, [OktaGroupId::new("00g0"), OktaGroupId::new("00g2")]);
        let message = error.to_string();
        assert!(
            message.contains(r#"no Okta group is called "aws-admin" (similar: "aws-admins")"#),
            "{message}"
        );
        assert!(message.contains(r#"several Okta groups are called "twice": 00g0, 00g2"#), "{message}");
        assert_eq!(fake.paths().len(), 2, "one search and one page of the list");
    }

    #[tokio::test]
    async fn a_group_that_the_index_does_not_know_yet_is_found_in_the_list() {
        let fake = Fake::answering(|number, _, _| {
            if number == 0 { page(&json!([])) } else { page(&json!([group("00g1", "new")])) }
        })
        .await;
        assert_eq!(ids(&fake.client().groups_named(&names(&["new"])).await.unwrap()), ["00g1"]);
        assert_eq!(fake.paths()[1], "/api/v1/groups?limit=200");
    }

    #[tokio::test]
    async fn an_expression_that_okta_finds_too_complex_is_halved() {
        let fake = Fake::answering(|_, path, _| {
            if path.matches("profile.name").count() > 2 {
                return refusal(400, "E0000031");
            }
            let all = ["a", "b", "c", "d"].iter().filter(|name| path.contains(&format!("\"{name}\"")));
            page(&all.map(|name| group(&format!("00g{name}"), name)).collect())
        })
        .await;
        let groups = fake.client().groups_named(&names(&["a", "b", "c", "d"])).await.unwrap();
        assert_eq!(ids(&groups), ["00ga", "00gb", "00gc", "00gd"]);
        assert_eq!(fake.paths().len(), 3);
    }

    #[tokio::test]
    async fn all_groups_come_once_with_what_okta_says_of_them() {
        let fake = Fake::answering(|number, _, base| match number {
            0 => page_with_next(
                &json!([group("00g1", "a"), { "id": "00g2", "type": "APP_GROUP", "source": { "id": "0oa1" },
                    "profile": { "name": "b", "description": "from AD", "groupScope": "Global", "x": null } }]),
                &format!("{base}/api/v1/groups?after=00g2&limit=200"),
            ),
            _ => page(&json!([group("00g1", "a"), { "id": "00g3", "type": "BUILT_IN", "profile": { "name": "Everyone",
                "description": "" } }, { "id": "00g4", "type": "NEW_KIND" }])),
        })
        .await;
        let groups = fake.client().all_groups().await.unwrap();
        assert_eq!(ids(&groups), ["00g1", "00g2", "00g3", "00g4"]);
        let origins: Vec<GroupOrigin> = groups.iter().map(|group| group.origin).collect();
        assert_eq!(origins, [GroupOrigin::Okta, GroupOrigin::App, GroupOrigin::BuiltIn, GroupOrigin::App]);
        assert_eq!(groups[1].description.as_deref(), Some("from AD"));
        assert_eq!(groups[1].attributes, [("groupScope".to_owned(), Value::Text("Global".into()))].into());
        assert_eq!(groups[2].description, None);
        assert_eq!(groups[3].name, "", "a group without a name is a group");
        assert_eq!(fake.paths(), ["/api/v1/groups?limit=200", "/api/v1/groups?after=00g2&limit=200"]);
    }
}
