//! `usher plugin bench`: what a policy costs, beside one that decides nothing.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};
use usher_core::figures::grouped;
use usher_engine::Snapshot;
use usher_policy::{Limits, PolicyEngine};

use super::asked;
use super::measure::{Measured, PerItem, Subject, Workload, measure};
use super::opened::{self, Opened};
use crate::arguments::plugin::BenchArguments;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::notice;
use crate::policy_config::PolicyConfig;

/// Measures both and prints them side by side.
pub(crate) fn bench(arguments: &BenchArguments) -> Result<ExitStatus, Failure> {
    let config = match &arguments.config {
        Some(path) => PolicyConfig::read(path, &arguments.reference)?,
        None => PolicyConfig::empty(),
    };
    let limits = arguments.sandbox.over(config.limits.clone());
    let opened = opened::open_within(&arguments.reference, limits.clone())?;
    let workload = match &arguments.snapshot {
        Some(file) => given(&opened, &limits, &config.value, file)?,
        None => {
            let users = arguments.items as usize;
            Workload::Generated { groups: users.div_ceil(10), users }
        }
    };
    let (groups, users) = match &workload {
        Workload::Generated { groups, users } => (*groups, *users),
        Workload::Given { groups, users, .. } => (groups.len(), users.len()),
    };
    let subject = Subject {
        reference: &arguments.reference,
        bytes: &opened.bytes,
        config: config.value,
        config_file: arguments.config.as_deref(),
    };
    let policy = measure(&subject, &limits, &workload)?;
    // What is handed over costs too, so it is handed the same.
    let noop = Subject {
        reference: "the no-op policy",
        bytes: usher_plugins::noop(),
        config: json!({
            "group_attributes": policy.needs.group_attributes,
            "user_attributes": policy.needs.user_attributes,
        }),
        config_file: None,
    };
    let noop = measure(&noop, &limits, &workload)?;
    if arguments.json {
        let report = json!({
            "documentVersion": 1,
            "policy": opened.to_json(),
            "snapshot": arguments.snapshot.as_ref().map(|file| file.display().to_string()),
            "users": users,
            "groups": groups,
            "measured": policy.to_json(),
            "noOp": noop.to_json(),
        });
        outln!("{report:#}");
    } else {
        let description = opened.loaded.description();
        outln!(
            "{} {}: {} people and {} groups{}, {} and {} attributes read of each\n",
            description.name,
            description.version,
            grouped(users as u64),
            grouped(groups as u64),
            arguments
                .snapshot
                .as_ref()
                .map_or_else(String::new, |file| format!(" of {}", plain(&file.display().to_string()))),
            policy.needs.user_attributes.len(),
            policy.needs.group_attributes.len(),
        );
        out!("{}", table(&policy, &noop));
    }
    Ok(ExitStatus::Done)
}

/// What the policy is asked about over a snapshot; the people are those in the groups that it takes.
fn given(opened: &Opened, limits: &Limits, config: &Value, file: &Path) -> Result<Workload, Failure> {
    let snapshot = Snapshot::read(file).map_err(Failure::usage)?;
    let engine = PolicyEngine::new(limits.clone())?;
    let loaded = engine.load(&opened.reference, &opened.bytes).map_err(Failure::usage)?;
    let mut policy = loaded.configure(config, snapshot.now).map_err(Failure::usage)?;
    let decisions = policy.decide_groups(&snapshot.groups)?;
    let (users, note) = asked::people(&snapshot, &snapshot.groups, &decisions);
    if let Some(note) = note {
        talkln!("{}", notice(&note));
    }
    Ok(Workload::Given { groups: snapshot.groups, users, now: snapshot.now })
}

fn table(policy: &Measured, noop: &Measured) -> String {
    let mut text = format!("{:<22}{:>16}{:>16}{:>9}\n", "", "this policy", "no-op policy", "ratio");
    let mut row = |name: &str, unit: &str, values: [Option<f64>; 2]| {
        let shown = |value: Option<f64>| value.map_or("not asked".to_owned(), |value| number(value, unit));
        let ratio = match values {
            [Some(policy), Some(noop)] if noop > 0.0 => format!("{:.1}", policy / noop),
            _ => "–".to_owned(),
        };
        let _ = writeln!(text, "{name:<22}{:>16}{:>16}{ratio:>9}", shown(values[0]), shown(values[1]));
    };
    let both = |of: fn(&Measured) -> f64| [policy, noop].map(|measured| Some(of(measured)));
    let items = |item: fn(&Measured) -> Option<PerItem>, of: fn(PerItem) -> f64| {
        [policy, noop].map(|measured| item(measured).map(of))
    };
    row("load, compiled anew", "ms", both(|measured| measured.load_cold.as_secs_f64() * 1e3));
    row("load, code kept", "ms", both(|measured| measured.load_kept.as_secs_f64() * 1e3));
    row("configure", "ms", both(|measured| measured.configure.as_secs_f64() * 1e3));
    row("", "fuel", both(|measured| measured.configure_fuel as f64));
    for (name, item) in [
        ("each group", (|measured| measured.group) as fn(&Measured) -> Option<PerItem>),
        ("each person", |measured| measured.user),
    ] {
        row(name, "µs", items(item, |item| item.microseconds));
        row("", "fuel", items(item, |item| item.fuel as f64));
    }
    row("memory", "KiB", both(|measured| measured.memory as f64 / 1024.0));
    text
}

/// Counts are whole; of times one tenth is enough.
fn number(value: f64, unit: &str) -> String {
    match unit {
        "fuel" | "KiB" => format!("{} {unit}", grouped(value as u64)),
        _ => format!("{value:.1} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use usher_policy::Needs;

    use super::*;

    #[test]
    fn what_is_not_asked_has_no_figure_and_no_ratio() {
        let measured = |microseconds: f64, group: bool| Measured {
            needs: Needs::default(),
            load_cold: Duration::from_millis(30),
            load_kept: Duration::from_millis(2),
            configure: Duration::from_millis(1),
            configure_fuel: 12_345,
            group: group.then_some(PerItem { microseconds, fuel: 1_000 }),
            user: Some(PerItem { microseconds, fuel: 17_000 }),
            memory: 2 << 20,
        };
        let table = table(&measured(6.0, false), &measured(2.0, true));
        let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows.len(), 10);
        assert_eq!(rows[5], ["each", "group", "not", "asked", "2.0", "µs", "–"]);
        assert_eq!(rows[7], ["each", "person", "6.0", "µs", "2.0", "µs", "3.0"]);
        assert_eq!(rows[9], ["memory", "2,048", "KiB", "2,048", "KiB", "1.0"]);
    }
}
