//! `usher plan` and `usher sync`: the same run, with and without its end.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use usher_core::guard;
use usher_engine::{Prepared, Snapshot, prepare};
use usher_policy::Level;

use crate::arguments::{PlanArguments, RunArguments, SyncArguments};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::keeping::Keeping;
use crate::progress::Bars;
use crate::report::result::{Ending, PolicyReport, RunReport};
use crate::report::{json, plan as text};

/// Shows what a sync would change.
pub(crate) async fn plan(arguments: &PlanArguments) -> Result<ExitStatus, Failure> {
    let report = run(&arguments.run, arguments.snapshot.as_deref(), true).await?;
    let pending = arguments.exit_code && !report.plan.operations.is_empty();
    Ok(if pending && report.status() == ExitStatus::Done {
        ExitStatus::ChangesPending
    } else {
        report.status()
    })
}

/// Makes the target so.
pub(crate) async fn sync(arguments: &SyncArguments) -> Result<ExitStatus, Failure> {
    Ok(run(&arguments.run, None, arguments.dry_run).await?.status())
}

/// Where `snapshot` names a file, both sides come from it, and nothing can be written.
async fn run(arguments: &RunArguments, snapshot: Option<&Path>, dry_run: bool) -> Result<RunReport, Failure> {
    let began = Instant::now();
    let bars = Bars::new(arguments.quiet);
    let connected = match snapshot {
        Some(file) => {
            connect::replay(arguments, Arc::new(Snapshot::read(file).map_err(Failure::usage)?)).await
        }
        None => connect::session(arguments).await,
    };
    let Connected { session, log, keeping } = connected.map_err(Failure::before_writing)?;
    let keeping = match dry_run {
        true => None,
        false => Some(Keeping::begin(&keeping).map_err(Failure::before_writing)?),
    };
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
    if !arguments.json {
        out!("{}", text::plan(&plan, &seen, arguments.all));
    }

    let (plan, ending) = match guard::check(plan, arguments.allow_large_change) {
        Err(refusal) => {
            let message = refusal.to_string();
            (*refusal.plan, Ending::Refused { message })
        }
        Ok(guarded) => match target.live().zip(keeping) {
            Some((identity_center, keeping)) if !guarded.operations.is_empty() => {
                let policies = PolicyReport::of(&policy);
                let applied = keeping.apply(&guarded, None, &policies, identity_center, &bars).await?;
                bars.clear();
                (guarded.into_plan(), Ending::Applied(applied))
            }
            _ => (guarded.into_plan(), Ending::Planned),
        },
    };
    let report = RunReport {
        plan,
        seen,
        ending,
        dry_run,
        policies: PolicyReport::of(&policy),
        okta: source.requests(),
        identity_center: target.requests(),
        took: began.elapsed(),
    };
    if arguments.json {
        outln!("{:#}", json::run(&report));
    } else {
        out!("{}", text::ending(&report));
    }
    if let Ending::Refused { message } = &report.ending {
        talkln!("{}", text::refusal(message));
    }
    Ok(report)
}
