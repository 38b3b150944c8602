//! Which groups there are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
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

/// Page sizes of a list that is read often; the next is tried when Okta fails at one. It took 10,000 where none was asked for
/// (okta.md §2.0), and advises 200.
const LARGE_PAGES: [&str; 2] = ["1000", search::GROUP_PAGE];

/// A group as Okta writes it; whatever else it writes is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    pub(crate) id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    profile: Option<Map<String, Json>>,
    last_membership_updated: Option<Json>,
}

/// A group as it stands in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedGroup {
    /// The group.
    pub group: SourceGroup,
    /// When somebody last became a member or stopped being one, to the second; none where Okta does not say. It does not move when
    /// a member's profile or status changes (okta.md §6.2).
    pub members_changed: Option<Timestamp>,
}

impl From<Group> for ListedGroup {
    fn from(group: Group) -> Self {
        let members_changed = group.last_membership_updated.as_ref().and_then(Json::as_str);
        Self {
            members_changed: members_changed.and_then(|time| time.parse().ok()),
            group: SourceGroup::from(group),
        }
    }
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
        Ok(without_times(self.list_groups_named(names).await?))
    }

    /// Every group that the token may see, each once.
    ///
    /// # Errors
    /// Any failure of a request: a part of the list is never given out.
    pub async fn all_groups(&self) -> Result<Vec<SourceGroup>, OktaError> {
        Ok(without_times(self.list_groups().await?))
    }

    /// As [`Okta::groups_named`], with the times of their members.
    ///
    /// # Errors
    /// The same.
    pub async fn list_groups_named(&self, names: &[String]) -> Result<Vec<ListedGroup>, OktaError> {
        let mut met = BTreeSet::new();
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| met.insert(*name)).collect();
        let mut found = by_name(self.search(&names).await?);
        let mut all_names = BTreeSet::new();
        if names.iter().any(|name| !found.contains_key(*name)) {
            // The list names what is similar; and the search index may lag behind it (okta.md §2.1).
            let listed = by_name(self.list_groups().await?);
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
                    let mut ids: Vec<OktaGroupId> = several.into_iter().map(|it| it.group.id).collect();
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

    /// As [`Okta::all_groups`], with the times of their members.
    ///
    /// # Errors
    /// The same.
    pub async fn list_groups(&self) -> Result<Vec<ListedGroup>, OktaError> {
        self.list_groups_by(search::GROUP_PAGE, None).await
    }

    /// The same in as few requests as Okta lets a list of groups take: for runs that come often and mostly find nothing.
    ///
    /// # Errors
    /// The same.
    pub async fn list_groups_in_large_pages(&self) -> Result<Vec<ListedGroup>, OktaError> {
        let [large, usual] = LARGE_PAGES;
        match self.list_groups_by(large, Some(1)).await {
            // It fails at a list that takes too long, and may refuse the size (okta.md §2.1).
            Err(OktaError::Unavailable { .. } | OktaError::TimedOut { .. } | OktaError::BrokenOff { .. }) => {
            }
            Err(OktaError::Refused { answer, .. }) if answer.status == 400 => {}
            result => return result,
        }
        self.list_groups_by(usual, None).await
    }

    async fn list_groups_by(&self, page: &str, attempts: Option<u32>) -> Result<Vec<ListedGroup>, OktaError> {
        let mut url = endpoint::groups(&self.base);
        url.query_pairs_mut().append_pair("limit", page);
        Ok(each_once(walk(&self.transport, Endpoint::Groups, &url, attempts).await?))
    }

    /// Groups whose names Okta takes for one of these: it disregards case.
    async fn search(&self, names: &[&str]) -> Result<Vec<ListedGroup>, OktaError> {
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
pub(crate) fn each_once(groups: Vec<Group>) -> Vec<ListedGroup> {
    let mut met = BTreeSet::new();
    groups.into_iter().filter(|group| met.insert(group.id.clone())).map(ListedGroup::from).collect()
}

pub(crate) fn without_times(groups: Vec<ListedGroup>) -> Vec<SourceGroup> {
    groups.into_iter().map(|listed| listed.group).collect()
}

fn by_name(groups: Vec<ListedGroup>) -> BTreeMap<String, Vec<ListedGroup>> {
    let mut by_name: BTreeMap<String, Vec<ListedGroup>> = BTreeMap::new();
    for listed in groups {
        by_name.entry(listed.group.name.clone()).or_default().push(listed);
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

    #[tokio::test]
    async fn a_group_comes_with_the_time_of_its_members_where_okta_says_it() {
        let fake = Fake::answering(|_, _, _| {
            page(&json!([
                { "id": "00g1", "lastMembershipUpdated": "2026-03-01T17:45:12.000Z", "profile": { "name": "a" } },
                { "id": "00g2", "lastMembershipUpdated": "soon", "profile": { "name": "b" } },
                group("00g3", "c")
            ]))
        })
        .await;
        let listed = fake.client().list_groups_in_large_pages().await.unwrap();
        let times: Vec<Option<String>> =
            listed.iter().map(|it| it.members_changed.map(|time| time.to_string())).collect();
        assert_eq!(times, [Some("2026-03-01T17:45:12Z".to_owned()), None, None]);
        assert_eq!(fake.paths(), ["/api/v1/groups?limit=1000"]);
    }

    #[tokio::test]
    async fn a_large_page_that_okta_does_not_give_is_asked_for_in_usual_ones() {
        for status in [400, 504] {
            let fake = Fake::answering(move |number, _, _| match number {
                0 => refusal(status, "E0000009"),
                _ => page(&json!([group("00g1", "a")])),
            })
            .await;
            assert_eq!(fake.client().list_groups_in_large_pages().await.unwrap().len(), 1);
            assert_eq!(fake.paths(), ["/api/v1/groups?limit=1000", "/api/v1/groups?limit=200"]);
        }
        let fake = Fake::answering(|_, _, _| refusal(403, "E0000006")).await;
        assert!(fake.client().list_groups_in_large_pages().await.is_err());
        assert_eq!(fake.paths().len(), 1);
    }
}
