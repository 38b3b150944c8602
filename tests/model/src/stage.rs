//! Where histories are played: a simulator, the clients that talk to it over HTTP, and policies in the sandbox. It is set up once and
//! cleared for each history.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use usher_core::desired::Scope;
use usher_core::plan::Operation;
use usher_core::settings::Settings;
use usher_engine::{Candidates, EngineError, Outcome, Session, Source, Target, Witness};
use usher_identity_center::{IdentityCenter, Permission, Sent};
use usher_okta::{Okta, OktaSettings};
use usher_policy::{PolicyChain, PolicyEngine};
use usher_simulator::{Options, Simulator};

use crate::history::UserNames;
use crate::way::{Ran, Way};

/// The policy of all histories; `expected` says the same in other words.
fn policy(user_names: UserNames) -> Value {
    let mut config = json!({
        "groups": [
            { "name": "other", "when": "!group.name.startsWith('aws-')", "then": "skip" },
            { "name": "frozen", "when": "group.name.endsWith('-frozen')", "then": "hold" },
            { "name": "both", "when": "group.name.startsWith('aws-both-')", "sync": "{'name': 'aws-both', 'key': 'both'}" },
            { "name": "aws", "when": "true", "sync": "group.name" },
        ],
        "users": [
            { "name": "contractor", "when": "has(user.userType) && user.userType == 'contractor'", "then": "skip" },
            { "name": "on-hold", "when": "has(user.userType) && user.userType == 'on-hold'", "then": "hold" },
        ],
    });
    if user_names == UserNames::Mails {
        config["account"] = json!({ "userName": "has(user.email) ? user.email : user.login" });
    }
    config
}

/// A simulator and all that a run needs besides.
pub(crate) struct Stage<'a> {
    pub(crate) simulator: Simulator,
    engine: &'a PolicyEngine,
    clients: Option<(Source, Target)>,
    policies: BTreeMap<UserNames, PolicyChain>,
}

impl<'a> Stage<'a> {
    pub(crate) async fn set_up(engine: &'a PolicyEngine) -> Self {
        let simulator = Simulator::start(Options::default()).await.expect("the simulator starts");
        Self { simulator, engine, clients: None, policies: BTreeMap::new() }
    }

    /// Nobody anywhere.
    pub(crate) fn clear(&mut self) {
        let nothing = json!({ "users": [], "groups": [] });
        self.simulator.set_source(nothing.clone()).expect("an empty organisation is one");
        self.simulator.set_target(nothing).expect("an empty directory is one");
    }

    /// One run, with clients and a policy that have seen runs before.
    pub(crate) async fn run(
        &mut self,
        way: &mut impl Way,
        settings: &Settings,
        user_names: UserNames,
        witness: &dyn Witness,
    ) -> Result<(usher_core::plan::Plan, usher_engine::Applied), EngineError> {
        let (source, target) = self.clients.take().unwrap_or_else(|| self.connect());
        let policy = self.policies.remove(&user_names).unwrap_or_else(|| self.load(user_names));
        let session = Session {
            source,
            target,
            policy,
            candidates: Candidates::All,
            scope: Scope::Whole,
            settings: settings.clone(),
            recall: None,
            now: 0,
        };
        let Ran { plan, applied, source, target, policy } = way.run(session, witness).await?;
        self.clients = Some((source, target));
        self.policies.insert(user_names, policy);
        Ok((plan, applied))
    }

    fn connect(&self) -> (Source, Target) {
        let addresses = self.simulator.addresses();
        let base = usher_okta::parse_domain(&addresses.okta).expect("the simulator has an address");
        let okta = Okta::new(OktaSettings::new(base, self.simulator.okta_token().into()));
        let endpoint =
            usher_identity_center::parse_endpoint(&addresses.scim).expect("the simulator has an address");
        let settings = usher_identity_center::Settings::new(endpoint, self.simulator.scim_token().into());
        let identity_center = IdentityCenter::new(settings);
        (
            Source::Live(Box::new(okta.expect("the token is one"))),
            Target::Live(Box::new(identity_center.expect("the token is one"))),
        )
    }

    fn load(&self, user_names: UserNames) -> PolicyChain {
        let component = usher_plugins::builtin("rules").expect("it is built in");
        let loaded = self.engine.load("builtin:rules", component).expect("it is a policy");
        loaded.configure(&policy(user_names), 0).expect("the configuration is right").into()
    }
}

/// Lets so many operations be written, and then no more: a run that breaks off.
pub(crate) struct BreaksOff(AtomicUsize);

impl BreaksOff {
    pub(crate) fn after(operations: usize) -> Self {
        Self(AtomicUsize::new(operations))
    }

    /// A run that goes on to its end.
    pub(crate) fn never() -> Self {
        Self::after(usize::MAX)
    }
}

impl Witness for BreaksOff {
    fn permission(&self) -> Permission {
        Permission::always()
    }

    fn before(&self, _: usize, _: &Operation) -> Result<(), String> {
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| "the run breaks off here".to_owned())
    }

    fn after(&self, _: usize, _: &Outcome, _: Option<&str>, _: &[Sent]) -> Result<(), String> {
        Ok(())
    }
}
