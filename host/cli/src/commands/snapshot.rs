//! `usher snapshot save`: what a run reads, kept in a file.

use serde_json::json;
use usher_engine::{Snapshot, prepare, snapshot};
use usher_policy::Level;

use crate::arguments::snapshot::{SaveArguments, SnapshotArguments, SnapshotCommand};
use crate::connect::{self, Connected};
use crate::exit::{ExitStatus, Failure};
use crate::notice::{log_line, notice};
use crate::progress::Bars;

/// Runs the command that the arguments name.
pub(crate) async fn snapshot(arguments: &SnapshotArguments) -> Result<ExitStatus, Failure> {
    match &arguments.command {
        SnapshotCommand::Save(arguments) => save(arguments).await,
    }
}

async fn save(arguments: &SaveArguments) -> Result<ExitStatus, Failure> {
    // Whoever forgets --redact must not find personal data where none was.
    let is_redacted = || Snapshot::read(&arguments.file).is_ok_and(|standing| standing.redacted);
    if !arguments.redact && arguments.file.exists() && is_redacted() {
        return Err(Failure::usage(anyhow::anyhow!(
            "{} holds a redacted snapshot, and this one would not be redacted\nhint: add --redact, or name another file",
            arguments.file.display()
        )));
    }
    let bars = Bars::new(arguments.quiet);
    let mut connected = connect::session(&arguments.run()).await?;
    connected.remember().await?;
    let Connected { session, log, .. } = connected;
    let mut prepared = prepare(session, &bars).await;
    if let Ok(prepared) = &mut prepared
        && arguments.all_groups
    {
        snapshot::complete(prepared, &bars).await?;
    }
    bars.clear();
    let said = log.take();
    let prepared = prepared.map_err(|error| Failure::from(error).after(said.clone()))?;
    for line in said.iter().filter(|line| !arguments.quiet || line.level >= Level::Warn) {
        talkln!("{}", log_line(line));
    }
    for told in prepared.target.notices() {
        talkln!("{}", notice(&told));
    }
    let mut snapshot = prepared.read;
    if arguments.redact {
        let redacted = snapshot.redacted(arguments.keep_group_names);
        for lost in &redacted.lost {
            talkln!("{}", notice(lost));
        }
        snapshot = redacted.snapshot;
    }
    snapshot.save(&arguments.file)?;
    tell(&snapshot, arguments);
    Ok(ExitStatus::Done)
}

fn tell(snapshot: &Snapshot, arguments: &SaveArguments) {
    let Snapshot { groups, reading, actual, .. } = snapshot;
    let file = arguments.file.display().to_string();
    if arguments.json {
        let report = json!({
            "documentVersion": 1,
            "file": file,
            "redacted": snapshot.redacted,
            "sourceGroups": groups.len(),
            "groupsWithMembers": reading.groups.len(),
            "people": reading.users.len(),
            "targetUsers": actual.users.len(),
            "targetGroups": actual.groups.len(),
            "targetGroupsWithMembers": actual.members.len(),
        });
        outln!("{report:#}");
        return;
    }
    outln!(
        "Saved {}. Okta: groups {}, with members {}, people {}. Identity Center: users {}, groups {}, with members {}.",
        crate::escape::plain(&file),
        groups.len(),
        reading.groups.len(),
        reading.users.len(),
        actual.users.len(),
        actual.groups.len(),
        actual.members.len(),
    );
    if !snapshot.redacted {
        talkln!("{}", notice("it holds people's profiles; only you may read it (--redact replaces them)"));
    }
}
