//! `usher.toml`: every problem of a file is told at once, with its line.

mod duration;
mod guards;
mod keeping;
mod place;
mod policy;
mod reader;
mod signers;
mod state;
mod sync;

use std::path::{Path, PathBuf};
use std::time::Duration;

use thiserror::Error;
use url::Url;
use usher_core::guard::Guards;
use usher_core::settings::Settings;
use usher_secrets::SecretRef;

use reader::Reader;

pub(crate) use keeping::KeepingSection;
pub(crate) use place::{FilePlace, line_of, parts, place};
pub(crate) use policy::{DEFAULT_COMPONENT, PolicySection, bytes, limits_in};
pub(crate) use reader::to_json;
pub(crate) use state::StateSection;

/// Seconds for which one request may be waited for, at most: a run that hangs longer is no run.
const LONGEST_TIMEOUT: i64 = 600;

/// A configuration that makes sense in itself; no secret was read yet.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) okta_base: Url,
    pub(crate) okta_token: SecretRef,
    /// How long one request to Okta may take, its answer included; none where the client's own is right.
    pub(crate) okta_timeout: Option<Duration>,
    pub(crate) scim_endpoint: Url,
    pub(crate) scim_token: SecretRef,
    /// The same for Identity Center.
    pub(crate) scim_timeout: Option<Duration>,
    pub(crate) groups: Groups,
    /// What a run may take away.
    pub(crate) settings: Settings,
    /// How much of it at once.
    pub(crate) guards: Guards,
    /// The certificates of a private authority, for registries.
    pub(crate) registry_authority: Option<PathBuf>,
    /// Those who decide, in the order in which they are asked: one at least.
    pub(crate) policies: Vec<PolicySection>,
    /// What a run that writes keeps.
    pub(crate) keeping: KeepingSection,
    /// What a run leaves to the next.
    pub(crate) state: Option<StateSection>,
}

/// Which groups the configuration asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Groups {
    /// None: the policy decides over all.
    All,
    /// These.
    Named(Vec<String>),
    /// Comma-separated, in a parameter, a variable or a file.
    Referenced(SecretRef),
}

/// A line of the file that is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// From 1; none where something is missing altogether.
    pub(crate) line: Option<usize>,
    pub(crate) message: String,
}

/// Why there is no configuration.
#[derive(Debug, Error)]
pub(crate) enum ConfigurationError {
    #[error("no configuration: {path} cannot be read ({source})\nhint: {HINT_NEW}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path} is not a valid configuration{}", listed(path, problems))]
    Invalid { path: String, problems: Vec<Problem> },
}

const HINT_NEW: &str = "name it with --config FILE, or start from the example under \"Use it\" in the README; \
                        `usher demo` needs none";

/// What is wrong with a file of which only the beginning is text.
fn not_utf8(text: &[u8]) -> Problem {
    let line = 1 + text.iter().filter(|byte| **byte == b'\n').count();
    Problem { line: Some(line), message: "this is not UTF-8 text\nhint: save the file as UTF-8".to_owned() }
}

fn listed(path: &str, problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        text.push_str("\n  ");
        text.push_str(path);
        if let Some(line) = problem.line {
            text.push_str(&format!(":{line}"));
        }
        text.push_str(&format!(": {}", problem.message));
    }
    text
}

impl Configuration {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, ConfigurationError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path)
            .map_err(|source| ConfigurationError::Unreadable { path: shown.clone(), source })?;
        let parsed = match std::str::from_utf8(&bytes) {
            Ok(text) => Self::parse(text),
            Err(error) => Err(vec![not_utf8(&bytes[..error.valid_up_to()])]),
        };
        parsed.map_err(|problems| ConfigurationError::Invalid { path: shown, problems })
    }

    /// Reads the text of a file; a list of all problems if there is any.
    pub(crate) fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader::new(text)?;
        reader.only_sections(&[
            "okta",
            "identity_center",
            "sync",
            "guards",
            "policy",
            "registry",
            "journal",
            "lock",
            "state",
        ]);
        reader.only_keys("okta", &["domain", "token", "timeout_seconds"]);
        reader.only_keys("identity_center", &["scim_endpoint", "token", "timeout_seconds"]);
        reader.only_keys("sync", &["groups", "memberships", "leavers", "delete_after", "orphaned_groups"]);
        reader.only_keys("guards", &guards::KEYS);
        reader.only_keys("registry", &["ca"]);

        let okta_base = reader.required("okta", "domain", usher_okta::parse_domain);
        let okta_token = reader.required("okta", "token", str::parse::<SecretRef>);
        let scim_endpoint =
            reader.required("identity_center", "scim_endpoint", usher_identity_center::parse_endpoint);
        let scim_token = reader.required("identity_center", "token", str::parse::<SecretRef>);
        let [okta_timeout, scim_timeout] = ["okta", "identity_center"].map(|section| {
            let seconds = reader.whole_number(section, "timeout_seconds", 1, LONGEST_TIMEOUT);
            seconds.map(Duration::from_secs)
        });
        let groups = reader.groups("sync", "groups");
        let (guards, protected) = guards::read(&mut reader);
        let settings = sync::read(&mut reader, protected);
        let registry_authority = reader.optional_text("registry", "ca").map(PathBuf::from);
        let policies = policy::read(&mut reader);
        let state = state::read(&mut reader);
        let keeping = keeping::read(&mut reader, state.as_ref());
        if settings.deferral.is_some() && state.is_none() {
            let message =
                "needs a `[state]` with a `path`: without one nobody knows since when a leaver waits";
            reader.complain("sync", "delete_after", message);
        }
        let problems = reader.into_problems();
        match (okta_base, okta_token, scim_endpoint, scim_token) {
            (Some(okta_base), Some(okta_token), Some(scim_endpoint), Some(scim_token))
                if problems.is_empty() =>
            {
                Ok(Self {
                    okta_base,
                    okta_token,
                    okta_timeout,
                    scim_endpoint,
                    scim_token,
                    scim_timeout,
                    groups,
                    settings,
                    guards,
                    registry_authority,
                    policies,
                    keeping,
                    state,
                })
            }
            _ => Err(problems),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) const GOOD: &str = r#"
[okta]
domain = "acme.okta.com"
token = "ssm:okta_api_token"
[identity_center]
scim_endpoint = "https://scim.eu-west-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
token = "ssm:amz_sso_api_token"
"#;

    pub(super) fn problems(text: &str) -> Vec<(Option<usize>, String)> {
        let problems = Configuration::parse(text).expect_err("this configuration is wrong");
        problems.into_iter().map(|problem| (problem.line, problem.message)).collect()
    }

    #[test]
    fn the_smallest_file_lets_the_default_policy_decide_over_all() {
        let configuration = Configuration::parse(GOOD).unwrap();
        assert_eq!(configuration.okta_base.as_str(), "https://acme.okta.com/");
        assert_eq!(configuration.groups, Groups::All);
        assert_eq!(configuration.policies.len(), 1);
        assert_eq!(configuration.policies[0].component, "builtin:rules");
        assert_eq!(configuration.policies[0].config, serde_json::json!({}));
    }

    #[test]
    fn groups_are_a_list_or_a_reference() {
        let listed =
            Configuration::parse(&format!("{GOOD}[sync]\ngroups = [\"aws-admins\", \"R&D\"]")).unwrap();
        assert_eq!(listed.groups, Groups::Named(vec!["aws-admins".into(), "R&D".into()]));
        let referenced =
            Configuration::parse(&format!("{GOOD}[sync]\ngroups = \"ssm:groups_to_sync\"")).unwrap();
        assert_eq!(referenced.groups, Groups::Referenced(SecretRef::Ssm("groups_to_sync".into())));
    }

    #[test]
    fn how_long_a_request_is_waited_for_is_set_for_each_service_within_bounds() {
        let plain = Configuration::parse(GOOD).unwrap();
        assert_eq!((plain.okta_timeout, plain.scim_timeout), (None, None));
        let of_scim = Configuration::parse(&format!("{GOOD}timeout_seconds = 7\n")).unwrap();
        assert_eq!((of_scim.okta_timeout, of_scim.scim_timeout), (None, Some(Duration::from_secs(7))));
        let okta = GOOD.replace("[okta]", "[okta]\ntimeout_seconds = 600");
        assert_eq!(Configuration::parse(&okta).unwrap().okta_timeout, Some(Duration::from_secs(600)));
        for wrong in ["0", "601", "\"7s\"", "1.5"] {
            let found = problems(&format!("{GOOD}timeout_seconds = {wrong}\n"));
            assert_eq!((found.len(), found[0].0), (1, Some(8)), "{wrong}: {found:?}");
            assert!(found[0].1.contains("`identity_center.timeout_seconds`"), "{}", found[0].1);
        }
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_near_name() {
        let found = problems(&format!("{GOOD}[sync]\ngruops = [\"a\"]\n[polciy]\ncomponent = \"x\""));
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].0, Some(9));
        assert!(found[0].1.contains("`sync.gruops`") && found[0].1.contains("`groups`"), "{}", found[0].1);
        assert_eq!(found[1].0, Some(10));
        assert!(found[1].1.contains("`polciy`") && found[1].1.contains("`policy`"), "{}", found[1].1);
    }

    #[test]
    fn every_missing_value_is_told_at_once() {
        let found = problems("[okta]\ndomain = \"acme.okta.com\"\n");
        let missing: Vec<&str> = found.iter().map(|(_, message)| message.as_str()).collect();
        assert_eq!(missing.len(), 3, "{missing:?}");
        assert!(
            missing[0].contains("`okta.token`") && missing[2].contains("`identity_center.token`"),
            "{missing:?}"
        );
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        let found = problems(&GOOD.replace("ssm:okta_api_token", "00aSecretValue"));
        assert_eq!(found[0].0, Some(4));
        assert!(!found[0].1.contains("00aSecretValue"), "{}", found[0].1);
    }

    #[test]
    fn text_that_is_no_toml_is_told_with_its_line() {
        assert_eq!(problems("[okta]\ndomain = \n")[0].0, Some(2));
    }

    #[test]
    fn an_empty_list_of_groups_is_a_mistake_and_not_a_wish() {
        let found = problems(&format!("{GOOD}[sync]\ngroups = []"));
        assert!(found[0].1.contains("empty"), "{}", found[0].1);
    }

    #[test]
    fn the_policy_gets_its_configuration_as_json() {
        let text = format!(
            "{GOOD}[policy.config]\nprefix = \"aws-\"\nlevels = [1, 2.5, true]\nsince = 2026-01-02\n"
        );
        let configuration = Configuration::parse(&text).unwrap();
        assert_eq!(
            configuration.policies[0].config,
            serde_json::json!({ "prefix": "aws-", "levels": [1, 2.5, true], "since": "2026-01-02" })
        );
    }
}
