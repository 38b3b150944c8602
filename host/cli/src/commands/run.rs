//! `usher plan`, `usher sync` and `usher apply`: the same run, with and without its end, and with an end that was foreseen.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use usher_engine::state::Why;
use usher_engine::{Prepared, SavedPlan, Snapshot, prepare};
use usher_policy::Level;

use super::conclude::{Expected, Intent, Made, conclude};
use super::undo;
use crate::arguments::{ApplyArguments, PlanArguments, RunArguments, SyncArguments};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::keeping::Keeping;
use crate::notice::{log_line, notice};
use crate::progress::Bars;
use crate::record::Recording;
use crate::report::allowance::WritingCommand;
use crate::report::record;
use crate::report::result::{PolicyReport, RunReport};

/// Shows what a sync would change.
pub(crate) async fn plan(arguments: &PlanArguments) -> Result<ExitStatus, Failure> {
    let record = arguments.record.as_deref();
    let record = record.map(|folder| Recording::begin(folder, arguments.record_each, &arguments.run));
    let record = record.transpose().map_err(Failure::before_writing)?;
    let intent = Intent {
        format: arguments.format(),
        out: arguments.out.as_deref(),
        ..Intent::to_look(arguments.run.json, arguments.run.all)
    };
    let reads =
        Reads { snapshot: arguments.snapshot.as_deref(), record: record.as_ref(), ..Reads::everything() };
    // Who keeps the plan reviews it, and applies that.
    let command = arguments.out.as_deref().map_or(Command::Sync, Command::Apply);
    let report = run(&arguments.run, &reads, command, &intent).await?;
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
    // A hash is that of a plan that somebody has looked at.
    let is_reviewed = arguments.expect_hash.is_some() || arguments.allow.is_some();
    let asked = arguments.full.then_some(Why::Asked);
    let reads = Reads { full: asked.or(is_reviewed.then_some(Why::Reviewed)), ..Reads::everything() };
    Ok(run(&arguments.run, &reads, Command::Sync, &intent).await?.status())
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
    let command = Command::Apply(&arguments.file);
    Ok(run(&arguments.run(groups), &Reads::everything(), command, &intent).await?.status())
}

/// The command that would write.
#[derive(Clone, Copy)]
enum Command<'a> {
    Sync,
    /// With the file of the plan.
    Apply(&'a Path),
}

/// What a run reads, and what it keeps of that.
struct Reads<'a> {
    /// Where it names a file, both sides come from it, and nothing can be written.
    snapshot: Option<&'a Path>,
    /// Why everything is read, whatever an earlier run left, if it is.
    full: Option<Why>,
    /// Where it is kept what the policies were asked and what they answered.
    record: Option<&'a Recording>,
}

impl Reads<'_> {
    fn everything() -> Self {
        Self { snapshot: None, full: Some(Why::Reviewed), record: None }
    }
}

async fn run(
    arguments: &RunArguments,
    reads: &Reads<'_>,
    command: Command<'_>,
    intent: &Intent<'_>,
) -> Result<RunReport, Failure> {
    let began = Instant::now();
    let bars = Bars::new(arguments.quiet);
    let connected = match reads.snapshot {
        Some(file) => {
            connect::replay(arguments, Arc::new(Snapshot::read(file).map_err(Failure::usage)?)).await
        }
        None => connect::session(arguments).await,
    };
    let connected = connected.map_err(Failure::before_writing)?;
    intent.check(&connected.origin)?;
    let mut keeping = match intent.dry_run {
        true => None,
        false => Some(Keeping::begin(&connected.keeping).await.map_err(Failure::before_writing)?),
    };
    let (verb, what) = match command {
        Command::Sync => ("sync", arguments.groups.clone()),
        Command::Apply(file) => ("apply", vec![file.display().to_string()]),
    };
    let deciding = &arguments.deciding;
    let (config, plugin) = (deciding.config.as_path(), deciding.plugin.as_deref());
    let command =
        WritingCommand { verb, what, config, plugin, before: None, now: arguments.now, journal: None };
    let under_lock = UnderLock { arguments, reads, intent, bars: &bars, began };
    let report = under_lock.run(connected, keeping.as_mut(), &command).await;
    // Where it ended early.
    if let Some(keeping) = &mut keeping {
        keeping.end().await;
    }
    report
}

/// A run from its first reading to its last word.
struct UnderLock<'a> {
    arguments: &'a RunArguments,
    reads: &'a Reads<'a>,
    intent: &'a Intent<'a>,
    bars: &'a Bars,
    began: Instant,
}

impl UnderLock<'_> {
    async fn run(
        self,
        mut connected: Connected,
        keeping: Option<&mut Keeping>,
        command: &WritingCommand<'_>,
    ) -> Result<RunReport, Failure> {
        let Self { arguments, reads, intent, bars, began } = self;
        // Under the lock: what another run leaves meanwhile is what counts.
        let remembered = connected.remember().await.map_err(Failure::before_writing)?;
        let Connected { mut session, log, guards, origin, .. } = connected;
        session.recall = remembered
            .as_ref()
            .map(|remembered| remembered.recall(&origin.source, &origin.target, reads.full));
        if let Some(recording) = reads.record {
            recording.listen(&mut session.policy);
        }
        let protected = session.settings.protected.clone();
        let prepared = prepare(session, bars).await;
        bars.clear();
        let said = log.take();
        let Prepared { plan, seen, read, source, target, policy, state, .. } = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Err(Failure::from(error).before_writing().after(said)),
        };
        for line in said.iter().filter(|line| !arguments.quiet || line.level >= Level::Warn) {
            talkln!("{}", log_line(line));
        }
        for told in target.notices() {
            talkln!("{}", notice(&told));
        }
        let recorded = match reads.record {
            Some(recording) => recording.write(&policy)?,
            None => Vec::new(),
        };
        for line in record::lines(&recorded, read.redacted) {
            talkln!("{}", notice(&line));
        }
        if let Some(keeping) = keeping.as_deref() {
            keeping.check()?;
        }
        if let Some(remembered) = remembered.filter(|_| !intent.dry_run) {
            remembered.keep(state, !plan.operations.is_empty()).await.map_err(Failure::before_writing)?;
        }
        let policies = PolicyReport::of(&policy);
        let okta = source.requests();
        let made = Made { plan, seen, origin, guards, protected, target, policies, recorded, okta, began };
        conclude(made, intent, keeping, bars, command).await
    }
}
