//! `usher simulate`: the built-in simulator, on its own.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use usher_simulator::{Options, Organisation, Simulator};

use crate::arguments::SimulateArguments;
use crate::exit::{ExitStatus, Failure};

/// Runs until interrupted, or until whoever started it ends it.
pub(crate) async fn simulate(arguments: &SimulateArguments) -> Result<ExitStatus, Failure> {
    let simulator = Simulator::start(options(arguments)?).await?;
    let addresses = serde_json::to_string(simulator.addresses())?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{addresses}").and_then(|()| stdout.flush()).context("cannot print the addresses")?;
    tokio::signal::ctrl_c().await.context("cannot wait for an interrupt")?;
    simulator.stop().await;
    Ok(ExitStatus::Done)
}

fn options(arguments: &SimulateArguments) -> Result<Options, Failure> {
    Ok(Options {
        organisation: organisation(arguments).map_err(Failure::usage)?,
        latency: Duration::from_millis(arguments.latency_ms),
        okta_rate_limit: arguments.okta_rate_limit,
        scim_reads_per_second: arguments.scim_reads_per_second,
        scim_writes_per_second: arguments.scim_writes_per_second,
        scim_members_per_second: arguments.scim_members_per_second,
        old_scim: arguments.old_scim,
        short_pages: arguments.short_pages,
        throttle_after_write: arguments.throttle_after_write,
        ..Options::default()
    })
}

fn organisation(arguments: &SimulateArguments) -> anyhow::Result<Organisation> {
    if let Some(path) = &arguments.org {
        let shown = path.display();
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read the organisation {shown}"))?;
        return Organisation::from_json(&text).with_context(|| format!("{shown} is not an organisation"));
    }
    let (Some(users), Some(groups)) = (arguments.users, arguments.groups) else {
        return Ok(Organisation::human());
    };
    let memberships = arguments.memberships.unwrap_or(users);
    Ok(Organisation::generated(users, groups, memberships, arguments.seed)?)
}
