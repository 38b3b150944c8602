//! Counting what was asked of whom.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

/// Requests received since the start or the last reset, by service and kind.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Requests {
    /// Such as `GET /api/v1/groups/{id}/users`.
    pub okta: BTreeMap<String, u64>,
    /// Such as `PATCH /Groups/{id}`.
    pub scim: BTreeMap<String, u64>,
    /// Such as `GetParameters`.
    pub ssm: BTreeMap<String, u64>,
}

impl Requests {
    /// To all three services.
    pub fn total(&self) -> u64 {
        self.okta_total() + self.scim_total() + self.ssm_total()
    }

    /// To Okta.
    pub fn okta_total(&self) -> u64 {
        self.okta.values().sum()
    }

    /// To Identity Center.
    pub fn scim_total(&self) -> u64 {
        self.scim.values().sum()
    }

    /// To Parameter Store.
    pub fn ssm_total(&self) -> u64 {
        self.ssm.values().sum()
    }

    /// The form of `/_sim/requests`.
    pub fn to_json(&self) -> Value {
        json!({ "total": self.total(), "okta": self.okta, "scim": self.scim, "ssm": self.ssm })
    }
}

impl Serialize for Requests {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// Something that all connections share.
#[derive(Debug, Default)]
pub(crate) struct Shared<T>(Arc<Mutex<T>>);

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }

    /// Looks at it or changes it while nobody else does.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        // A test that panicked elsewhere must not take the simulator down with it.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Counts by kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter(Shared<BTreeMap<String, u64>>);

impl Counter {
    pub(crate) fn count(&self, kind: &str) {
        self.0.with(|counts| *counts.entry(kind.to_owned()).or_default() += 1);
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.0.with(|counts| counts.clone())
    }

    pub(crate) fn reset(&self) {
        self.0.with(BTreeMap::clear);
    }
}
