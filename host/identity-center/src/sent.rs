//! What was sent on behalf of one piece of work, for whoever keeps a journal.

use std::cell::RefCell;

tokio::task_local! {
    static SENT: RefCell<Vec<Sent>>;
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

/// Does the work, and gives with its result every request that it sent, in the order of the answers. What the work hands to
/// other tasks is not seen.
pub async fn recorded<F: Future>(work: F) -> (F::Output, Vec<Sent>) {
    let watched = async {
        let output = work.await;
        (output, SENT.with(RefCell::take))
    };
    SENT.scope(RefCell::default(), watched).await
}

/// Notes a request, if somebody wants to know.
pub(crate) fn note(sent: impl FnOnce() -> Sent) {
    let _ = SENT.try_with(|list| list.borrow_mut().push(sent()));
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
        let (one, two) = futures::join!(recorded(work(200)), recorded(work(201)));
        assert_eq!(one, (200, vec![sent(200), sent(200)]));
        assert_eq!(two, (201, vec![sent(201), sent(201)]));
    }
}
