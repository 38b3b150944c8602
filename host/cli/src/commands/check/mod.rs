//! `usher check`: the configuration, what its policies say of it, whether Okta has the attributes that they read, and whether all
//! that a run needs before its first write can be had. All that is wrong is told at once.
//!
//! `services` asks, `kept` looks at what lies between two runs, `unknown` compares attributes, `findings` holds what is wrong, `report` tells it.

mod findings;
mod kept;
mod report;
mod services;
mod unknown;

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use usher_engine::EngineError;
use usher_policy::{LogLine, PolicyChain};

use crate::arguments::check::CheckArguments;
use crate::configuration::{Configuration, Groups};
use crate::escape::plain;
use crate::exit::{ExitStatus, Failure};
use crate::notice::{log_line, notice};
use crate::policies::policies;
use findings::{About, Findings};
use services::Answers;
use unknown::Unknown;

/// What a check came to.
struct Checked {
    /// Those who decide; none when one of them cannot be had or refuses its configuration.
    chain: Option<PolicyChain>,
    /// What they said meanwhile.
    log: Vec<LogLine>,
    /// What is to be said when a run that names no groups would come to nothing.
    nothing_narrows: Option<String>,
    /// None when nobody was to be asked.
    answers: Option<Answers>,
    unknown: Vec<Unknown>,
    findings: Findings,
}

/// Checks everything that can be checked before anybody is read.
pub(crate) async fn check(arguments: &CheckArguments) -> Result<ExitStatus, Failure> {
    let configuration = Configuration::read(&arguments.deciding.config).map_err(Failure::usage)?;
    let checked = checked(arguments, &configuration).await;
    let status = checked.findings.status();
    if arguments.json {
        outln!("{:#}", report::json(&checked));
        return Ok(status);
    }
    for line in &checked.log {
        talkln!("{}", log_line(line));
    }
    if let Some(note) = &checked.nothing_narrows {
        talkln!("{}", notice(note));
    }
    if status != ExitStatus::Done {
        return Err(checked.findings.into_failure(&plain(&arguments.deciding.config.display().to_string())));
    }
    out!("{}", report::text(&checked));
    Ok(status)
}

async fn checked(arguments: &CheckArguments, configuration: &Configuration) -> Checked {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut findings = Findings::default();
    let (chain, log) = match policies(&arguments.run(), configuration, now).await {
        Ok((chain, log)) => (Some(chain), log.take()),
        Err(failure) => {
            let log = failure.log().to_vec();
            findings.add(About::Policies, failure);
            (None, log)
        }
    };
    // A run may still name them on its command line.
    let nothing_narrows = match &chain {
        Some(chain) if !chain.needs().groups && configuration.groups == Groups::All => {
            let error = EngineError::NothingNarrows { policy: chain.name().to_owned() }.to_string();
            Some(error.replace("\nhint: ", "; "))
        }
        _ => None,
    };
    let answers = match arguments.offline {
        true => None,
        false => {
            let needs = chain.as_ref().map(PolicyChain::needs);
            Some(services::ask(configuration, needs, &mut findings).await)
        }
    };
    kept::look(configuration, arguments.offline, &mut findings).await;
    let mut unknown = Vec::new();
    if let (Some(answers), Some(chain)) = (&answers, &chain) {
        unknown = unknown::unknown(arguments, configuration, chain, answers);
        if !unknown.is_empty() {
            let file = plain(&arguments.deciding.config.display().to_string());
            let refusal = anyhow!("{}", unknown::refusal(&file, &unknown));
            findings.add(About::Attributes, Failure::usage(refusal));
        }
    }
    Checked { chain, log, nothing_narrows, answers, unknown, findings }
}
