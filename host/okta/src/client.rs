//! The client.

use std::fmt;
use std::sync::atomic::AtomicU32;

use url::Url;

use crate::error::OktaError;
use crate::settings::OktaSettings;
use crate::spent::RequestCounts;
use crate::transport::Transport;

/// Most members on a page (okta.md §2.3).
const LARGEST_MEMBER_PAGE: u32 = 1000;

/// Reads one organisation. All methods may run at the same time; the limits of the settings hold over all of them.
pub struct Okta {
    pub(crate) transport: Transport,
    pub(crate) base: Url,
    /// Falls when Okta refuses the size.
    pub(crate) member_page: AtomicU32,
}

impl Okta {
    /// A client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`OktaError::MalformedToken`], [`OktaError::Setup`].
    pub fn new(settings: OktaSettings) -> Result<Self, OktaError> {
        Ok(Self {
            transport: Transport::new(&settings)?,
            member_page: AtomicU32::new(settings.member_page.clamp(1, LARGEST_MEMBER_PAGE)),
            base: settings.base,
        })
    }

    /// What was sent so far, and how long rate limits held it back.
    pub fn requests(&self) -> RequestCounts {
        self.transport.spent.counts()
    }
}

impl fmt::Debug for Okta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Okta").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}
