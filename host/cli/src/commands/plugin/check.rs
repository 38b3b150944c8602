//! `usher plugin check`: what a policy says of a configuration, all of it at once.

use serde_json::{Value, json};
use usher_policy::{ConfigProblem, PolicyError};

use super::needs_text;
use super::opened::{self, Opened};
use crate::arguments::plugin::CheckArguments;
use crate::configuration::FilePlace;
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::{log_json, log_line};
use crate::policy_config::PolicyConfig;
use crate::refusal::{HINT, config_problem, in_order};
use crate::remark;

/// Configures the policy and prints every problem with its place.
pub(crate) fn check(arguments: &CheckArguments) -> Result<ExitStatus, Failure> {
    let config = PolicyConfig::read(&arguments.config, &arguments.reference)?;
    let file = plain(&arguments.config.display().to_string());
    let opened = opened::open_within(&arguments.reference, arguments.sandbox.over(config.limits.clone()))?;
    let description = opened.loaded.description();
    let policy = format!("{} {}", description.name, description.version);
    let policy_json = opened.to_json();
    let Opened { loaded, .. } = opened;
    let log = loaded.log().clone();
    let (needs, problems) = match loaded.configure(&config.value, opened::now()) {
        Ok(configured) => (Some(configured.needs().clone()), Vec::new()),
        Err(PolicyError::Config { problems, .. }) if !problems.is_empty() => (None, problems),
        Err(error) => return Err(Failure::usage(error)),
    };

    let problems = in_order(&problems, |problem| config.place_of(&problem.pointer, problem.position));
    log.reword(|line| {
        let remark = remark::read(&config.value, line)?;
        Some(config_problem(&file, config.place_of(&remark.pointer, remark.position), &remark))
    });
    let log = log.take();
    let status = if problems.is_empty() { ExitStatus::Done } else { ExitStatus::Usage };
    if arguments.json {
        let problems: Vec<Value> = problems.iter().map(problem_json).collect();
        let report = json!({
            "documentVersion": 1,
            "status": if problems.is_empty() { "accepted" } else { "refused" },
            "exitStatus": status as u8,
            "policy": policy_json,
            "config": arguments.config.display().to_string(),
            "needs": needs.as_ref().map_or(Value::Null, needs_text::json),
            "problems": problems,
            "log": log_json(&log),
        });
        outln!("{report:#}");
        return Ok(status);
    }
    for line in &log {
        talkln!("{}", log_line(line));
    }
    match needs {
        Some(needs) => {
            out!("{policy} takes {file}.\n{}", needs_text::text(&needs));
            Ok(status)
        }
        None => Err(Failure::usage(anyhow::anyhow!("{}", refusal(&policy, &file, &problems)))),
    }
}

fn refusal(policy: &str, file: &str, problems: &[(Option<FilePlace>, &ConfigProblem)]) -> String {
    let count = match problems.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let mut text = format!("{policy} refuses {file}, {count}:");
    for (place, problem) in problems {
        text.push_str(&format!("\n  {}", config_problem(file, *place, problem)));
    }
    text.push_str(&format!("\nhint: {HINT}"));
    text
}

fn problem_json((place, problem): &(Option<FilePlace>, &ConfigProblem)) -> Value {
    json!({
        "pointer": problem.pointer,
        "message": problem.message,
        "fileLine": place.map(|place| place.line),
        "fileColumn": place.and_then(|place| place.column),
        "line": problem.position.map(|(line, _)| line),
        "column": problem.position.map(|(_, column)| column),
    })
}
