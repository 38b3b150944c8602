//! `usher plan`, `usher sync` and `usher apply`: the same run, with and without its end, and with an end that was foreseen.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use usher_engine::{Prepared, SavedPlan, Snapshot, prepare};
use usher_policy::Level;

use super::conclude::{Expected, Intent, Made, conclude};
use super::undo;
use crate::arguments::{ApplyArguments, PlanArguments, RunArguments, SyncArguments};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::keeping::Keeping;
use crate::progress::Bars;
use crate::report::allowance::WritingCommand;
use crate::report::plan as text;
use crate::report::result::{PolicyReport, RunReport};

/// Shows what a sync would change.
pub(crate) async fn plan(arguments: &PlanArguments) -> Result<ExitStatus, Failure> {
    let intent = Intent {
        format: arguments.format(),
        out: arguments.out.as_deref(),
        ..Intent::to_look(arguments.run.json, arguments.run.all)
    };
    let report = run(&arguments.run, arguments.snapshot.as_deref(), Command::Sync, intent).await?;
    Ok(report.pending(arguments.exit_code))
}

/// Makes the target so.
pub(crate) async fn sync(arguments: &SyncArguments) -> Result<ExitStatus, Failure> {
    let expected = arguments.expect_hash.clone().map(Expected::Hash);
    let intent = Intent {
        dry_run: arguments.dry_run,
        allowed: arguments.allow.as_ref(),
        expected,
        ..Intent::to_look(arguments.run.json, arguments.run.all)
    };
    Ok(run(&arguments.run, None, Command::Sync, intent).await?.status())
}

/// Makes the target so if that is what was planned.
pub(crate) async fn apply(arguments: &ApplyArguments) -> Result<ExitStatus, Failure> {
    let saved = SavedPlan::read(&arguments.file).map_err(|error| Failure::usage(error).before_writing())?;
    if saved.content.undo_of.is_some() {
        return undo::apply(arguments, saved).await;
    }
    if arguments.journal.is_some() {
        let error = anyhow::anyhow!(
            "--journal is for plans that take a run back, and {} is none\nhint: leave it out; where a run is recorded is set by \
             `journal.path`",
            arguments.file.display()
        );
        return Err(Failure::usage(error).before_writing());
    }
    let groups = saved.content.named_groups.clone().unwrap_or_default();
    let intent = Intent {
        dry_run: false,
        allowed: arguments.allow.as_ref(),
        expected: Some(Expected::Plan(Box::new(saved))),
        ..Intent::to_look(arguments.json, arguments.all)
    };
    Ok(run(&arguments.run(groups), None, Command::Apply(&arguments.file), intent).await?.status())
}

/// The command that would write.
#[derive(Clone, Copy)]
enum Command<'a> {
    Sync,
    /// With the file of the plan.
    Apply(&'a Path),
}

/// Where `snapshot` names a file, both sides come from it, and nothing can be written.
async fn run(
    arguments: &RunArguments,
    snapshot: Option<&Path>,
    command: Command<'_>,
    intent: Intent<'_>,
) -> Result<RunReport, Failure> {
    let began = Instant::now();
    let bars = Bars::new(arguments.quiet);
    let connected = match snapshot {
        Some(file) => {
            connect::replay(arguments, Arc::new(Snapshot::read(file).map_err(Failure::usage)?)).await
        }
        None => connect::session(arguments).await,
    };
    let Connected { session, log, guards, origin, keeping } = connected.map_err(Failure::before_writing)?;
    intent.check_places(&origin)?;
    let keeping = match intent.dry_run {
        true => None,
        false => Some(Keeping::begin(&keeping).map_err(Failure::before_writing)?),
    };
    let protected = session.settings.protected.clone();
    let prepared = prepare(session, &bars).await;
    bars.clear();
    let said = log.take();
    let Prepared { plan, seen, source, target, policy, .. } = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return Err(Failure::from(error).before_writing().after(said)),
    };
    for line in said.iter().filter(|line| !arguments.quiet || line.level >= Level::Warn) {
        talkln!("{}", text::log_line(line));
    }
    for notice in target.notices() {
        talkln!("{}", text::notice(&notice));
    }
    let policies = PolicyReport::of(&policy);
    let okta = source.requests();
    let made = Made { plan, seen, origin, guards, protected, target, policies, okta, began };
    let (verb, what) = match command {
        Command::Sync => ("sync", arguments.groups.clone()),
        Command::Apply(file) => ("apply", vec![file.display().to_string()]),
    };
    let (config, plugin) = (arguments.config.as_path(), arguments.plugin.as_deref());
    let command = WritingCommand { verb, what, config, plugin, journal: None };
    conclude(made, intent, keeping, &bars, &command).await
}
