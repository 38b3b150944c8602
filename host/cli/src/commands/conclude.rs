//! The end that all runs have in common once there is a plan: it is shown, kept, held against what was expected and against the guards,
//! and written if that is what the run is for.

use std::path::Path;
use std::time::Instant;

use usher_core::content::{Content, Origin};
use usher_core::guard::{GuardedPlan, Guards};
use usher_core::plan::Plan;
use usher_core::plan_hash::PlanHash;
use usher_core::protected::Protected;
use usher_core::{guard, moved};
use usher_engine::prepare::Seen;
use usher_engine::{SavedPlan, Target};

use crate::arguments::Format;
use crate::exit::Failure;
use crate::keeping::Keeping;
use crate::notice::notice;
use crate::progress::Bars;
use crate::record::Recorded;
use crate::report::allowance::WritingCommand;
use crate::report::result::{Ending, PolicyReport, Refused, RunReport};
use crate::report::{allowance, html, json, markdown, plan as text, undo};

/// What a run is for.
pub(super) struct Intent<'a> {
    pub(super) format: Format,
    /// Whether every person is named, however many.
    pub(super) all: bool,
    /// Where the plan is kept.
    pub(super) out: Option<&'a Path>,
    pub(super) dry_run: bool,
    /// The plan that the guards let pass.
    pub(super) allowed: Option<&'a PlanHash>,
    /// The only plan that is written.
    pub(super) expected: Option<Expected>,
}

/// The only plan that is written.
pub(super) enum Expected {
    /// Known by its hash.
    Hash(PlanHash),
    /// As it was saved.
    Plan(Box<SavedPlan>),
}

impl Intent<'_> {
    /// To look, and to write nothing.
    pub(super) fn to_look(json: bool, all: bool) -> Self {
        Self {
            format: if json { Format::Json } else { Format::Text },
            all,
            out: None,
            dry_run: true,
            allowed: None,
            expected: None,
        }
    }

    /// What can be said against it before anything is read. A saved plan leads from one service to another; both must be those of the
    /// configuration. Who allows one plan and expects another has looked at one of them only.
    pub(super) fn check(&self, origin: &Origin) -> Result<(), Failure> {
        let expected = match &self.expected {
            None => return Ok(()),
            Some(Expected::Hash(hash)) => hash,
            Some(Expected::Plan(saved)) => &saved.hash,
        };
        if let Some(allowed) = self.allowed.filter(|allowed| *allowed != expected) {
            let error = anyhow::anyhow!(
                "--allow is for the plan {allowed}, and the plan to be written is {expected}\nhint: look at it again: what would allow it \
                 is told where it is refused"
            );
            return Err(Failure::usage(error).before_writing());
        }
        let Some(Expected::Plan(saved)) = &self.expected else { return Ok(()) };
        let there = (&saved.content.source, &saved.content.target);
        if there == (&origin.source, &origin.target) {
            return Ok(());
        }
        let error = anyhow::anyhow!(
            "the plan is one from {} to {}, and the configuration leads from {} to {}\nhint: apply it with the configuration it was \
             made with (--config)",
            there.0,
            there.1,
            origin.source,
            origin.target
        );
        Err(Failure::usage(error).before_writing())
    }
}

/// A plan that was made, with all that its end needs.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) seen: Seen,
    pub(super) origin: Origin,
    pub(super) guards: Guards,
    pub(super) protected: Protected,
    pub(super) target: Target,
    /// Who decided.
    pub(super) policies: Vec<PolicyReport>,
    /// What was kept of that which they were asked.
    pub(super) recorded: Vec<Recorded>,
    /// What was asked of Okta.
    pub(super) okta: usher_okta::RequestCounts,
    pub(super) began: Instant,
}

/// Shows the plan, keeps it, and writes it where there is something to keep the record of it with: a run that only looks has no
/// `keeping`. `command` is the one that would write.
pub(super) async fn conclude(
    made: Made,
    intent: &Intent<'_>,
    mut keeping: Option<&mut Keeping>,
    bars: &Bars,
    command: &WritingCommand<'_>,
) -> Result<RunReport, Failure> {
    let Made { plan, seen, origin, guards, protected, target, policies, recorded, okta, began } = made;
    let content = Content::of(&plan, &origin);
    let hash = content.hash();
    if intent.format == Format::Text {
        out!("{}", text::plan(&plan, &seen, content.undo_of.as_ref(), &hash, intent.all));
    }
    if let Some(file) = intent.out {
        SavedPlan::save(&content, &plan, file)?;
        talkln!("{}", notice(&format!("the plan is kept in {}", file.display())));
    }

    let (plan, ending) = match moved(intent, &content, &hash) {
        Some(ending) => (plan, ending),
        None => match guard::check(plan, hash.clone(), &guards, &protected, intent.allowed) {
            Err(refusal) => {
                let (plan, refused) = Refused::of(refusal, command.allowing(&hash));
                (plan, Ending::Refused(refused))
            }
            Ok(guarded) => finish(guarded, keeping.as_deref_mut(), &target, &origin, &policies, bars).await?,
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
        policies,
        recorded,
        okta,
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
        Ending::Moved { expected, .. } => {
            let again = if report.content.undo_of.is_some() { "undo" } else { "plan" };
            let is_empty = report.plan.operations.is_empty();
            talkln!("{}", allowance::moved(expected, &report.hash, is_empty, again));
        }
        Ending::Planned | Ending::Applied(_) => {}
    }
    if let Some(advice) = undo::advice(&report) {
        talkln!("{}", notice(advice));
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

/// Writes the plan where there is something to keep the record of it with.
async fn finish(
    plan: GuardedPlan,
    keeping: Option<&mut Keeping>,
    target: &Target,
    origin: &Origin,
    policies: &[PolicyReport],
    bars: &Bars,
) -> Result<(Plan, Ending), Failure> {
    match target.live().zip(keeping) {
        Some((identity_center, keeping)) if !plan.operations.is_empty() => {
            let applied = keeping.apply(&plan, origin, policies, identity_center, bars).await?;
            bars.clear();
            Ok((plan.into_plan(), Ending::Applied(applied)))
        }
        _ => Ok((plan.into_plan(), Ending::Planned)),
    }
}
