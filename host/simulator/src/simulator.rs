//! Starting, steering and stopping the simulated services.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::connection::{listen, serve};
use crate::faults::{Fault, Faults, Service};
use crate::okta::{Okta, OktaSettings, Source};
use crate::organisation::{Change, ChangeError, OrganisationError};
use crate::requests::{Counter, Requests, Shared};
use crate::scim::{ScimServer, ScimSettings};
use crate::ssm::{ParameterType, Ssm};
use crate::{Options, control, okta, ssm};

/// Okta, Identity Center and Parameter Store, served on loopback until stopped or dropped.
#[derive(Debug)]
pub struct Simulator {
    stage: Stage,
    addresses: Addresses,
    first_okta_token: String,
    first_scim_token: String,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

/// Where the services are; serialised in this order.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Addresses {
    /// `http://127.0.0.1:PORT`
    pub okta: String,
    /// `http://127.0.0.1:PORT/TENANT/scim/v2`
    pub scim: String,
    /// `http://127.0.0.1:PORT`
    pub ssm: String,
    /// `http://127.0.0.1:PORT/_sim`
    pub control: String,
}

/// Why the simulator could not do something.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The operating system gave no port.
    #[error("the simulator cannot listen on a free port of 127.0.0.1: {0}")]
    Listen(#[source] std::io::Error),
    /// A document that is no target.
    #[error("the document does not describe what stands in Identity Center: {0}")]
    Target(String),
    /// A document that is no fault.
    #[error("{0}")]
    Fault(String),
}

/// All that the services share with those who steer them.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) source: Source,
    pub(crate) scim: ScimServer,
    pub(crate) ssm: Ssm,
    pub(crate) faults: Faults,
    tokens: Tokens,
    okta_requests: Counter,
    ssm_requests: Counter,
    /// Requests to Identity Center that a fault kept from it, so that it could not count them itself.
    lost_scim_requests: Counter,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Stage").field("requests", &self.requests()).finish_non_exhaustive()
    }
}

/// The names under which the tokens stand in Parameter Store.
const OKTA_TOKEN: &str = "okta_api_token";
const SCIM_TOKEN: &str = "amz_sso_api_token";

/// The tokens that are let in, shared with the services that look at them.
#[derive(Clone)]
struct Tokens {
    okta: Shared<String>,
    scim: Shared<String>,
}

impl Tokens {
    fn new() -> Self {
        Self { okta: Shared::new(okta_token()), scim: Shared::new(scim_token()) }
    }
}

fn okta_token() -> String {
    format!("00{}", random_text(40))
}

fn scim_token() -> String {
    random_text(64)
}

impl Stage {
    /// Both services take other tokens from now on, which stand in Parameter Store in place of those before.
    fn replace_tokens(&self) {
        self.tokens.okta.with(|token| *token = okta_token());
        self.tokens.scim.with(|token| *token = scim_token());
        self.store_tokens();
    }

    fn store_tokens(&self) {
        for (name, token) in [(OKTA_TOKEN, &self.tokens.okta), (SCIM_TOKEN, &self.tokens.scim)] {
            token.with(|token| self.ssm.put(name, token, ParameterType::SecureString));
        }
    }

    pub(crate) fn requests(&self) -> Requests {
        let mut scim = self.scim.counts();
        for (kind, count) in self.lost_scim_requests.counts() {
            *scim.entry(kind).or_default() += count;
        }
        Requests { okta: self.okta_requests.counts(), scim, ssm: self.ssm_requests.counts() }
    }

    pub(crate) fn reset_requests(&self) {
        self.scim.reset_counts();
        for counter in [&self.okta_requests, &self.ssm_requests, &self.lost_scim_requests] {
            counter.reset();
        }
    }
}

impl Simulator {
    /// Starts all services, each on a free port of 127.0.0.1, and puts the tokens into Parameter Store under
    /// `okta_api_token` and `amz_sso_api_token`.
    ///
    /// # Errors
    /// When the operating system gives no port.
    pub async fn start(options: Options) -> Result<Self, SimulatorError> {
        let (okta_listener, okta_address) = listen().await.map_err(SimulatorError::Listen)?;
        let (scim_listener, scim_address) = listen().await.map_err(SimulatorError::Listen)?;
        let (ssm_listener, ssm_address) = listen().await.map_err(SimulatorError::Listen)?;
        let (control_listener, control_address) = listen().await.map_err(SimulatorError::Listen)?;

        let tokens = Tokens::new();
        let scim = ScimServer::new(ScimSettings {
            token: tokens.scim.clone(),
            latency: options.latency,
            reads_per_second: options.scim_reads_per_second,
            writes_per_second: options.scim_writes_per_second,
            members_per_second: options.scim_members_per_second,
            old: options.old_scim,
            short_pages: options.short_pages,
            throttle_after_write: options.throttle_after_write,
        });
        let stage = Stage {
            source: Source::new(options.organisation.clone(), options.okta_search_lag),
            scim,
            ssm: Ssm::default(),
            faults: Faults::default(),
            tokens,
            okta_requests: Counter::default(),
            ssm_requests: Counter::default(),
            lost_scim_requests: Counter::default(),
        };
        stage.store_tokens();
        let first = |token: &Shared<String>| token.with(|token| token.clone());
        let (first_okta_token, first_scim_token) = (first(&stage.tokens.okta), first(&stage.tokens.scim));

        let addresses = Addresses {
            okta: format!("http://{okta_address}"),
            scim: format!("http://{scim_address}/{}/scim/v2", stage.scim.tenant()),
            ssm: format!("http://{ssm_address}"),
            control: format!("http://{control_address}/_sim"),
        };
        let settings = OktaSettings::of(&options, &addresses.okta, stage.tokens.okta.clone());
        let okta = Okta::new(stage.source.clone(), settings);
        let (stop, stopped) = watch::channel(false);
        let watched = |service, router: Router| {
            let watcher = Watcher { stage: stage.clone(), service, latency: options.latency };
            router.layer(middleware::from_fn_with_state(watcher, watch))
        };
        let servers = vec![
            serve(okta_listener, watched(Service::Okta, okta.router()), stopped.clone()),
            serve(scim_listener, watched(Service::Scim, stage.scim.router()), stopped.clone()),
            serve(ssm_listener, watched(Service::Ssm, stage.ssm.router()), stopped.clone()),
            serve(control_listener, control::router(stage.clone()), stopped),
        ];
        Ok(Self { stage, addresses, first_okta_token, first_scim_token, stop, servers })
    }

    /// Where the services are.
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// The token that Okta takes, until a fault replaces it.
    pub fn okta_token(&self) -> &str {
        &self.first_okta_token
    }

    /// The token that Identity Center takes, until a fault replaces it.
    pub fn scim_token(&self) -> &str {
        &self.first_scim_token
    }

    /// Puts a parameter into Parameter Store, over one of the same name.
    pub fn put_parameter(&self, name: &str, value: &str, kind: ParameterType) {
        self.stage.ssm.put(name, value, kind);
    }

    /// Lets something happen in Okta, now.
    ///
    /// # Errors
    /// When it cannot happen, such as to a person who is not there; then nothing has happened.
    pub fn change(&self, change: Change) -> Result<(), ChangeError> {
        self.stage.source.change(&change)
    }

    /// Lets time pass in Okta, and nowhere else: its answers bear a later date, and what changes gets a later time.
    pub fn advance(&self, seconds: u32) {
        self.stage.source.advance(seconds);
    }

    /// What stands in Okta: `{"users":[Okta users],"groups":[Okta groups, each with "members":[user ids]]}`.
    pub fn source(&self) -> Value {
        self.stage.source.now().to_json()
    }

    /// Replaces what stands in Okta; what is missing is filled in.
    ///
    /// # Errors
    /// A document of another form.
    pub fn set_source(&self, source: Value) -> Result<(), OrganisationError> {
        self.stage.source.replace(source)
    }

    /// What stands in Identity Center:
    /// `{"users":[SCIM users],"groups":[{"id","externalId","displayName","members":[user ids]}]}`.
    pub fn target(&self) -> Value {
        self.stage.scim.target()
    }

    /// Replaces what stands in Identity Center.
    ///
    /// # Errors
    /// A document of another form.
    pub fn set_target(&self, target: Value) -> Result<(), SimulatorError> {
        self.stage.scim.replace(target).map_err(SimulatorError::Target)
    }

    /// Sets a fault, or each of a list, in the form of `POST /_sim/faults` (see `docs/simulator.md`).
    ///
    /// # Errors
    /// A document of another form.
    pub fn add_fault(&self, fault: Value) -> Result<(), SimulatorError> {
        self.stage.faults.add(fault).map_err(SimulatorError::Fault)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.stage.faults.clear();
    }

    /// What was asked of whom since the start or the last reset.
    pub fn requests(&self) -> Requests {
        self.stage.requests()
    }

    /// Counts from 0 again.
    pub fn reset_requests(&self) {
        self.stage.reset_requests();
    }

    /// Answers what is under way, then stops.
    pub async fn stop(self) {
        // Nobody listening any more is as good.
        let _ = self.stop.send(true);
        for mut server in self.servers {
            // A client that never reads its answer must not keep the program alive.
            if tokio::time::timeout(Duration::from_secs(2), &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

/// What stands before each service: it counts, waits and lets things go wrong.
#[derive(Clone)]
struct Watcher {
    stage: Stage,
    service: Service,
    latency: Duration,
}

async fn watch(State(watcher): State<Watcher>, request: Request, next: Next) -> Response {
    let Watcher { stage, service, latency } = watcher;
    let (method, path) = (request.method(), request.uri().path());
    let kind = match service {
        Service::Okta => format!("{method} {}", okta::template(path)),
        Service::Scim => format!("{method} {}", scim_template(path)),
        Service::Ssm => ssm::operation(request.headers()).to_owned(),
    };
    match service {
        Service::Okta => stage.okta_requests.count(&kind),
        Service::Ssm => stage.ssm_requests.count(&kind),
        Service::Scim => {}
    }
    // Identity Center counts and waits by itself.
    if service != Service::Scim && !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let not_done = || {
        if service == Service::Scim {
            stage.lost_scim_requests.count(&kind);
        }
    };
    let begins = |fault: &Fault| {
        if let Some(source) = fault.source() {
            // It was tried when the fault was set.
            let _ = stage.source.replace(source.clone());
        }
        if fault.replaces_tokens() {
            stage.replace_tokens();
        }
    };
    stage.faults.pass(service, &kind, request, next, not_done, begins).await
}

/// `/TENANT/scim/v2/Users/90…` is of the kind `/Users/{id}`.
fn scim_template(path: &str) -> String {
    let mut segments = path.split('/').skip(4);
    match (segments.next(), segments.next()) {
        (Some(resource), None) => format!("/{resource}"),
        (Some(resource), Some(_)) => format!("/{resource}/{{id}}"),
        (None, _) => path.to_owned(),
    }
}

fn random_text(length: usize) -> String {
    (0..length).map(|_| fastrand::alphanumeric()).collect()
}
