//! `usher undo`: the plan that takes a run back, and `usher apply` of such a plan.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::anyhow;
use usher_core::content::{Origin, UndoOf};
use usher_core::id::OktaUserId;
use usher_core::plan::{Change, Plan};
use usher_core::protected::Protected;
use usher_core::undo::Allowed;
use usher_engine::SavedPlan;
use usher_engine::journal::{Run, read};
use usher_engine::undo::{PreparedUndo, UndoError, find, past, prepare_undo};

use super::conclude::{Expected, Intent, Made, conclude};
use crate::arguments::ApplyArguments;
use crate::arguments::undo::UndoArguments;
use crate::configuration::{Configuration, StateSection};
use crate::connect::{self, ConnectedTarget};
use crate::exit::{ExitStatus, Failure};
use crate::keeping::Keeping;
use crate::notice::notice;
use crate::progress::Bars;
use crate::remembered::Remembered;
use crate::report::allowance::{WritingCommand, flags};
use crate::report::result::RunReport;
use crate::shell::quoted;

/// The name of a plan's file in advice, where the person has not chosen one yet.
const ANY_FILE: &str = "undo.json";

/// Shows what would take a run back. Writes nothing.
pub(crate) async fn undo(arguments: &UndoArguments) -> Result<ExitStatus, Failure> {
    let intent = Intent {
        format: arguments.format(),
        out: arguments.out.as_deref(),
        ..Intent::to_look(false, arguments.all)
    };
    let places = Places {
        config: &arguments.config,
        journal: arguments.journal.as_deref(),
        keeps_nothing: arguments.out.is_none(),
    };
    let file = arguments.out.as_deref().unwrap_or(Path::new(ANY_FILE));
    let report = run(&places, arguments.what(), file, arguments.quiet, &intent).await?;
    Ok(report.pending(arguments.exit_code))
}

/// Takes a run back if that still comes to what was planned.
pub(crate) async fn apply(arguments: &ApplyArguments, saved: SavedPlan) -> Result<ExitStatus, Failure> {
    let Some(what) = saved.content.undo_of.clone() else {
        return Err(Failure::usage(anyhow!("the plan takes no run back\nhint: make it by `usher undo`")));
    };
    if arguments.deciding.plugin.is_some() {
        let error = anyhow!(
            "--plugin has no say in a plan that takes a run back: it rests on the journal alone\nhint: leave it out"
        );
        return Err(Failure::usage(error).before_writing());
    }
    let intent = Intent {
        dry_run: false,
        allowed: arguments.allow.as_ref(),
        expected: Some(Expected::Plan(Box::new(saved))),
        ..Intent::to_look(arguments.json, arguments.all)
    };
    let places = Places {
        config: &arguments.deciding.config,
        journal: arguments.journal.as_deref(),
        keeps_nothing: false,
    };
    Ok(run(&places, what, &arguments.file, arguments.quiet, &intent).await?.status())
}

/// Where everything is.
struct Places<'a> {
    config: &'a Path,
    /// The journal, where it is not the configuration's.
    journal: Option<&'a Path>,
    /// Whether the plan is kept in no file.
    keeps_nothing: bool,
}

/// The command that keeps the plan of this undo in a file. It names the run by its id: by another name it may be another's by then.
fn keeping_in(file: &Path, what: &UndoOf, places: &Places<'_>) -> String {
    let mut words = vec!["usher".to_owned(), "undo".to_owned(), quoted(&what.run)];
    if what.delete_created {
        words.push("--delete-created".to_owned());
    }
    for (flag, of) in [("--person", &what.person), ("--group", &what.group)] {
        words.extend(of.iter().map(|of| format!("{flag}={}", quoted(of))));
    }
    words.extend(flags(places.config, places.journal));
    words.extend(["--out".to_owned(), quoted(&file.display().to_string())]);
    words.join(" ")
}

/// `file` is where the plan is, or could be.
async fn run(
    places: &Places<'_>,
    what: UndoOf,
    file: &Path,
    quiet: bool,
    intent: &Intent<'_>,
) -> Result<RunReport, Failure> {
    let began = Instant::now();
    let bars = Bars::new(quiet);
    let configuration = Configuration::read(places.config).map_err(Failure::usage)?;
    let journal = journal(places, &configuration)?;
    let protected = configuration.settings.protected.clone();
    let state = configuration.state.clone();
    let connected = connect::target(configuration).await.map_err(Failure::before_writing)?;
    intent.check(&connected.origin)?;
    // The lock before the journal: while another run writes, neither says what will stand.
    let mut keeping = match intent.dry_run {
        true => None,
        false => Some(Keeping::begin(&connected.keeping).await.map_err(Failure::before_writing)?),
    };
    let under_lock = UnderLock { places, journal: &journal, file, intent, bars: &bars, began };
    let report = under_lock.run(what, protected, state, connected, keeping.as_mut()).await;
    // Where it ended early.
    if let Some(keeping) = &mut keeping {
        keeping.end().await;
    }
    report
}

/// A run from its first reading to its last word.
struct UnderLock<'a> {
    places: &'a Places<'a>,
    journal: &'a Path,
    file: &'a Path,
    intent: &'a Intent<'a>,
    bars: &'a Bars,
    began: Instant,
}

impl UnderLock<'_> {
    async fn run(
        self,
        what: UndoOf,
        protected: Protected,
        state: Option<StateSection>,
        connected: ConnectedTarget,
        keeping: Option<&mut Keeping>,
    ) -> Result<RunReport, Failure> {
        let Self { places, journal, file, intent, bars, began } = self;
        let ConnectedTarget { target, guards, mut origin, .. } = connected;
        let reading = read(journal).map_err(|error| Failure::from(error).before_writing())?;
        let run = find(&reading, journal, &what.run).map_err(failure)?;
        check_places(run, &origin)?;
        let what = UndoOf { run: run.run.clone(), ..what };
        let past = past(run, &what).map_err(failure)?;
        tell(run);
        let allowed = Allowed { delete_created: what.delete_created, protected: protected.clone() };
        let before = places.keeps_nothing.then(|| keeping_in(file, &what, places));
        origin.undo_of = Some(what);

        let prepared = prepare_undo(&target, &past, &allowed, bars).await;
        bars.clear();
        let PreparedUndo { plan, seen } = prepared.map_err(|error| Failure::from(error).before_writing())?;
        for told in target.notices() {
            talkln!("{}", notice(&told));
        }
        if let Some(keeping) = keeping.as_deref() {
            keeping.check()?;
        }
        // What the last run saw of the target is not what will stand there.
        if let Some(section) = state.filter(|_| !intent.dry_run) {
            let remembered = Remembered::find(&section).await.map_err(Failure::before_writing)?;
            let remembered = remembered.forgetting(made_again(&plan));
            remembered.keep(None, !plan.operations.is_empty()).await.map_err(Failure::before_writing)?;
        }
        let okta = usher_okta::RequestCounts::default();
        let (policies, recorded) = (Vec::new(), Vec::new());
        let made = Made { plan, seen, origin, guards, protected, target, policies, recorded, okta, began };
        let command = WritingCommand {
            verb: "apply",
            what: vec![file.display().to_string()],
            config: places.config,
            plugin: None,
            before,
            now: None,
            journal: places.journal,
        };
        conclude(made, intent, keeping, bars, &command).await
    }
}

/// Whose accounts the plan makes again.
fn made_again(plan: &Plan) -> impl Iterator<Item = &OktaUserId> {
    plan.operations.iter().filter_map(|operation| match &operation.change {
        Change::CreateUser { user, .. } => user.okta_id.as_ref(),
        _ => None,
    })
}

/// Several configurations may share a journal. What a run did to one directory is not taken back in another.
fn check_places(run: &Run, origin: &Origin) -> Result<(), Failure> {
    let there = [&run.source, &run.target].map(|place| place.as_deref());
    let here = [&origin.source, &origin.target];
    if there.into_iter().zip(here).all(|(there, here)| there.is_none_or(|there| there == here)) {
        return Ok(());
    }
    let [from, to] = there.map(|place| place.unwrap_or("an address that the journal does not tell"));
    let error = anyhow!(
        "the run {} led from {from} to {to}, and the configuration leads from {} to {}\nhint: take it back with the configuration it was \
         made with (--config)",
        run.run,
        origin.source,
        origin.target
    );
    Err(Failure::usage(error).before_writing())
}

/// To ask for what is not there is a mistake of the command line.
fn failure(error: UndoError) -> Failure {
    let failure = match &error {
        UndoError::UnknownRun { .. }
        | UndoError::Ambiguous { .. }
        | UndoError::SeveralMeant { .. }
        | UndoError::NothingOfTheKind { .. } => Failure::usage(error),
        _ => Failure::from(error),
    };
    failure.before_writing()
}

fn journal(places: &Places<'_>, configuration: &Configuration) -> Result<PathBuf, Failure> {
    let configured = || configuration.keeping.journal.clone();
    places.journal.map(Path::to_owned).or_else(configured).ok_or_else(|| {
        let error = anyhow!(
            "no journal is kept, so it is not known what a run did: {} has no `journal.path`\nhint: runs from before it was set \
             cannot be taken back; name a journal with --journal if there is one",
            places.config.display()
        );
        Failure::usage(error).before_writing()
    })
}

/// What a person should know of the run before its plan.
fn tell(run: &Run) {
    if run.ended.is_none() {
        let text =
            "the run did not end: it was stopped, or is writing now; what is known of it is taken back";
        talkln!("{}", notice(&format!("{}: {text}", run.run)));
    }
    // Every other run has a policy that decided.
    if run.policies.is_empty() {
        talkln!(
            "{}",
            notice(&format!(
                "{}: the run took another one back; this does again what that had done",
                run.run
            ))
        );
    }
}
