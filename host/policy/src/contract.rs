//! A plugin as the rest of the crate sees it, whatever version of the contract it was built for.

use usher_core::decision::{GroupDecision, UserDecision};
use usher_core::desired::UserToDecide;
use usher_core::source::SourceGroup;
use wasmtime::{Result, Store};

use crate::error::ConfigProblem;
use crate::loaded::Description;
use crate::needs::Needs;
use crate::sandbox::Sandbox;

/// A compiled plugin of some contract version. Each version has a module of its own that implements this (`v0_1`).
///
/// The outer `Result`s are of the sandbox: the call did not come to its end. The inner ones are the plugin's own answers.
pub(crate) trait Contract: Send + Sync {
    /// A fresh instance. The inner error says that its exports are not those of the contract.
    fn start(&self, store: &mut Store<Sandbox>) -> Result<Result<Box<dyn Plugin>>>;
}

/// A running plugin. What it returns is as the plugin said it: unchecked, and not fit to be shown.
pub(crate) trait Plugin: Send + Sync {
    fn describe(&self, store: &mut Store<Sandbox>) -> Result<Description>;

    fn configure(
        &self,
        store: &mut Store<Sandbox>,
        config: &str,
        now: u64,
    ) -> Result<Result<Needs, Vec<ConfigProblem>>>;

    /// Of the groups' attributes only those in `needs` are handed over.
    fn decide_groups(
        &self,
        store: &mut Store<Sandbox>,
        groups: &[SourceGroup],
        needs: &Needs,
    ) -> Result<Result<Vec<GroupDecision>, String>>;

    /// Of the users' attributes only those in `needs` are handed over.
    fn decide_users(
        &self,
        store: &mut Store<Sandbox>,
        users: &[UserToDecide],
        needs: &Needs,
    ) -> Result<Result<Vec<UserDecision>, String>>;
}
