//! Plays a history, and looks after each run whether all is as it should be.

use std::collections::BTreeMap;

use usher_core::plan::{Change, Plan};
use usher_engine::{Applied, EngineError};
use usher_simulator::Requests;

use crate::by_hand;
use crate::company::Company;
use crate::directory::Directory;
use crate::event::Event;
use crate::expected::{Expected, Waiting, expected};
use crate::history::{History, Step};
use crate::stage::{BreaksOff, Stage};
use crate::way::Way;

/// How often something was met.
pub(crate) type Met = BTreeMap<String, usize>;

/// Seconds that pass in Okta between two runs: none, so that times repeat; more than its lists may lag; more than a state is good for.
const PAUSES: [u32; 5] = [0, 400, 0, 700, 4000];

/// What is not as it should be, and after which step (from 0).
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) step: usize,
    pub(crate) what: String,
}

/// Plays it to the end or to the first failure.
pub(crate) async fn play(
    stage: &mut Stage<'_>,
    way: &mut impl Way,
    history: &History,
    met: &mut Met,
) -> Result<(), Failure> {
    // The simulator's ids, and whatever else is drawn on the way.
    fastrand::seed(history.seed);
    stage.clear();
    way.forget();
    let mut company = Company::default();
    let mut waiting = Waiting::default();
    for (number, step) in history.steps.iter().enumerate() {
        let failure = |what| Failure { step: number, what };
        happen(stage, way, &mut company, step);
        let pause = PAUSES[(history.seed as usize + number) % PAUSES.len()];
        stage.simulator.advance(pause);
        waiting.now += u64::from(pause);
        if step.is_state_lost {
            way.forget();
            waiting.since.clear();
        }
        if let Some(operations) = step.broken_off {
            let witness = BreaksOff::after(operations);
            // It may have nothing to write, or no group to select.
            let _ = stage.run(way, &history.settings, history.user_names, &witness).await;
        }
        let before = Directory::read(&stage.simulator.target(), None);
        let wanted = expected(&company, &before, &history.settings, history.user_names, &waiting);
        let look = Look { before: &before, waiting: &waiting, company: &company, met };
        look.at_run(stage, way, history, wanted.as_ref()).await.map_err(failure)?;
        // A run that keeps nothing begins to count again each time.
        if let Some(wanted) = wanted.filter(|_| way.keeps_a_state()) {
            waiting.since = wanted.waiting;
        }
    }
    Ok(())
}

fn happen(stage: &mut Stage<'_>, way: &mut impl Way, company: &mut Company, step: &Step) {
    for event in &step.events {
        match event {
            Event::ByHand(hand) => {
                way.drifts();
                if let Some(target) = by_hand::after(&stage.simulator.target(), *hand) {
                    // What AWS refuses does not happen.
                    let _ = stage.simulator.set_target(target);
                }
            }
            event => company.happens(event),
        }
    }
    stage.simulator.set_source(company.to_json()).expect("the organisation is one that Okta can have");
}

/// Looks at one run and the one after it.
struct Look<'a> {
    before: &'a Directory,
    waiting: &'a Waiting,
    company: &'a Company,
    met: &'a mut Met,
}

impl Look<'_> {
    async fn at_run(
        self,
        stage: &mut Stage<'_>,
        way: &mut impl Way,
        history: &History,
        wanted: Option<&Expected>,
    ) -> Result<(), String> {
        let (settings, user_names) = (&history.settings, history.user_names);
        stage.simulator.reset_requests();
        let ran = stage.run(way, settings, user_names, &BreaksOff::never()).await;
        let after = Directory::read(&stage.simulator.target(), Some(self.before));
        let requests = stage.simulator.requests();
        let (wanted, plan, applied) = match (wanted, ran) {
            (None, Err(EngineError::NothingSelected { .. })) if after == *self.before => {
                *self.met.entry("nothing selected".to_owned()).or_default() += 1;
                return Ok(());
            }
            (Some(wanted), Ok((plan, applied))) => (wanted, plan, applied),
            (wanted, ran) => {
                let ended = ran.map(|(plan, _)| plan.operations.len()).map_err(|error| error.to_string());
                return Err(format!("the run should have come to {wanted:?}, and came to {ended:?}"));
            }
        };
        let tell = |what: String| {
            let Expected { directory, .. } = wanted;
            format!(
                "{what}\nin Okta:\n    {:#?}\nbefore:\n{:?}\nexpected:\n{directory:?}\nfound:\n{after:?}\nplan:\n{plan:#?}",
                self.company, self.before
            )
        };
        refused(&plan, &applied).map_err(tell)?;
        if after != wanted.directory {
            return Err(tell("the directory is not as it should be".to_owned()));
        }
        conflicts(&plan, wanted).map_err(tell)?;
        spent(&requests, self.before, wanted, !way.keeps_a_state()).map_err(tell)?;
        count(&plan, self.met);

        let before = Directory::read(&stage.simulator.target(), None);
        let since = if way.keeps_a_state() { wanted.waiting.clone() } else { BTreeMap::new() };
        let next = expected(self.company, &before, settings, user_names, &Waiting { since, ..*self.waiting });
        let next = next.ok_or_else(|| tell("nobody is selected any more".to_owned()))?.directory;
        stage.simulator.reset_requests();
        let again = stage.run(way, settings, user_names, &BreaksOff::never()).await;
        let (again, _) = again.map_err(|error| tell(format!("a second run failed: {error}")))?;
        if next != before {
            // A name protects whoever bears it: who was renamed is no longer protected by the old one.
            if settings.protected.users.is_empty() && settings.protected.groups.is_empty() {
                return Err(tell("the reference wants something else the second time".to_owned()));
            }
            *self.met.entry("a name that protected".to_owned()).or_default() += 1;
            let after = Directory::read(&stage.simulator.target(), Some(&before));
            return if after == next {
                Ok(())
            } else {
                Err(tell(format!("then it should be {next:?}, and is {after:?}")))
            };
        }
        if writes(&stage.simulator.requests()) > 0 || !again.operations.is_empty() {
            return Err(tell(format!("a second run finds something to do: {:#?}", again.operations)));
        }
        Ok(())
    }
}

/// Nothing that was planned may be refused: nobody else wrote in between.
fn refused(plan: &Plan, applied: &Applied) -> Result<(), String> {
    let refused = plan.operations.iter().zip(&applied.outcomes);
    let refused: Vec<_> = refused.filter(|(_, outcome)| **outcome != usher_engine::Outcome::Done).collect();
    if refused.is_empty() { Ok(()) } else { Err(format!("refused: {refused:#?}")) }
}

/// Each that is contested is named, and who is not is not said to be; likewise for those on hold.
fn conflicts(plan: &Plan, wanted: &Expected) -> Result<(), String> {
    let is_named = |id: &String| {
        let mut parties = plan.conflicts.iter().flat_map(|conflict| &conflict.parties);
        parties.any(|party| party.contains(&format!("({id})")))
    };
    let unnamed: Vec<&String> = wanted.contested.iter().filter(|id| !is_named(id)).collect();
    let is_about_somebody = |parties: &[String]| {
        wanted.contested.iter().any(|id| parties.iter().any(|party| party.contains(&format!("({id})"))))
    };
    let idle: Vec<_> =
        plan.conflicts.iter().filter(|conflict| !is_about_somebody(&conflict.parties)).collect();
    if !unnamed.is_empty() || !idle.is_empty() {
        return Err(format!("conflicts that no report names: {unnamed:?}; that there are not: {idle:?}"));
    }
    let held = plan.held_users.iter().map(|left| left.label.clone()).collect();
    if wanted.held != held {
        return Err(format!("on hold should be {:?}, and are {held:?}", wanted.held));
    }
    Ok(())
}

/// Requests are the cost: what each is for can be said.
fn spent(
    requests: &Requests,
    before: &Directory,
    wanted: &Expected,
    reads_everything: bool,
) -> Result<(), String> {
    let asked = |kind: &str| requests.okta.get(kind).or(requests.scim.get(kind)).copied().unwrap_or_default();
    let after = &wanted.directory;
    let number = |count: usize| count as u64;
    let is_new = |id: &&String| !before.users.contains_key(*id) && !before.groups.contains_key(*id);
    let is_gone = |id: &&String| !after.users.contains_key(*id) && !after.groups.contains_key(*id);
    let exact = [
        ("GET /api/v1/groups", 1),
        ("GET /api/v1/groups/{id}/users", wanted.read),
        ("GET /api/v1/users/{id}", wanted.asked),
        ("POST /Users", number(after.users.keys().filter(is_new).count())),
        ("POST /Groups", number(after.groups.keys().filter(is_new).count())),
        ("DELETE /Users/{id}", number(before.users.keys().filter(is_gone).count())),
        ("DELETE /Groups/{id}", number(before.groups.keys().filter(is_gone).count())),
    ];
    // The first three are reads.
    for (kind, wanted) in exact.into_iter().skip(if reads_everything { 0 } else { 3 }) {
        if asked(kind) != wanted {
            return Err(format!("{wanted} of {kind} should do, and it took {}", asked(kind)));
        }
    }
    let changed = before.users.iter().filter(|(id, user)| after.users.get(*id).is_some_and(|it| it != *user));
    let changed = number(changed.count());
    // One for each; and who is closed or goes round in a ring lets go of a name before.
    if asked("PATCH /Users/{id}") < changed || asked("PATCH /Users/{id}") > 3 * changed {
        return Err(format!("{changed} accounts change, with {} requests", asked("PATCH /Users/{id}")));
    }
    if *before == *after && writes(requests) > 0 {
        return Err("nothing changes, and something is written".to_owned());
    }
    // Two lists, the members of each group or the groups of each user, and whether the store knows that question.
    let reads = asked("GET /Users") + asked("GET /Groups");
    let most = 2 + number(before.users.len().min(before.groups.len())) + 2;
    if reads_everything && reads > most {
        Err(format!("{reads} reads where {most} should do"))
    } else {
        Ok(())
    }
}

fn writes(requests: &Requests) -> u64 {
    requests.scim.iter().filter(|(kind, _)| !kind.starts_with("GET ")).map(|(_, number)| number).sum()
}

fn count(plan: &Plan, met: &mut Met) {
    let mut meet = |what: &str| *met.entry(what.to_owned()).or_default() += 1;
    for operation in &plan.operations {
        meet(operation.change.kind());
        if operation.why.rule == "swap" {
            meet(match operation.change {
                Change::RenameGroup { .. } => "a group name aside",
                _ => "an account's name aside",
            });
        }
    }
    let plans = [
        ("a conflict", !plan.conflicts.is_empty()),
        ("somebody on hold", !plan.held_users.is_empty()),
        ("a group on hold", !plan.held_groups.is_empty()),
        ("nothing to do", plan.operations.is_empty()),
        ("a protected account", plan.kept_users.iter().any(|left| left.why.rule == "protected")),
        ("a protected group", !plan.kept_groups.is_empty()),
        ("somebody who waits", plan.notes.iter().any(|note| note.contains("deleted from"))),
    ];
    for (what, _) in plans.into_iter().filter(|(_, is_met)| *is_met) {
        meet(what);
    }
}
