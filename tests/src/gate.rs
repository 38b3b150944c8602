//! Stands between Usher and the simulator's Identity Center and stops a run at a certain write: the last one let through is done, but
//! not answered, and nothing after it comes through until the gate is opened again. Writes pass one by one, so that the
//! number says exactly what stands.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use tokio::sync::{Mutex, watch};

use crate::wait::{runtime, wait};

/// A body larger than any that Usher sends or gets in a test.
const MOST: usize = 16 << 20;

/// A running gate.
pub struct Gate {
    address: String,
    shared: Arc<Shared>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    Shut,
    /// Open again, and for good.
    Opened,
}

struct Shared {
    host: String,
    client: reqwest::Client,
    most: AtomicUsize,
    writes: Mutex<usize>,
    door: watch::Sender<Door>,
    /// How often it was set anew: what waited before that is let through no more.
    turn: AtomicUsize,
    /// Requests that came so far.
    asked: watch::Sender<usize>,
}

impl Gate {
    /// In front of the SCIM interface at `scim`; shuts after so many writes, with 0 before the first.
    pub fn start(scim: &str, most: usize) -> Self {
        let url = reqwest::Url::parse(scim).expect("an address");
        let host = format!("http://{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let shared = Arc::new(Shared {
            host,
            client: reqwest::Client::new(),
            most: AtomicUsize::new(most),
            writes: Mutex::new(0),
            door: watch::channel(Door::Open).0,
            turn: AtomicUsize::new(0),
            asked: watch::channel(0).0,
        });
        let listener = wait(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let router = Router::new().fallback(pass).with_state(shared.clone());
        runtime().spawn(async move { axum::serve(listener, router).await });
        Self { address: format!("http://127.0.0.1:{port}{}", url.path()), shared }
    }

    /// What stands in for the address that was given.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the gate is shut: the write of that number is done, and no other is under way.
    pub(crate) async fn shut(&self) {
        let mut door = self.shared.door.subscribe();
        door.wait_for(|door| *door != Door::Open).await.expect("the gate stands");
    }

    /// The same, for who is not asynchronous.
    pub fn wait_until_shut(&self) {
        wait(self.shut());
    }

    /// Sets it anew, under the same address, for so many writes more. Whoever waits at it by now is dead, and gets nothing done.
    pub fn set(&self, most: usize) {
        self.shared.turn.fetch_add(1, Ordering::SeqCst);
        self.shared.most.store(most, Ordering::SeqCst);
        // Who waits holds the count of writes until the door moves.
        self.shared.door.send_replace(Door::Open);
        *wait(self.shared.writes.lock()) = 0;
    }

    /// Shuts it for whatever comes, and returns when something has come.
    pub fn hold_up(&self) -> impl FnOnce() + use<> {
        self.shared.shut();
        let mut asked = self.shared.asked.subscribe();
        let before = *asked.borrow_and_update();
        move || {
            wait(asked.wait_for(|asked| *asked > before)).expect("the gate stands");
        }
    }

    /// Lets everything through that waits, and whatever comes.
    pub fn open(&self) {
        self.shared.door.send_replace(Door::Opened);
    }
}

async fn pass(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let turn = shared.turn.load(Ordering::SeqCst);
    shared.asked.send_modify(|asked| *asked += 1);
    shared.wait_while_shut().await;
    if request.method() == Method::GET {
        return shared.forward(request).await;
    }
    let mut writes = shared.writes.lock().await;
    // While this one stood in line.
    shared.wait_while_shut().await;
    let most = shared.most.load(Ordering::SeqCst);
    if *writes == most {
        shared.shut();
        shared.wait_while_shut().await;
    }
    if turn != shared.turn.load(Ordering::SeqCst) {
        return plain(StatusCode::BAD_GATEWAY);
    }
    // In a task of its own: a caller that is killed cannot call it back.
    let forwarding = tokio::spawn({
        let shared = shared.clone();
        async move { shared.forward(request).await }
    });
    let answer = forwarding.await.unwrap_or_else(|_| plain(StatusCode::BAD_GATEWAY));
    *writes += 1;
    if *writes == most {
        shared.shut();
    }
    drop(writes);
    shared.wait_while_shut().await;
    answer
}

impl Shared {
    /// Once only: a gate that was opened stays open.
    fn shut(&self) {
        self.door.send_if_modified(|door| {
            let is_open = *door == Door::Open;
            if is_open {
                *door = Door::Shut;
            }
            is_open
        });
    }

    async fn wait_while_shut(&self) {
        let mut door = self.door.subscribe();
        let _ = door.wait_for(|door| *door != Door::Shut).await;
    }

    async fn forward(&self, request: Request) -> Response {
        let (head, body) = request.into_parts();
        let Ok(body) = to_bytes(body, MOST).await else { return plain(StatusCode::PAYLOAD_TOO_LARGE) };
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut onward = self.client.request(head.method, format!("{}{path}", self.host)).body(body);
        for name in [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT] {
            if let Some(value) = head.headers.get(&name) {
                onward = onward.header(name, value);
            }
        }
        let Ok(answer) = onward.send().await else { return plain(StatusCode::BAD_GATEWAY) };
        let (status, headers) = (answer.status(), answer.headers().clone());
        let Ok(bytes) = answer.bytes().await else { return plain(StatusCode::BAD_GATEWAY) };
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        for name in ["content-type", "x-amzn-requestid", "retry-after"] {
            if let (Some(value), Ok(name)) = (headers.get(name), header::HeaderName::try_from(name)) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
