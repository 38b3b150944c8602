//! What was sent on behalf of one piece of work, for whoever keeps a journal; and whether it may still write, for whoever may have to
//! stop it.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

tokio::task_local! {
    static WORK: Work;
}

/// Asked before each request that changes something, repeats too: an error says in words why nothing may be written any more.
#[derive(Clone, Default)]
pub struct Permission(Option<Arc<dyn Fn() -> Result<(), String> + Send + Sync>>);

impl Permission {
    /// Asks whoever is to be asked.
    pub fn of(asks: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(asks)))
    }

    /// Nobody needs to be asked.
    pub fn always() -> Self {
        Self(None)
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permission").finish_non_exhaustive()
    }
}

struct Work {
    permission: Permission,
    sent: RefCell<Vec<Sent>>,
}

/// A request that was sent, repeats and look-ups too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Method and path template: `PATCH /Groups/{id}`.
    pub request: &'static str,
    /// The answer's status; none when no answer came.
    pub status: Option<u16>,
    /// AWS's id of the request, when the answer has one.
    pub request_id: Option<String>,
}

/// Does the work while it may write, and gives with its result every request that it sent, in the order of the answers. What the
/// work hands to other tasks is neither seen nor stopped.
pub async fn recorded<F: Future>(permission: Permission, work: F) -> (F::Output, Vec<Sent>) {
    let watched = async {
        let output = work.await;
        (output, WORK.with(|work| work.sent.take()))
    };
    WORK.scope(Work { permission, sent: RefCell::default() }, watched).await
}

/// Whether this piece of work may still write.
pub(crate) fn may_write() -> Result<(), String> {
    WORK.try_with(|work| work.permission.0.as_ref().map_or(Ok(()), |asks| asks())).unwrap_or(Ok(()))
}

/// Notes a request, if somebody wants to know.
pub(crate) fn note(sent: impl FnOnce() -> Sent) {
    let _ = WORK.try_with(|work| work.sent.borrow_mut().push(sent()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(status: u16) -> Sent {
        Sent { request: "GET /Users", status: Some(status), request_id: None }
    }

    #[tokio::test]
    async fn each_piece_of_work_sees_its_own_requests_only() {
        let work = |status: u16| async move {
            note(|| sent(status));
            tokio::task::yield_now().await;
            note(|| sent(status));
            status
        };
        note(|| sent(500));
        let always = Permission::always;
        let (one, two) = futures::join!(recorded(always(), work(200)), recorded(always(), work(201)));
        assert_eq!(one, (200, vec![sent(200), sent(200)]));
        assert_eq!(two, (201, vec![sent(201), sent(201)]));
    }

    #[tokio::test]
    async fn what_may_not_write_any_more_is_told_why_and_nothing_else_is() {
        let refuses = Permission::of(|| Err("lost".to_owned()));
        assert_eq!(recorded(refuses, async { may_write() }).await.0, Err("lost".to_owned()));
        assert_eq!(recorded(Permission::always(), async { may_write() }).await.0, Ok(()));
        assert_eq!(may_write(), Ok(()));
    }
}
