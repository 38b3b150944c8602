//! `usher explain`: why somebody, or a group, is in AWS as it is.

use std::sync::Arc;

use serde_json::json;
use usher_engine::{Snapshot, explain, prepare};
use usher_policy::Level;

use crate::arguments::explain::ExplainArguments;
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::notice::log_line;
use crate::progress::Bars;
use crate::report::explain as report;

/// The version of the JSON's shape.
const VERSION: u32 = 1;

/// Plans as `usher plan` does, and tells of one object what came of it at each step.
pub(crate) async fn explain(arguments: &ExplainArguments) -> Result<ExitStatus, Failure> {
    let run = arguments.run();
    let bars = Bars::new(arguments.quiet);
    let mut connected = match &arguments.snapshot {
        Some(file) => connect::replay(&run, Arc::new(Snapshot::read(file).map_err(Failure::usage)?)).await?,
        None => connect::session(&run).await?,
    };
    connected.remember().await?;
    let Connected { session, log, .. } = connected;
    let prepared = prepare(session, &bars).await;
    bars.clear();
    let said = log.take();
    let prepared = prepared.map_err(|error| Failure::from(error).after(said.clone()))?;
    for line in said.iter().filter(|line| !arguments.quiet || line.level >= Level::Warn) {
        talkln!("{}", log_line(line));
    }
    match (&arguments.group, &arguments.person) {
        (Some(name), _) => {
            let groups = explain::group(&prepared, name).await?;
            if arguments.json {
                outln!("{:#}", json!({ "version": VERSION, "groups": groups }));
            } else {
                out!("{}", report::groups(&groups));
            }
        }
        (None, wanted) => {
            let people = explain::person(&prepared, wanted.as_deref().unwrap_or_default()).await?;
            if arguments.json {
                outln!("{:#}", json!({ "version": VERSION, "people": people }));
            } else {
                out!("{}", report::people(&people));
            }
        }
    }
    Ok(ExitStatus::Done)
}
