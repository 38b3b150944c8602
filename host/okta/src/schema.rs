//! Which attributes a profile may have in this organisation.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use url::Url;

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
use crate::walk::{bad_answer, read};

/// What Okta gives groups that it takes over from Active Directory; its schema of groups describes those of its own only
/// (okta.md §3.1, `profile.*`).
const OF_DIRECTORY_GROUPS: [&str; 7] = [
    "dn",
    "externalId",
    "groupScope",
    "groupType",
    "objectSid",
    "samAccountName",
    "windowsDomainQualifiedName",
];

/// The schema of profiles, as far as it matters here.
#[derive(Deserialize)]
struct Schema {
    definitions: BTreeMap<String, Definition>,
}

/// Okta's own attributes (`base`), or those that an administrator has added (`custom`).
#[derive(Deserialize)]
struct Definition {
    #[serde(default)]
    properties: BTreeMap<String, serde::de::IgnoredAny>,
}

impl Okta {
    /// The variable names of all attributes that the profile of a person may have: Okta's own and the organisation's.
    ///
    /// # Errors
    /// Any failure of the request, and an answer that names no attribute.
    pub async fn user_attributes(&self) -> Result<BTreeSet<String>, OktaError> {
        self.attributes(Endpoint::UserSchema, &endpoint::user_schema(&self.base)).await
    }

    /// The same for groups. Those that come from Active Directory have attributes which Okta's schema does not name; they are
    /// among these.
    ///
    /// # Errors
    /// As [`Okta::user_attributes`].
    pub async fn group_attributes(&self) -> Result<BTreeSet<String>, OktaError> {
        let mut names = self.attributes(Endpoint::GroupSchema, &endpoint::group_schema(&self.base)).await?;
        names.extend(OF_DIRECTORY_GROUPS.map(str::to_owned));
        Ok(names)
    }

    async fn attributes(&self, endpoint: Endpoint, url: &Url) -> Result<BTreeSet<String>, OktaError> {
        let reply = self.transport.get(endpoint, url).await?;
        let Schema { definitions } = read(&self.transport, endpoint, &reply)?;
        let names: BTreeSet<String> =
            definitions.into_values().flat_map(|definition| definition.properties.into_keys()).collect();
        if names.is_empty() {
            // Every person has a login and every group a name. With no name at all everything would be called unknown.
            let problem = "it names no attribute".to_owned();
            return Err(bad_answer(&self.transport, endpoint, &reply, problem));
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fake::{Fake, page, refusal};

    #[tokio::test]
    async fn oktas_own_attributes_and_the_organisations_are_named() {
        let fake = Fake::answering(|_, _, _| {
            page(&json!({
                "name": "user",
                "definitions": {
                    "base": { "properties": { "login": { "type": "string" } }, "required": ["login"] },
                    "custom": { "properties": { "sponsor": { "type": "string" } } },
                },
            }))
        })
        .await;
        let names = fake.client().user_attributes().await.unwrap();
        assert_eq!(names, ["login", "sponsor"].map(str::to_owned).into());
        assert_eq!(fake.paths(), ["/api/v1/meta/schemas/user/default"]);
    }

    #[tokio::test]
    async fn attributes_of_groups_from_a_directory_are_known_without_the_schema() {
        let fake = Fake::answering(|_, _, _| {
            page(&json!({
                "name": "group",
                "definitions": {
                    "base": { "properties": { "name": { "type": "string" } }, "required": ["name"] },
                    "custom": { "properties": { "awsName": { "type": "string" } } },
                },
            }))
        })
        .await;
        let names = fake.client().group_attributes().await.unwrap();
        assert!(["name", "awsName", "samAccountName"].iter().all(|name| names.contains(*name)), "{names:?}");
        assert_eq!(fake.paths(), ["/api/v1/meta/schemas/group/default"]);
    }

    #[tokio::test]
    async fn an_answer_without_a_single_name_is_no_schema() {
        for answer in [json!({}), json!({ "definitions": {} }), json!([])] {
            let fake = Fake::answering(move |_, _, _| page(&answer)).await;
            let error = fake.client().user_attributes().await.unwrap_err();
            assert!(matches!(error, OktaError::BadAnswer { .. }), "{error}");
            let error = fake.client().group_attributes().await.unwrap_err();
            assert!(matches!(error, OktaError::BadAnswer { .. }), "{error}");
        }
        let fake = Fake::answering(|_, _, _| refusal(403, "E0000006")).await;
        assert!(fake.client().user_attributes().await.is_err());
    }
}
