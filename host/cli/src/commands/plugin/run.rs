//! `usher plugin run`: what a policy decides over a snapshot. Nothing is read from anywhere else.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use usher_core::figures::grouped;
use usher_core::near;
use usher_core::source::{SourceGroup, SourceUser};
use usher_engine::Snapshot;
use usher_policy::{CallUsage, ConfiguredPolicy, PolicyEngine};

use super::asked;
use super::decided::{Decided, counted};
use super::decided_text::{each, summary};
use super::opened::unconfigured;
use crate::arguments::trial::PolicyRunArguments;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::{log_line, notice};
use crate::policy_config::PolicyConfig;
use crate::reference::component;
use crate::style::DIM;

/// How many near names are suggested for one that is not there.
const NEAR: usize = 3;

/// Puts the snapshot's groups and people to the policy and prints what it decides.
pub(crate) fn run(arguments: &PolicyRunArguments) -> Result<ExitStatus, Failure> {
    let snapshot = Snapshot::read(&arguments.snapshot).map_err(Failure::usage)?;
    let wanted = Wanted::of(arguments, &snapshot)?;
    let config = config(arguments)?;
    let bytes = component(&arguments.reference)?;
    let mut limits = arguments.sandbox.over(config.limits.clone());
    if let Some(batch) = arguments.batch {
        limits.batch = usize::try_from(batch).unwrap_or(usize::MAX);
    }
    let loaded = PolicyEngine::new(limits)?.load(&arguments.reference, &bytes).map_err(Failure::usage)?;
    let described = format!("{} {}", loaded.description().name, loaded.description().version);
    let log = loaded.log().clone();
    let policy = loaded.configure(&config.value, snapshot.now);
    let mut policy =
        policy.map_err(|error| unconfigured(error, arguments.config.as_deref()).after(log.take()))?;
    let decisions = Decisions::of(&mut policy, &snapshot, &wanted);
    for line in log.take() {
        talkln!("{}", log_line(&line));
    }
    let decisions = decisions?;
    for note in &decisions.notes {
        talkln!("{}", notice(note));
    }
    if arguments.json {
        outln!("{:#}", decisions.to_json(&arguments.reference, &described));
    } else {
        out!("{}", decisions.text(&format!("{} ({described})", arguments.reference), wanted.is_all()));
    }
    Ok(ExitStatus::Done)
}

fn config(arguments: &PolicyRunArguments) -> Result<PolicyConfig, Failure> {
    match &arguments.config {
        Some(path) => PolicyConfig::read(path, &arguments.reference),
        None => Ok(PolicyConfig::empty()),
    }
}

/// Which items are shown. Nobody named is everybody.
struct Wanted<'a> {
    groups: Vec<&'a SourceGroup>,
    users: Vec<&'a SourceUser>,
}

impl<'a> Wanted<'a> {
    /// Those that the arguments name; a name that the snapshot lacks is an error.
    fn of(arguments: &PolicyRunArguments, snapshot: &'a Snapshot) -> Result<Self, Failure> {
        let mut wanted = Self { groups: Vec::new(), users: Vec::new() };
        for name in &arguments.groups {
            let is_meant = |group: &&SourceGroup| group.name == *name || group.id.as_str() == name;
            let found: Vec<_> = snapshot.groups.iter().filter(is_meant).collect();
            if found.is_empty() {
                let names = snapshot.groups.iter().map(|group| group.name.as_str());
                return Err(not_there("group", name, names, snapshot.redacted));
            }
            wanted.groups.extend(found);
        }
        for login in &arguments.users {
            let is_meant =
                |user: &&SourceUser| user.label().eq_ignore_ascii_case(login) || user.id.as_str() == login;
            let found = snapshot.reading.users.values().find(is_meant);
            let user = found.ok_or_else(|| {
                let logins = snapshot.reading.users.values().map(SourceUser::label);
                not_there("person", login, logins, snapshot.redacted)
            })?;
            wanted.users.push(user);
        }
        Ok(wanted)
    }

    fn is_all(&self) -> bool {
        self.groups.is_empty() && self.users.is_empty()
    }
}

fn not_there<'a>(kind: &str, name: &str, known: impl Iterator<Item = &'a str>, redacted: bool) -> Failure {
    let near = near::names(name, known, NEAR);
    let hint = if near.is_empty() && redacted {
        "this snapshot is redacted, so names in it were replaced; an Okta id may still be there".to_owned()
    } else if near.is_empty() {
        "a snapshot holds the groups that its run asked for, and the members of those that its policy took"
            .to_owned()
    } else {
        format!("there is {}", near.join(", "))
    };
    Failure::usage(anyhow::anyhow!("the snapshot holds no {kind} `{name}`\nhint: {hint}"))
}

/// What was decided, and what it took.
struct Decisions {
    groups: Vec<Decided>,
    users: Vec<Decided>,
    group_cost: Cost,
    user_cost: Cost,
    /// What the decisions do not say by themselves.
    notes: Vec<String>,
}

struct Cost {
    usage: CallUsage,
    time: Duration,
}

impl Decisions {
    fn of(policy: &mut ConfiguredPolicy, snapshot: &Snapshot, wanted: &Wanted<'_>) -> Result<Self, Failure> {
        let all_groups: Vec<&SourceGroup> = snapshot.groups.iter().collect();
        // The groups decide who is asked about; without people, only the wanted ones matter.
        let needs_people = wanted.is_all() || !wanted.users.is_empty();
        let asked = if needs_people { all_groups } else { wanted.groups.clone() };
        let asked: Vec<SourceGroup> = asked.into_iter().cloned().collect();
        let began = Instant::now();
        let decisions = policy.decide_groups(&asked)?;
        let group_cost = Cost { usage: policy.usage().decide_groups, time: began.elapsed() };
        let mut notes = Vec::new();
        let (mut users, mut user_time) = (Vec::new(), Duration::ZERO);
        if needs_people {
            let (mut people, note) = asked::people(snapshot, &asked, &decisions);
            notes.extend(note);
            if !wanted.is_all() {
                let ids: BTreeSet<_> = people.iter().map(|person| &person.source.id).cloned().collect();
                notes.extend(wanted.users.iter().filter(|user| !ids.contains(&user.id)).map(|user| {
                    format!("{} is in no group that this policy syncs, so it is not asked", user.label())
                }));
                people.retain(|person| wanted.users.iter().any(|user| user.id == person.source.id));
            }
            let began = Instant::now();
            let decisions = policy.decide_users(&people)?;
            user_time = began.elapsed();
            users =
                people.iter().zip(decisions).map(|(user, decision)| Decided::user(user, decision)).collect();
        }
        let shown =
            |group: &SourceGroup| wanted.is_all() || wanted.groups.iter().any(|wanted| wanted.id == group.id);
        let groups = asked.iter().zip(decisions).filter(|(group, _)| shown(group));
        let groups = groups.map(|(group, decision)| Decided::group(group, decision)).collect();
        let user_cost = Cost { usage: policy.usage().decide_users, time: user_time };
        Ok(Self { groups, users, group_cost, user_cost, notes })
    }

    fn text(&self, policy: &str, counted: bool) -> String {
        let mut out = if counted {
            let people = match self.users.len() {
                1 => "1 person".to_owned(),
                number => format!("{number} people"),
            };
            let groups = match self.groups.len() {
                1 => "1 group".to_owned(),
                number => format!("{number} groups"),
            };
            let heading = format!("{}: {groups}, {people}\n", plain(policy));
            heading + &summary("Groups", &self.groups) + &summary("People", &self.users)
        } else {
            each("group", &self.groups) + &each("person", &self.users)
        };
        for (item, cost) in [("group", &self.group_cost), ("person", &self.user_cost)] {
            if let (Some(fuel), Some(time)) = (cost.usage.fuel_per_item(), cost.microseconds()) {
                out.push_str(&format!(
                    "{DIM}{} units of fuel and {time:.1} µs for each {item}{DIM:#}\n",
                    grouped(fuel)
                ));
            }
        }
        out
    }

    fn to_json(&self, reference: &str, described: &str) -> Value {
        let part = |items: &[Decided], cost: &Cost| {
            let counts: Vec<Value> = counted(items)
                .into_iter()
                .map(|(verdict, rule, count)| json!({ "verdict": verdict, "rule": rule, "count": count }))
                .collect();
            let items: Vec<Value> = items.iter().map(Decided::to_json).collect();
            json!({
                "counts": counts,
                "items": items,
                "fuelPerItem": cost.usage.fuel_per_item(),
                "microsecondsPerItem": cost.microseconds(),
            })
        };
        json!({
            "documentVersion": 1,
            "status": "decided",
            "exitStatus": ExitStatus::Done as u8,
            "policy": { "reference": reference, "described": described },
            "groups": part(&self.groups, &self.group_cost),
            "people": part(&self.users, &self.user_cost),
            "notes": self.notes,
        })
    }
}

impl Cost {
    fn microseconds(&self) -> Option<f64> {
        (self.usage.items > 0).then(|| self.time.as_secs_f64() * 1e6 / self.usage.items as f64)
    }
}
