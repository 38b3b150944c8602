//! `[policy]`, or several `[[policy]]` in a row: which component decides, pinned to which bytes, within which limits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use usher_policy::{Digest, Limits};
use usher_registry::{RegistryReference, SCHEME, Signer};

use super::reader::Reader;
use super::{Problem, signers};

/// The policy of a file that names none.
pub(crate) const DEFAULT_COMPONENT: &str = "builtin:rules";

/// Longest name of a policy: it stands before every rule in the reports of a row.
const NAME_BYTES: usize = 32;

/// One policy of the row.
#[derive(Clone, Debug)]
pub(crate) struct PolicySection {
    /// What reports call it.
    pub(crate) name: String,
    /// A path, `builtin:NAME` or `oci://…`, as it stands in the file.
    pub(crate) component: String,
    /// Whether the file names it; otherwise the command line does.
    pub(crate) is_in_file: bool,
    /// The only bytes that are let in, if there is a choice no more.
    pub(crate) digest: Option<Digest>,
    /// Those of whom one must have signed it; none asks for no signature.
    pub(crate) signers: Vec<Signer>,
    /// Handed to the policy.
    pub(crate) config: serde_json::Value,
    /// Keys and indices from the top of the file to that configuration.
    pub(crate) config_place: Vec<String>,
    /// The file in which it stands, when that is another than --config names.
    pub(crate) config_file: Option<PathBuf>,
    /// What it may use.
    pub(crate) limits: LimitSettings,
}

/// `[policy.limits]`: what stands there; the rest is as by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LimitSettings {
    fuel_per_item: Option<u64>,
    configure_fuel: Option<u64>,
    memory_mib: Option<u64>,
    timeout_seconds: Option<u64>,
    answer_mib: Option<u64>,
    log_lines: Option<u64>,
    log_kib: Option<u64>,
}

impl LimitSettings {
    /// The limits that they come to.
    pub(crate) fn limits(self) -> Limits {
        let default = Limits::default();
        Limits {
            fuel_per_item: self.fuel_per_item.unwrap_or(default.fuel_per_item),
            configure_fuel: self.configure_fuel.unwrap_or(default.configure_fuel),
            memory: self.memory_mib.map_or(default.memory, bytes),
            wall_clock: self.timeout_seconds.map_or(default.wall_clock, Duration::from_secs),
            answer: self.answer_mib.map_or(default.answer, bytes),
            log_lines: self.log_lines.map_or(default.log_lines, count),
            log_bytes: self.log_kib.map_or(default.log_bytes, |kib| count(kib.saturating_mul(1 << 10))),
            ..default
        }
    }
}

/// Bytes of so many MiB.
pub(crate) fn bytes(mib: u64) -> usize {
    count(mib.saturating_mul(1 << 20))
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl PolicySection {
    /// The same place in the row for another component, which nobody pinned.
    pub(crate) fn with_component(&self, component: &str) -> Self {
        Self { name: name_of(component), ..self.replaced_by(component) }
    }

    /// The same place in the row, under the same name, for a component that the command line names. The one that stands there
    /// stays what it is, pinned and all.
    pub(crate) fn replaced_by(&self, component: &str) -> Self {
        if component == self.component {
            return self.clone();
        }
        Self { component: component.to_owned(), is_in_file: false, digest: None, ..self.clone() }
    }
}

/// Reads the row, which has one policy at least.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<PolicySection> {
    let row: Vec<PolicySection> = match reader.length("policy") {
        None => vec![section(reader, "policy", &["policy"])],
        Some(length) => (0..length)
            .map(|at| section(reader, &format!("policy[{at}]"), &["policy", &at.to_string()]))
            .collect(),
    };
    let mut names = BTreeSet::new();
    for (at, policy) in row.iter().enumerate() {
        if !names.insert(policy.name.as_str()) {
            let message = format!(
                "is called `{}` as one before it, and reports could not say which one decided; give it another `name`",
                policy.name
            );
            reader.complain_of_item("policy", at, &message);
        }
    }
    row
}

fn section(reader: &mut Reader<'_>, path: &str, place: &[&str]) -> PolicySection {
    reader.only_keys(path, &["name", "component", "digest", "signers", "config", "limits"]);
    let component = reader.optional_text(path, "component").unwrap_or(DEFAULT_COMPONENT.to_owned());
    if let Err(problem) = check(&component) {
        reader.complain(path, "component", &problem);
    }
    let name = reader.optional(path, "name", parse_name).unwrap_or_else(|| name_of(&component));
    let digest = reader.optional(path, "digest", str::parse::<Digest>);
    let signers = signers::read(reader, path, &component);
    let config = reader.json(path, "config");
    let config_place = place.iter().chain(&["config"]).map(|&part| part.to_owned()).collect();
    let limits = limits(reader, path);
    let (is_in_file, config_file) = (true, None);
    PolicySection { name, component, is_in_file, digest, signers, config, config_place, config_file, limits }
}

/// What the only policy of a configuration, or the one at a place in its row, may use. The rest of the file is not looked at.
///
/// # Errors
/// All problems of these limits.
pub(crate) fn limits_in(text: &str, at: Option<usize>) -> Result<Limits, Vec<Problem>> {
    let mut reader = Reader::new(text)?;
    let path = at.map_or("policy".to_owned(), |at| format!("policy[{at}]"));
    let settings = limits(&mut reader, &path);
    let problems = reader.into_problems();
    if problems.is_empty() { Ok(settings.limits()) } else { Err(problems) }
}

fn limits(reader: &mut Reader<'_>, path: &str) -> LimitSettings {
    reader.only_tables(path, &["limits"]);
    let path = &format!("{path}.limits");
    let known = [
        "fuel_per_item",
        "configure_fuel",
        "memory_mib",
        "timeout_seconds",
        "answer_mib",
        "log_lines",
        "log_kib",
    ];
    reader.only_keys(path, &known);
    LimitSettings {
        fuel_per_item: reader.whole_number(path, "fuel_per_item", 1, i64::MAX),
        configure_fuel: reader.whole_number(path, "configure_fuel", 1, i64::MAX),
        memory_mib: reader.whole_number(path, "memory_mib", 1, 4096),
        timeout_seconds: reader.whole_number(path, "timeout_seconds", 1, 3600),
        answer_mib: reader.whole_number(path, "answer_mib", 1, 1024),
        log_lines: reader.whole_number(path, "log_lines", 0, 1_000_000),
        log_kib: reader.whole_number(path, "log_kib", 0, 65_536),
    }
}

/// A reference to a registry must be one; whether there is something is found out when it is fetched.
fn check(component: &str) -> Result<(), String> {
    if !component.starts_with(SCHEME) {
        return Ok(());
    }
    let told = |error: usher_registry::RegistryError| {
        error.to_string().lines().next().unwrap_or_default().to_owned()
    };
    component.parse::<RegistryReference>().map(drop).map_err(told)
}

fn parse_name(text: &str) -> Result<String, String> {
    if (1..=NAME_BYTES).contains(&text.len()) && text.chars().all(is_name_character) {
        Ok(text.to_owned())
    } else {
        Err(format!("must be 1 to {NAME_BYTES} letters, digits, `.`, `_` or `-`"))
    }
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// What a policy without a name is called: `rules` for `builtin:rules`, `acme` for `policies/acme.wasm`, `teams` for
/// `oci://ghcr.io/acme/teams:1`.
fn name_of(component: &str) -> String {
    let reference = component.parse::<RegistryReference>().ok();
    let repository = reference.as_ref().and_then(|reference| reference.repository().rsplit('/').next());
    let last = match component.strip_prefix("builtin:").or(repository) {
        Some(name) => name,
        None => Path::new(component).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default(),
    };
    let name: String =
        last.chars().map(|c| if is_name_character(c) { c } else { '-' }).take(NAME_BYTES).collect();
    if name.is_empty() { "policy".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::tests::{GOOD, problems};
    use crate::configuration::{Configuration, ConfigurationError};

    fn row(text: &str) -> Vec<PolicySection> {
        Configuration::parse(&format!("{GOOD}{text}"))
            .map_err(|problems| ConfigurationError::Invalid { path: String::new(), problems }.to_string())
            .unwrap()
            .policies
    }

    #[test]
    fn a_row_keeps_its_order_and_each_its_own_configuration() {
        let row = row("[[policy]]\nname = \"company\"\n[policy.config]\nprefix = \"aws-\"\n\
             [[policy]]\ncomponent = \"policies/our local.wasm\"\n[policy.config]\nsites = [\"Bern\"]\n[policy.limits]\nmemory_mib = 64\n");
        let names: Vec<_> = row.iter().map(|policy| (&*policy.name, &*policy.component)).collect();
        assert_eq!(names, [("company", "builtin:rules"), ("our-local", "policies/our local.wasm")]);
        assert_eq!(row[0].config, serde_json::json!({ "prefix": "aws-" }));
        assert_eq!(row[1].config, serde_json::json!({ "sites": ["Bern"] }));
        assert_eq!(row[0].limits.limits(), Limits::default());
        assert_eq!(row[1].limits.limits(), Limits { memory: 64 << 20, ..Limits::default() });
    }

    #[test]
    fn every_limit_can_be_set() {
        let row = row(
            "[policy.limits]\nfuel_per_item = 1_000\nconfigure_fuel = 2_000\nmemory_mib = 3\ntimeout_seconds = 4\nanswer_mib = 5\n\
             log_lines = 6\nlog_kib = 7\n",
        );
        let expected = Limits {
            fuel_per_item: 1_000,
            configure_fuel: 2_000,
            memory: 3 << 20,
            wall_clock: Duration::from_secs(4),
            answer: 5 << 20,
            log_lines: 6,
            log_bytes: 7 << 10,
            ..Limits::default()
        };
        assert_eq!(row[0].limits.limits(), expected);
    }

    #[test]
    fn every_mistake_of_a_row_is_told_with_its_line() {
        let found = problems(&format!(
            "{GOOD}[[policy]]\n[[policy]]\ndigest = \"sha256:12\"\nnaem = \"x\"\n[policy.limits]\nmemory_mib = 0\nfuel = 3\n\
             [[policy]]\nname = \"a b\"\nlimits = 3\n"
        ));
        let found: Vec<(usize, &str)> =
            found.iter().map(|(line, message)| (line.unwrap(), message.as_str())).collect();
        assert_eq!(
            found,
            [
                (
                    9,
                    "`policy[1]`: is called `rules` as one before it, and reports could not say which one decided; give it \
                     another `name`"
                ),
                (10, "`policy[1].digest`: is no digest; one is written sha256: and 64 hexadecimal digits"),
                (11, "unknown key `policy[1].naem`; did you mean `name`?"),
                (13, "`policy[1].limits.memory_mib`: must be a whole number from 1 to 4096"),
                (14, "unknown key `policy[1].limits.fuel`; did you mean `fuel_per_item`?"),
                (
                    15,
                    "`policy[2]`: is called `rules` as one before it, and reports could not say which one decided; give it \
                      another `name`"
                ),
                (16, "`policy[2].name`: must be 1 to 32 letters, digits, `.`, `_` or `-`"),
                (17, "`policy[2].limits` must be a table"),
            ]
        );
    }

    #[test]
    fn one_policy_beside_several_is_told_how_several_are_written() {
        let wanted = "`policy` is there already; for several policies write `[[policy]]` for each";
        for (text, line) in [
            ("[policy]\n[[policy]]\n", 9),
            ("[[policy]]\n[ policy ] # the second\n", 9),
            ("[policy]\nname = \"a\"\n[policy]\n", 10),
            ("[policy.config]\n[[policy]]\n", 9),
        ] {
            assert_eq!(problems(&format!("{GOOD}{text}")), [(Some(line), wanted.to_owned())], "{text}");
        }
        assert_eq!(problems(&format!("{GOOD}[policy]\nname = \"a\"\nname = \"b\"\n"))[0].1, "duplicate key");
    }

    #[test]
    fn a_row_of_none_is_no_row() {
        for text in ["policy = []\n", "policy = 3\n", "policy = [3]\n"] {
            let found = problems(&format!("{text}{GOOD}"));
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].0, Some(1));
            assert!(found[0].1.contains("`[[policy]]`"), "{}", found[0].1);
        }
    }

    #[test]
    fn a_policy_without_a_name_is_called_by_its_file() {
        let names = ["builtin:rules", "a/b.wasm", "./x y.z.wasm", "/", "é", "oci://ghcr.io/acme/teams:1.2"]
            .map(name_of);
        assert_eq!(names, ["rules", "b", "x-y.z", "policy", "-", "teams"]);
    }
}
