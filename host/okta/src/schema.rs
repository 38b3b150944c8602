//! Which attributes a profile may have in this organisation.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::client::Okta;
use crate::endpoint::{self, Endpoint};
use crate::error::OktaError;
use crate::walk::{bad_answer, read};

/// The schema of profiles of people, as far as it matters here.
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
        let reply = self.transport.get(Endpoint::UserSchema, &endpoint::user_schema(&self.base)).await?;
        let Schema { definitions } = read(&self.transport, Endpoint::UserSchema, &reply)?;
        let names: BTreeSet<String> =
            definitions.into_values().flat_map(|definition| definition.properties.into_keys()).collect();
        if names.is_empty() {
            // Every profile has a login. With no name at all everything would be called unknown.
            let problem = "it names no attribute".to_owned();
            return Err(bad_answer(&self.transport, Endpoint::UserSchema, &reply, problem));
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
    async fn an_answer_without_a_single_name_is_no_schema() {
        for answer in [json!({}), json!({ "definitions": {} }), json!([])] {
            let fake = Fake::answering(move |_, _, _| page(&answer)).await;
            let error = fake.client().user_attributes().await.unwrap_err();
            assert!(matches!(error, OktaError::BadAnswer { .. }), "{error}");
        }
        let fake = Fake::answering(|_, _, _| refusal(403, "E0000006")).await;
        assert!(fake.client().user_attributes().await.is_err());
    }
}
