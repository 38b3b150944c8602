//! The API token: as it is shown to Okta, and how it is read again when Okta refuses it.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use crate::error::OktaError;

/// Why a token could not be read again, in the words of whoever keeps it.
pub type RenewalError = Box<dyn std::error::Error + Send + Sync>;

type Reading = Pin<Box<dyn Future<Output = Result<SecretString, RenewalError>> + Send>>;

/// Where the token is read again once Okta refuses the one at hand: it may have been replaced since the run began.
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
pub(crate) struct Token {
    bare: SecretString,
    authorization: HeaderValue,
}

impl Token {
    pub(crate) fn new(text: &SecretString) -> Result<Self, OktaError> {
        let token = bare(text.expose_secret());
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(OktaError::MalformedToken);
        }
        let mut authorization =
            HeaderValue::from_str(&format!("SSWS {token}")).map_err(|_| OktaError::MalformedToken)?;
        authorization.set_sensitive(true);
        Ok(Self { bare: token.into(), authorization })
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
pub(crate) struct Tokens {
    first: Token,
    renewal: Renewal,
    second: OnceCell<Result<Option<Token>, Arc<RenewalError>>>,
}

impl Tokens {
    pub(crate) fn new(token: &SecretString, renewal: Renewal) -> Result<Self, OktaError> {
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

/// The token alone; people store it with a line's end, or as Okta's documents show it, behind `SSWS`.
fn bare(token: &str) -> &str {
    let token = token.trim();
    token.strip_prefix("SSWS ").map_or(token, str::trim)
}
