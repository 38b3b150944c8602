//! `usher plan --compare`: what one policy makes of a snapshot, beside what another does.

use std::sync::Arc;

use anyhow::anyhow;
use usher_core::compare::{self, Judged, Pair};
use usher_core::content::Content;
use usher_core::guard;
use usher_engine::{Prepared, Snapshot, prepare};
use usher_policy::{Level, LogLine};

use crate::arguments::compare::Wanted;
use crate::arguments::{Format, PlanArguments, RunArguments};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::notice::log_line;
use crate::progress::Bars;
use crate::report::comparison::{ComparisonReport, SideReport, json, markdown, text};
use crate::report::plan::summary;
use crate::report::result::PolicyReport;
use crate::sides::{Side, Sides};

/// Plans twice from one snapshot, and tells the difference.
pub(crate) async fn compare(arguments: &PlanArguments, wanted: Wanted<'_>) -> Result<ExitStatus, Failure> {
    let Some(file) = &arguments.snapshot else {
        return Err(Failure::usage(anyhow!(
            "policies are compared over a snapshot, and none is named: live, the two would not see the same\nhint: save one with `usher \
             snapshot save FILE --all-groups`, and name it with --snapshot FILE"
        )));
    };
    if arguments.format() == Format::Html {
        return Err(Failure::usage(anyhow!(
            "a comparison is not told as HTML\nhint: --format takes text, json or markdown with --compare"
        )));
    }
    let Sides { sides, replaced } = Sides::of(&arguments.run.deciding.config, wanted)?;
    let snapshot = Arc::new(Snapshot::read(file).map_err(Failure::usage)?);
    let run = &arguments.run;
    let a = Outcome::of(run, "A", sides.a, snapshot.clone()).await?;
    let b = Outcome::of(run, "B", sides.b, snapshot.clone()).await?;
    let comparison = compare::between(&a.judged(), &b.judged());
    let report = ComparisonReport {
        comparison,
        sides: Pair { a: a.report, b: b.report },
        replaced,
        snapshot: file.display().to_string(),
        redacted: snapshot.redacted,
    };
    let status = match arguments.exit_code && !report.comparison.is_same() {
        true => ExitStatus::ChangesPending,
        false => ExitStatus::Done,
    };
    match arguments.format() {
        Format::Json => outln!("{:#}", json::comparison(&report, status)),
        Format::Markdown => out!("{}", markdown::comparison(&report)),
        Format::Text | Format::Html => out!("{}", text::comparison(&report, run.all)),
    }
    Ok(status)
}

/// What came of one side.
struct Outcome {
    prepared: Prepared,
    content: Content,
    policies: Vec<String>,
    report: SideReport,
}

impl Outcome {
    /// Plans. A failure says of which side it is.
    async fn of(
        arguments: &RunArguments,
        letter: &'static str,
        side: Side,
        snapshot: Arc<Snapshot>,
    ) -> Result<Self, Failure> {
        let Side { shown, configuration } = side;
        let named = |failure: Failure| failure.within(format!("{letter} ({shown}) comes to no plan"));
        let connected = connect::replay_with(arguments, configuration, snapshot).await;
        let Connected { session, log, guards, origin, .. } = connected.map_err(named)?;
        let protected = session.settings.protected.clone();
        let bars = Bars::new(arguments.quiet);
        let prepared = prepare(session, &bars).await;
        bars.clear();
        let said: Vec<LogLine> = log
            .take()
            .into_iter()
            .map(|line| LogLine { message: format!("{letter}: {}", line.message), ..line })
            .collect();
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Err(named(Failure::from(error).after(said))),
        };
        for line in said.iter().filter(|line| !arguments.quiet || line.level >= Level::Warn) {
            talkln!("{}", log_line(line));
        }
        let content = Content::of(&prepared.plan, &origin);
        let hash = content.hash();
        let guarded = guard::check(prepared.plan.clone(), hash.clone(), &guards, &protected, None);
        let refused = guarded.err().map(|refusal| refusal.lines());
        let report = SideReport {
            shown,
            policies: PolicyReport::of(&prepared.policy),
            summary: summary(&prepared.plan),
            operations: prepared.plan.operations.len(),
            hash,
            refused: refused.unwrap_or_default(),
        };
        Ok(Self { prepared, content, policies: origin.policies, report })
    }

    fn judged(&self) -> Judged<'_> {
        Judged {
            groups: &self.prepared.read.groups,
            decisions: &self.prepared.decisions.groups,
            reading: &self.prepared.read.reading,
            desired: &self.prepared.desired,
            plan: &self.prepared.plan,
            content: &self.content,
            policies: &self.policies,
        }
    }
}
