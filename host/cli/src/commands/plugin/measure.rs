//! What one policy costs: time by the clock of this machine, fuel and memory as the sandbox counts them.

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use usher_core::desired::UserToDecide;
use usher_core::source::SourceGroup;
use usher_policy::{CompiledCode, Limits, Needs, PolicyEngine, PolicyError};

use super::generated;
use super::opened::{now, unconfigured};
use crate::exit::Failure;

/// The items are decided so often, and the fastest counts: what is slower is the machine's doing.
const ROUNDS: usize = 3;

/// What a policy is asked about.
pub(crate) enum Workload {
    /// So many groups and people, made up.
    Generated { groups: usize, users: usize },
    /// These, at the time of their run in seconds since 1970.
    Given { groups: Vec<SourceGroup>, users: Vec<UserToDecide>, now: u64 },
}

/// One policy with its configuration.
pub(crate) struct Subject<'a> {
    pub(crate) reference: &'a str,
    pub(crate) bytes: &'a [u8],
    pub(crate) config: Value,
    /// Where that stands, when it stands anywhere.
    pub(crate) config_file: Option<&'a Path>,
}

/// What it costs.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) needs: Needs,
    pub(crate) load_cold: Duration,
    pub(crate) load_kept: Duration,
    pub(crate) configure: Duration,
    pub(crate) configure_fuel: u64,
    /// None when it does not decide groups.
    pub(crate) group: Option<PerItem>,
    /// None when it does not decide users.
    pub(crate) user: Option<PerItem>,
    /// Bytes of linear memory at the end.
    pub(crate) memory: usize,
}

/// What one group or person costs, on the average.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerItem {
    pub(crate) microseconds: f64,
    pub(crate) fuel: u64,
}

/// Loads, configures and asks.
pub(crate) fn measure(
    subject: &Subject<'_>,
    limits: &Limits,
    workload: &Workload,
) -> Result<Measured, Failure> {
    let load = |engine: &PolicyEngine| engine.load(subject.reference, subject.bytes);
    let engine = PolicyEngine::keeping(limits.clone(), CompiledCode::NotKept)?;
    let (_, load_cold) = timed(|| load(&engine)).map_err(Failure::usage)?;

    let folder = tempfile::tempdir()?;
    let kept = || PolicyEngine::keeping(limits.clone(), CompiledCode::In(folder.path().to_owned()));
    load(&kept()?)?;
    let engine = kept()?;
    let (loaded, load_kept) = timed(|| load(&engine))?;

    let now = match workload {
        Workload::Generated { .. } => now(),
        Workload::Given { now, .. } => *now,
    };
    let (mut policy, configure) = timed(|| loaded.configure(&subject.config, now))
        .map_err(|error| unconfigured(error, subject.config_file))?;
    let needs = policy.needs().clone();
    let (groups, users) = match workload {
        Workload::Generated { groups, users } => {
            (Cow::from(generated::groups(*groups, &needs)), Cow::from(generated::users(*users, &needs)))
        }
        Workload::Given { groups, users, .. } => (Cow::from(groups), Cow::from(users)),
    };
    let mut per_group = Duration::MAX;
    let mut per_user = Duration::MAX;
    for _ in 0..ROUNDS {
        per_group = per_group.min(timed(|| policy.decide_groups(&groups))?.1);
        per_user = per_user.min(timed(|| policy.decide_users(&users))?.1);
    }
    let usage = policy.usage();
    let per_item = |took: Duration, items: usize, fuel: Option<u64>| {
        fuel.map(|fuel| PerItem { microseconds: took.as_secs_f64() * 1e6 / items.max(1) as f64, fuel })
    };
    Ok(Measured {
        needs,
        load_cold,
        load_kept,
        configure,
        configure_fuel: usage.configure.fuel,
        group: per_item(per_group, groups.len(), usage.decide_groups.fuel_per_item()),
        user: per_item(per_user, users.len(), usage.decide_users.fuel_per_item()),
        memory: usage.memory,
    })
}

fn timed<T>(work: impl FnOnce() -> Result<T, PolicyError>) -> Result<(T, Duration), PolicyError> {
    let began = Instant::now();
    let done = work()?;
    Ok((done, began.elapsed()))
}

impl Measured {
    /// For a program.
    pub(crate) fn to_json(&self) -> Value {
        let per_item = |item: &Option<PerItem>| {
            item.map_or(Value::Null, |item| json!({ "microseconds": item.microseconds, "fuel": item.fuel }))
        };
        json!({
            "loadColdSeconds": self.load_cold.as_secs_f64(),
            "loadKeptSeconds": self.load_kept.as_secs_f64(),
            "configureSeconds": self.configure.as_secs_f64(),
            "configureFuel": self.configure_fuel,
            "group": per_item(&self.group),
            "user": per_item(&self.user),
            "memoryBytes": self.memory,
        })
    }
}
