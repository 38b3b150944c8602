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
use crate::walk::walk;

/// Similar names told for each missing one.
const MOST_NEAR: usize = 3;

/// A group as Okta writes it; whatever else it writes is not looked at.
#[derive(Deserialize)]
struct Group {
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
fn each_once(groups: Vec<Group>) -> Vec<SourceGroup> {
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
