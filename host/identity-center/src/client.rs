//! The client itself: what it holds between requests.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use usher_core::actual::Completeness;

use crate::error::ScimError;
use crate::settings::Settings;
use crate::spent::RequestCounts;
use crate::store::Store;
use crate::transport::{Call, Transport};

/// A SCIM interface, ready to be asked. It bounds and paces its requests by itself, however many callers it has.
#[derive(Debug)]
pub struct IdentityCenter {
    pub(crate) transport: Transport,
    pub(crate) store: Store,
    notices: Mutex<BTreeSet<String>>,
}

/// A list with the answer to whether it is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Whether that is all there is.
    pub completeness: Completeness,
}

impl IdentityCenter {
    /// Sets the client up; nothing is asked yet.
    ///
    /// # Errors
    /// [`ScimError::UnusableToken`] when the token cannot stand in a header, [`ScimError::Client`] when the HTTP
    /// client cannot be set up.
    pub fn new(settings: Settings) -> Result<Self, ScimError> {
        Ok(Self { transport: Transport::new(settings)?, store: Store::default(), notices: Mutex::default() })
    }

    /// What this client has spent so far.
    pub fn requests(&self) -> RequestCounts {
        self.transport.counts()
    }

    /// What a person should know of this store, each once, sorted; empty for AWS as it is today.
    pub fn notices(&self) -> Vec<String> {
        self.lock_notices().iter().cloned().collect()
    }

    pub(crate) fn notice(&self, text: impl Into<String>) {
        self.lock_notices().insert(text.into());
    }

    /// Sends a request whose body must come back.
    pub(crate) async fn read(&self, call: &Call) -> Result<Value, ScimError> {
        let success = self.transport.send(call).await?;
        success.json.ok_or_else(|| bad_answer(call, "it is empty"))
    }

    fn lock_notices(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn bad_answer(call: &Call, reason: impl Into<String>) -> ScimError {
    ScimError::BadAnswer { aim: call.aim.clone(), request: call.operation.name(), reason: reason.into() }
}
