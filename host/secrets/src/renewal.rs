//! Secrets that are read again when a service refuses one of them: it may have been replaced since the run began.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use crate::error::SecretsError;
use crate::parameter_store::ParameterStore;
use crate::reference::SecretRef;
use crate::resolve::resolve_with;

type Values = BTreeMap<SecretRef, SecretString>;

/// The secrets of a run that may be replaced while it goes on. They are read again together, since what replaces one often replaces
/// the others.
#[derive(Debug)]
pub struct RenewableSecrets {
    first: Values,
    latest: Mutex<Option<Result<Values, Arc<SecretsError>>>>,
    readings: AtomicU64,
}

impl RenewableSecrets {
    /// With the values that the run began with.
    pub fn new(first: BTreeMap<SecretRef, SecretString>) -> Self {
        Self { first, latest: Mutex::default(), readings: AtomicU64::new(0) }
    }

    /// What a secret is now that its first value was refused. Everything is read again in one call; whoever asks while that goes on
    /// gets the answer of the same call, and whoever asks later does too if it brought another value.
    ///
    /// Environment variables stay what they are while a process runs, so they are not looked at again.
    ///
    /// # Errors
    /// As [`Secrets::resolve`](crate::Secrets::resolve).
    pub async fn renewed(&self, reference: &SecretRef) -> Result<Option<SecretString>, Arc<SecretsError>> {
        self.renewed_with(reference, ParameterStore::from_environment).await
    }

    async fn renewed_with<C, F>(
        &self,
        reference: &SecretRef,
        connect: C,
    ) -> Result<Option<SecretString>, Arc<SecretsError>>
    where
        C: FnOnce() -> F,
        F: Future<Output = ParameterStore>,
    {
        if let SecretRef::Env(_) = reference {
            return Ok(self.first.get(reference).cloned());
        }
        let before = self.readings.load(Ordering::Acquire);
        let mut latest = self.latest.lock().await;
        let is_answered =
            self.readings.load(Ordering::Acquire) != before || self.is_replaced(&latest, reference);
        let values = match latest.take().filter(|_| is_answered) {
            Some(values) => values,
            None => {
                let references: Vec<SecretRef> = self.first.keys().cloned().collect();
                let values = resolve_with(&references, connect).await.map_err(Arc::new);
                self.readings.fetch_add(1, Ordering::AcqRel);
                values
            }
        };
        let value = values.as_ref().map(|values| values.get(reference).cloned()).map_err(Arc::clone);
        *latest = Some(values);
        value
    }

    /// Whether the latest reading brought another value than the first.
    fn is_replaced(&self, latest: &Option<Result<Values, Arc<SecretsError>>>, reference: &SecretRef) -> bool {
        let Some(Ok(latest)) = latest else { return false };
        let exposed = |values: &Values| values.get(reference).map(|value| value.expose_secret().to_owned());
        exposed(latest) != exposed(&self.first)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use serde_json::json;

    use super::*;
    use crate::fake_store::FakeStore;

    fn references() -> [SecretRef; 2] {
        ["ssm:okta", "ssm:scim"].map(|text| text.parse().unwrap())
    }

    fn began_with(values: [&str; 2]) -> RenewableSecrets {
        RenewableSecrets::new(references().into_iter().zip(values.map(SecretString::from)).collect())
    }

    async fn renewed(secrets: &RenewableSecrets, store: &FakeStore, which: usize) -> String {
        let value = secrets.renewed_with(&references()[which], || store.connect()).await.unwrap();
        value.unwrap().expose_secret().to_owned()
    }

    #[tokio::test]
    async fn all_are_read_in_one_call_however_many_ask_and_when() {
        let store = FakeStore::with(&[("okta", "new-okta"), ("scim", "new-scim")]).await;
        let secrets = began_with(["old", "old"]);
        let (one, two, three) = tokio::join!(
            renewed(&secrets, &store, 0),
            renewed(&secrets, &store, 1),
            renewed(&secrets, &store, 0)
        );
        assert_eq!([one, two, three], ["new-okta", "new-scim", "new-okta"]);
        assert_eq!(renewed(&secrets, &store, 1).await, "new-scim");
        assert_eq!(store.calls(), [json!({ "Names": ["okta", "scim"], "WithDecryption": true })]);
    }

    #[tokio::test]
    async fn who_asks_at_the_same_time_shares_a_call_that_brought_nothing_new() {
        let store = FakeStore::with(&[("okta", "old"), ("scim", "old")]).await;
        let secrets = began_with(["old", "old"]);
        let both = tokio::join!(renewed(&secrets, &store, 0), renewed(&secrets, &store, 1));
        assert_eq!(both, ("old".to_owned(), "old".to_owned()));
        assert_eq!(store.calls().len(), 1);
    }

    #[tokio::test]
    async fn what_was_replaced_after_the_others_is_read_once_more() {
        let calls = AtomicUsize::new(0);
        let store = FakeStore::answering(move |_| {
            let scim = if calls.fetch_add(1, Ordering::SeqCst) == 0 { "old" } else { "new-scim" };
            let parameter = |name: &str, value: &str| json!({ "Name": name, "Value": value });
            (200, json!({ "Parameters": [parameter("okta", "new-okta"), parameter("scim", scim)] }))
        })
        .await;
        let secrets = began_with(["old", "old"]);
        assert_eq!(renewed(&secrets, &store, 0).await, "new-okta");
        assert_eq!(renewed(&secrets, &store, 1).await, "new-scim");
        assert_eq!(store.calls().len(), 2);
    }

    #[tokio::test]
    async fn a_variable_of_the_environment_is_not_looked_at_again() {
        let reference: SecretRef = "env:CARGO_PKG_NAME".parse().unwrap();
        let secrets = RenewableSecrets::new([(reference.clone(), "old".into())].into());
        let value = secrets.renewed_with(&reference, async || panic!("AWS was asked")).await.unwrap();
        assert_eq!(value.unwrap().expose_secret(), "old");
    }
}
