//! `usher plan` and `usher sync`: the same run, with and without its end.

use std::time::Instant;

use usher_core::guard;
use usher_engine::{Prepared, apply, prepare};
use usher_policy::Level;

use crate::arguments::{PlanArguments, RunArguments, SyncArguments};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::progress::Bars;
use crate::report::result::{Ending, RunReport};
use crate::report::{json, plan as text};

/// Shows what a sync would change.
pub(crate) async fn plan(arguments: &PlanArguments) -> Result<ExitStatus, Failure> {
    let report = run(&arguments.run, true).await?;
    let pending = arguments.exit_code && !report.plan.operations.is_empty();
    Ok(if pending && report.status() == ExitStatus::Done {
        ExitStatus::ChangesPending
    } else {
        report.status()
    })
}

/// Makes the target so.
pub(crate) async fn sync(arguments: &SyncArguments) -> Result<ExitStatus, Failure> {
    Ok(run(&arguments.run, arguments.dry_run).await?.status())
}

async fn run(arguments: &RunArguments, dry_run: bool) -> Result<RunReport, Failure> {
    let began = Instant::now();
    let bars = Bars::new(arguments.quiet);
    let Connected { session, log } = connect::session(arguments).await.map_err(Failure::before_writing)?;
    let prepared = prepare(session, &bars).await;
    bars.clear();
    let said = log.take();
    let Prepared { plan, seen, okta, identity_center, policy: _ } = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return Err(Failure::from(error).before_writing().after(said)),
    };
    for line in said.iter().filter(|line| !arguments.quiet || line.level >= Level::Warn) {
        anstream::eprintln!("{}", text::log_line(line));
    }
    for notice in identity_center.notices() {
        anstream::eprintln!("{}", text::notice(&notice));
    }
    if !arguments.json {
        anstream::print!("{}", text::plan(&plan, &seen, arguments.all));
    }

    let (plan, ending) = match guard::check(plan, arguments.allow_large_change) {
        Err(refusal) => {
            let message = refusal.to_string();
            (*refusal.plan, Ending::Refused { message })
        }
        Ok(guarded) if dry_run || guarded.operations.is_empty() => (guarded.into_plan(), Ending::Planned),
        Ok(guarded) => {
            let applied = apply(&guarded, &identity_center, &bars).await;
            bars.clear();
            (guarded.into_plan(), Ending::Applied(applied))
        }
    };
    let report = RunReport {
        plan,
        seen,
        ending,
        dry_run,
        okta: okta.requests(),
        identity_center: identity_center.requests(),
        took: began.elapsed(),
    };
    if arguments.json {
        println!("{:#}", json::run(&report));
    } else {
        anstream::print!("{}", text::ending(&report));
    }
    if let Ending::Refused { message } = &report.ending {
        anstream::eprintln!("{}", text::refusal(message));
    }
    Ok(report)
}
