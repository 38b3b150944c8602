//! The access token: as it is shown to the service, and how it is read again when the service refuses it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use crate::error::ScimError;

/// Why a token could not be read again, in the words of whoever keeps it.
pub type RenewalError = Box<dyn std::error::Error + Send + Sync>;

type Reading = Pin<Box<dyn Future<Output = Result<SecretString, RenewalError>> + Send>>;

/// Where the token is read again once the service refuses the one at hand: it may have been replaced since the run began.
#[derive(Clone, Default)]
pub struct Renewal(Option<Arc<dyn Fn() -> Reading + Send + Sync>>);

impl Renewal {
    /// Reads it there.
    pub fn by<F>(read: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<SecretString, RenewalError>> + Send + 'static,
    {
        Self(Some(Arc::new(move || Box::pin(read()))))
    }

    /// The token at hand is the only one.
    pub fn never() -> Self {
        Self(None)
    }
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewal").finish_non_exhaustive()
    }
}

/// A token that can stand in a header.
#[derive(Debug)]
pub(crate) struct Token {
    bare: SecretString,
    authorization: HeaderValue,
}

impl Token {
    fn new(text: &SecretString) -> Result<Self, ScimError> {
        let bare = SecretString::from(text.expose_secret().trim());
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", bare.expose_secret()))
            .map_err(|_| ScimError::UnusableToken)?;
        authorization.set_sensitive(true);
        Ok(Self { bare, authorization })
    }

    /// What is sent.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.authorization.clone()
    }

    /// The token alone, to keep it out of messages.
    pub(crate) fn expose(&self) -> &str {
        self.bare.expose_secret()
    }
}

/// The token of a run, and the one that takes its place when it is refused. It is read again at most once, whatever the number of
/// requests that are refused; a token that was read again and is refused too is wrong.
#[derive(Debug)]
pub(crate) struct Tokens {
    first: Token,
    renewal: Renewal,
    second: OnceCell<Result<Option<Token>, Arc<RenewalError>>>,
}

impl Tokens {
    pub(crate) fn new(token: &SecretString, renewal: Renewal) -> Result<Self, ScimError> {
        Ok(Self { first: Token::new(token)?, renewal, second: OnceCell::new() })
    }

    /// The one to show.
    pub(crate) fn current(&self) -> &Token {
        match self.second.get() {
            Some(Ok(Some(second))) => second,
            _ => &self.first,
        }
    }

    /// Another one than the refused, if there is one. Who asks while it is being read waits for the same answer.
    pub(crate) async fn other_than(&self, refused: &Token) -> Result<Option<&Token>, Arc<RenewalError>> {
        if !std::ptr::eq(refused, &self.first) {
            return Ok(None);
        }
        let second = self.second.get_or_init(|| self.read_again()).await;
        second.as_ref().map(Option::as_ref).map_err(Arc::clone)
    }

    async fn read_again(&self) -> Result<Option<Token>, Arc<RenewalError>> {
        let Some(read) = &self.renewal.0 else { return Ok(None) };
        let text = read().await.map_err(Arc::new)?;
        let token = Token::new(&text).map_err(|error| Arc::new(RenewalError::from(error)))?;
        Ok(Some(token).filter(|token| token.expose() != self.first.expose()))
    }
}
