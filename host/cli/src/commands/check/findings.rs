//! What stands in the way of a run, all of it.

use serde_json::{Value, json};

use crate::exit::{ExitStatus, Failure};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A policy that cannot be had, or does not take its configuration.
    Policies,
    /// Attributes that policies read and Okta does not have.
    Attributes,
    /// References without a value.
    Secrets,
    Okta,
    /// The configured groups.
    Groups,
    IdentityCenter,
    /// What a run keeps: state, lock, journal.
    Kept,
}

impl About {
    /// Its name for a program.
    fn name(self) -> &'static str {
        match self {
            Self::Policies => "policies",
            Self::Attributes => "attributes",
            Self::Secrets => "secrets",
            Self::Okta => "okta",
            Self::Groups => "groups",
            Self::IdentityCenter => "identityCenter",
            Self::Kept => "kept",
        }
    }
}

/// What was found, in the order in which it was looked for.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<(About, Failure)>);

impl Findings {
    pub(super) fn add(&mut self, about: About, failure: Failure) {
        self.0.push((about, failure));
    }

    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// That of the configuration where something in it is wrong; otherwise that of what could not be had.
    pub(super) fn status(&self) -> ExitStatus {
        let mut statuses = self.0.iter().map(|(_, failure)| failure.status);
        if statuses.clone().any(|status| status == ExitStatus::Usage) {
            return ExitStatus::Usage;
        }
        statuses.next().unwrap_or(ExitStatus::Done)
    }

    /// All of them as one: a single one as it is, several below one another.
    pub(super) fn into_failure(mut self, file: &str) -> Failure {
        let status = self.status();
        if self.0.len() == 1
            && let Some((_, failure)) = self.0.pop()
        {
            // What the policies said before it has been told.
            return failure.after(Vec::new());
        }
        let mut text = format!("{} things stand in the way of a run by {file}", self.0.len());
        let mut advice = Vec::new();
        for (_, failure) in &self.0 {
            let (message, hints) = failure.paragraph();
            for (number, line) in message.lines().enumerate() {
                text.push_str(if number == 0 { "\n- " } else { "\n  " });
                text.push_str(line);
            }
            advice.extend(hints);
        }
        for hint in advice {
            text.push_str(&format!("\nhint: {hint}"));
        }
        Failure::with_status(status, anyhow::anyhow!("{text}"))
    }

    /// The same for a program.
    pub(super) fn json(&self) -> Value {
        let all = self.0.iter().map(|(about, failure)| {
            let (message, hints) = failure.paragraph();
            json!({ "about": about.name(), "exitStatus": failure.status as u8, "message": message, "hints": hints })
        });
        all.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: ExitStatus, text: &'static str) -> Failure {
        Failure::with_status(status, anyhow::anyhow!(text))
    }

    #[test]
    fn what_is_wrong_in_the_configuration_decides_the_exit_status() {
        let mut findings = Findings::default();
        assert_eq!(findings.status(), ExitStatus::Done);
        findings.add(About::Okta, failure(ExitStatus::Failed, "no answer"));
        assert_eq!(findings.status(), ExitStatus::Failed);
        findings.add(About::Groups, failure(ExitStatus::Usage, "no such group"));
        assert_eq!(findings.status(), ExitStatus::Usage);
    }

    #[test]
    fn several_stand_below_one_another_with_all_hints_last() {
        let mut findings = Findings::default();
        findings.add(About::Okta, failure(ExitStatus::Failed, "no answer\nat all\nhint: wait"));
        findings.add(About::IdentityCenter, failure(ExitStatus::Failed, "no token\nhint: make one"));
        let (message, hints) = findings.into_failure("a.toml").paragraph();
        assert_eq!(
            message,
            "2 things stand in the way of a run by a.toml\n- no answer\n  at all\n- no token"
        );
        assert_eq!(hints, ["wait", "make one"]);
    }

    #[test]
    fn a_single_one_is_told_as_it_is() {
        let mut findings = Findings::default();
        findings.add(About::Okta, failure(ExitStatus::Failed, "no answer\nhint: wait"));
        let (message, hints) = findings.into_failure("a.toml").paragraph();
        assert_eq!((message.as_str(), hints.as_slice()), ("no answer", ["wait".to_owned()].as_slice()));
    }
}
