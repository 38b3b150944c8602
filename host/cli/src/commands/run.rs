//! `usher plan`, `usher sync` and `usher apply`: the same run, with and without its end, and with an end that was foreseen.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use usher_core::content::Content;
use usher_core::guard::GuardedPlan;
use usher_core::plan::Plan;
use usher_core::plan_hash::PlanHash;
use usher_core::{guard, moved};
use usher_engine::{Prepared, SavedPlan, Snapshot, Target, prepare};
use usher_policy::Level;
use usher_policy::PolicyChain;

use crate::arguments::{ApplyArguments, Format, PlanArguments, RunArguments, SyncArguments};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::keeping::Keeping;
use crate::progress::Bars;
use crate::record::Recording;
use crate::report::result::{Ending, PolicyReport, Refused, RunReport};
use crate::report::{allowance, html, json, markdown, plan as text, record};

/// Shows what a sync would change.
pub(crate) async fn plan(arguments: &PlanArguments) -> Result<ExitStatus, Failure> {
    let record = arguments.record.as_deref();
    let record = record.map(|folder| Recording::begin(folder, arguments.record_each, &arguments.run));
    let record = record.transpose().map_err(Failure::before_writing)?;
    let intent = Intent {
        format: arguments.format(),
        snapshot: arguments.snapshot.as_deref(),
        record: record.as_ref(),
        out: arguments.out.as_deref(),
        ..Intent::new("sync", arguments.run.json)
    };
    let report = run(&arguments.run, intent).await?;
    let pending = arguments.exit_code && !report.plan.operations.is_empty();
    Ok(if pending && report.status() == ExitStatus::Done {
        ExitStatus::ChangesPending
    } else {
        report.status()
    })
}

/// Makes the target so.
pub(crate) async fn sync(arguments: &SyncArguments) -> Result<ExitStatus, Failure> {
    let expected = arguments.expect_hash.clone().map(Expected::Hash);
    let intent = Intent {
        dry_run: arguments.dry_run,
        recalls: Recalls::Timely { is_full: arguments.full },
        allowed: arguments.allow.as_ref(),
        expected,
        ..Intent::new("sync", arguments.run.json)
    };
    Ok(run(&arguments.run, intent).await?.status())
}

/// Makes the target so if that is what was planned.
pub(crate) async fn apply(arguments: &ApplyArguments) -> Result<ExitStatus, Failure> {
    let saved = SavedPlan::read(&arguments.file).map_err(|error| Failure::usage(error).before_writing())?;
    let groups = saved.content.named_groups.clone().unwrap_or_default();
    let intent = Intent {
        dry_run: false,
        recalls: Recalls::Nothing,
        allowed: arguments.allow.as_ref(),
        expected: Some(Expected::Plan(Box::new(saved))),
        file: Some(&arguments.file),
        ..Intent::new("apply", arguments.json)
    };
    Ok(run(&arguments.run(groups), intent).await?.status())
}

/// What the run is for.
struct Intent<'a> {
    /// The command that would write.
    command: &'static str,
    format: Format,
    /// Where it names a file, both sides come from it, and nothing can be written.
    snapshot: Option<&'a Path>,
    /// Where it is kept what the policies were asked and what they answered.
    record: Option<&'a Recording>,
    /// Where the plan is kept.
    out: Option<&'a Path>,
    /// Where it was kept.
    file: Option<&'a Path>,
    dry_run: bool,
    recalls: Recalls,
    /// The plan that the guards let pass.
    allowed: Option<&'a PlanHash>,
    /// The only plan that is written.
    expected: Option<Expected>,
}

/// What is believed of that which an earlier run read. A plan that somebody reviews rests on what stands there now.
#[derive(Clone, Copy)]
enum Recalls {
    Nothing,
    Timely { is_full: bool },
}

enum Expected {
    Hash(PlanHash),
    Plan(Box<SavedPlan>),
}

impl Intent<'_> {
    /// To look, and to write nothing.
    fn new(command: &'static str, json: bool) -> Self {
        Self {
            command,
            format: if json { Format::Json } else { Format::Text },
            snapshot: None,
            record: None,
            out: None,
            file: None,
            dry_run: true,
            recalls: Recalls::Nothing,
            allowed: None,
            expected: None,
        }
    }
}

async fn run(arguments: &RunArguments, intent: Intent<'_>) -> Result<RunReport, Failure> {
    let began = Instant::now();
    let bars = Bars::new(arguments.quiet);
    let connected = match intent.snapshot {
        Some(file) => {
            connect::replay(arguments, Arc::new(Snapshot::read(file).map_err(Failure::usage)?)).await
        }
        None => connect::session(arguments).await,
    };
    let connected = connected.map_err(Failure::before_writing)?;
    if let Some(Expected::Plan(saved)) = &intent.expected {
        let origin = &connected.origin;
        let there = (&saved.content.source, &saved.content.target);
        if there != (&origin.source, &origin.target) {
            let error = anyhow::anyhow!(
                "the plan is one from {} to {}, and the configuration leads from {} to {}\nhint: apply it with the configuration it was \
                 made with (--config)",
                there.0,
                there.1,
                origin.source,
                origin.target
            );
            return Err(Failure::usage(error).before_writing());
        }
    }
    let mut keeping = match intent.dry_run {
        true => None,
        false => Some(Keeping::begin(&connected.keeping).await.map_err(Failure::before_writing)?),
    };
    let report = under_lock(arguments, &intent, connected, keeping.as_mut(), &bars, began).await;
    // Where it ended early.
    if let Some(keeping) = &mut keeping {
        keeping.end().await;
    }
    report
}

/// The run from its first reading to its last word.
async fn under_lock(
    arguments: &RunArguments,
    intent: &Intent<'_>,
    mut connected: Connected,
    mut keeping: Option<&mut Keeping>,
    bars: &Bars,
    began: Instant,
) -> Result<RunReport, Failure> {
    // Under the lock: what another run leaves meanwhile is what counts.
    let remembered = connected.remember().await.map_err(Failure::before_writing)?;
    let Connected { mut session, log, guards, origin, .. } = connected;
    session.recall = remembered.as_ref().map(|remembered| {
        let is_full = match intent.recalls {
            Recalls::Nothing => true,
            Recalls::Timely { is_full } => is_full,
        };
        remembered.recall(&origin.source, &origin.target, is_full)
    });
    if let Some(recording) = intent.record {
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
        talkln!("{}", text::log_line(line));
    }
    for notice in target.notices() {
        talkln!("{}", text::notice(&notice));
    }
    let is_redacted = read.redacted;
    let content = Content::of(&plan, &origin);
    let hash = content.hash();
    if intent.format == Format::Text {
        out!("{}", text::plan(&plan, &seen, &hash, arguments.all));
    }
    if let Some(file) = intent.out {
        SavedPlan::save(&content, &plan, file)?;
        talkln!("{}", text::notice(&format!("the plan is kept in {}", file.display())));
    }
    let recorded = match intent.record {
        Some(recording) => recording.write(&policy)?,
        None => Vec::new(),
    };
    for line in record::lines(&recorded, is_redacted) {
        talkln!("{}", text::notice(&line));
    }

    if let Some(remembered) = remembered.filter(|_| !intent.dry_run) {
        remembered.keep(state, !plan.operations.is_empty()).await.map_err(Failure::before_writing)?;
    }
    let (plan, ending) = match moved(intent, &content, &hash) {
        Some(ending) => (plan, ending),
        None => match guard::check(plan, hash.clone(), &guards, &protected, intent.allowed) {
            Err(refusal) => {
                let command = allowance::command(intent.command, intent.file, arguments, &hash);
                let (plan, refused) = Refused::of(refusal, command);
                (plan, Ending::Refused(refused))
            }
            Ok(guarded) => finish(guarded, keeping.as_deref_mut(), &target, &policy, bars).await?,
        },
    };
    // Before the last words: whoever reads them page by page keeps nobody waiting.
    if let Some(keeping) = keeping {
        keeping.end().await;
    }
    let report = RunReport {
        plan,
        content,
        hash,
        seen,
        ending,
        dry_run: intent.dry_run,
        policies: PolicyReport::of(&policy),
        recorded,
        okta: source.requests(),
        identity_center: target.requests(),
        took: began.elapsed(),
    };
    match intent.format {
        Format::Text => out!("{}", text::ending(&report)),
        Format::Json => outln!("{:#}", json::run(&report)),
        Format::Markdown => out!("{}", markdown::plan(&report)),
        Format::Html => out!("{}", html::plan(&report)),
    }
    match &report.ending {
        Ending::Refused(refused) => talkln!("{}", allowance::refusal(refused)),
        Ending::Moved { expected, .. } => talkln!("{}", allowance::moved(expected, &report.hash)),
        Ending::Planned | Ending::Applied(_) => {}
    }
    Ok(report)
}

/// The end of a run whose plan is not the expected one.
fn moved(intent: &Intent<'_>, content: &Content, hash: &PlanHash) -> Option<Ending> {
    let (expected, moved) = match intent.expected.as_ref()? {
        Expected::Hash(expected) if expected != hash => (expected, Vec::new()),
        Expected::Plan(saved) if saved.hash != *hash => {
            (&saved.hash, moved::between(&saved.content, content))
        }
        Expected::Hash(_) | Expected::Plan(_) => return None,
    };
    Some(Ending::Moved { expected: expected.clone(), moved })
}

/// Writes the plan where there is something to keep the record of it with: a run that only looks has none.
async fn finish(
    plan: GuardedPlan,
    keeping: Option<&mut Keeping>,
    target: &Target,
    policy: &PolicyChain,
    bars: &Bars,
) -> Result<(Plan, Ending), Failure> {
    match target.live().zip(keeping) {
        Some((identity_center, keeping)) if !plan.operations.is_empty() => {
            let applied = keeping.apply(&plan, &PolicyReport::of(policy), identity_center, bars).await?;
            bars.clear();
            Ok((plan.into_plan(), Ending::Applied(applied)))
        }
        _ => Ok((plan.into_plan(), Ending::Planned)),
    }
}
