//! What can go wrong with a policy.

use std::fmt;

use usher_core::figures::grouped;

use crate::digest::Digest;
use crate::limits::MESSAGE_BYTES;
use crate::loaded::Description;
use crate::stop::Stop;
use crate::text;

/// How many problems of a configuration are told at once.
const PROBLEMS_TOLD: usize = 20;

/// Why there is no policy, or no decision. Texts are whole and safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// WebAssembly does not work on this machine.
    #[error("policies cannot run on this machine: {cause}")]
    Engine {
        /// What wasmtime or the system said.
        cause: String,
    },

    /// Its bytes are not those that were pinned.
    #[error(
        "the policy {name} is not the one that is pinned: its bytes have the digest {found}, and the configuration allows only {pinned}\n\
         hint: if you changed the plugin, test it and write the new digest into `policy.digest`; if you did not, somebody else \
         did: get the pinned file back"
    )]
    OtherBytes {
        /// Which plugin.
        name: PluginName,
        /// The digest of the bytes there are.
        found: Digest,
        /// The digest there should be.
        pinned: Digest,
    },

    /// The file is something else.
    #[error("the policy {name} is not a WebAssembly component: it {what}\nhint: {hint}")]
    NotAComponent {
        /// Which plugin.
        name: PluginName,
        /// What it is instead, to follow "it".
        what: String,
        /// What to do.
        hint: &'static str,
    },

    /// It says it is a component, and cannot be compiled.
    #[error(
        "the policy {name} cannot be compiled: {cause}\nhint: the file is damaged, or made for a newer usher; copy or build it again"
    )]
    Malformed {
        /// Which plugin.
        name: PluginName,
        /// What wasmtime said.
        cause: String,
    },

    /// It wants powers that no policy has.
    #[error(
        "the policy {name} imports {} that usher does not grant\nhint: {}",
        text::first_few(.imports),
        import_hint(.imports)
    )]
    Imports {
        /// Which plugin.
        name: PluginName,
        /// The names of all that is refused, sorted, escaped.
        imports: Vec<String>,
    },

    /// It is a component, but no policy.
    #[error(
        "the policy {name} does not export the interface usher:policy/policy{}\nhint: a policy is built for the world `plugin` of \
         usher:policy@0.1.0; a Rust one gets there by `usher_guest::export!`",
        it_exports(.exports)
    )]
    NotAPolicy {
        /// Which plugin.
        name: PluginName,
        /// What it exports instead, sorted, escaped.
        exports: Vec<String>,
    },

    /// It was built for another version of the contract.
    #[error(
        "the policy {name} is built for version {found} of usher:policy; this usher serves {served}\nhint: {}",
        version_hint(.found)
    )]
    OtherVersion {
        /// Which plugin.
        name: PluginName,
        /// The version it was built for, escaped.
        found: String,
        /// The version served.
        served: &'static str,
    },

    /// It exports the interface, but not as the contract has it.
    #[error(
        "the policy {name} does not keep to usher:policy@0.1.0: {cause}\nhint: build it again from the WIT of this usher, unchanged"
    )]
    Shape {
        /// Which plugin.
        name: PluginName,
        /// What wasmtime said.
        cause: String,
    },

    /// It refuses its configuration.
    #[error("{}", refusal(.name, .problems))]
    Config {
        /// Which plugin.
        name: PluginName,
        /// All that it said; may be empty.
        problems: Vec<ConfigProblem>,
    },

    /// It failed at work, or what it answered is no answer.
    #[error(transparent)]
    Stopped(#[from] Box<Stop>),
}

impl From<Stop> for PolicyError {
    fn from(stop: Stop) -> Self {
        Self::Stopped(Box::new(stop))
    }
}

/// What messages call a plugin: where it came from and, once it has said so, what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginName {
    source: String,
    described: Option<String>,
}

impl PluginName {
    pub(crate) fn new(source: &str) -> Self {
        Self { source: text::shown_name(source, MESSAGE_BYTES), described: None }
    }

    /// The same, with what the plugin says of itself (escaped).
    pub(crate) fn described(&self, description: &Description) -> Self {
        let described = format!("{} {}", description.name, description.version);
        let described = Some(described.trim().to_owned()).filter(|described| !described.is_empty());
        Self { source: self.source.clone(), described }
    }

    /// Where it came from: a path, or `builtin:…`.
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl fmt::Display for PluginName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.described {
            Some(described) => write!(f, "`{}` ({described})", self.source),
            None => write!(f, "`{}`", self.source),
        }
    }
}

/// Something a policy does not like about its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// JSON Pointer into the configuration; empty means the whole of it.
    pub pointer: String,
    /// What is wrong, on one line.
    pub message: String,
    /// Line and column, from 1, within a text value such as a rule.
    pub position: Option<(u32, u32)>,
}

impl ConfigProblem {
    /// The same, fit to be shown.
    pub(crate) fn shown(self, message_bytes: usize) -> Self {
        Self {
            pointer: text::shown_name(&self.pointer, MESSAGE_BYTES),
            message: text::shown(&text::on_one_line(&self.message), message_bytes),
            position: self.position,
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.pointer.is_empty() { "the whole" } else { &self.pointer })?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

fn refusal(name: &PluginName, problems: &[ConfigProblem]) -> String {
    let mut text = format!("the policy {name} refuses its configuration");
    if problems.is_empty() {
        text.push_str(" and does not say why\nhint: this is a bug in the plugin; tell its author");
        return text;
    }
    text.push(':');
    for problem in problems.iter().take(PROBLEMS_TOLD) {
        text.push_str(&format!("\n  {problem}"));
    }
    if problems.len() > PROBLEMS_TOLD {
        text.push_str(&format!("\n  and {} more", grouped((problems.len() - PROBLEMS_TOLD) as u64)));
    }
    text.push_str("\nhint: each place is a path within [policy.config]; numbers after it are line and column in that text");
    text
}

fn it_exports(exports: &[String]) -> String {
    if exports.is_empty() {
        "; it exports nothing".to_owned()
    } else {
        format!("; it exports {}", text::first_few(exports))
    }
}

fn import_hint(imports: &[String]) -> &'static str {
    if imports.iter().any(|import| import.starts_with("wasi:")) {
        "a policy can reach nothing but its log. Build a Rust one for wasm32-unknown-unknown and not for a wasi target, \
         a Python one with `--stub-wasi`, a JavaScript one with `--backend quickjs --backend-qjs-stub-wasi`"
    } else {
        "a policy may import the interface usher:policy/log and nothing else; all it needs comes with the question"
    }
}

fn version_hint(found: &str) -> &'static str {
    // The only one that came before is none; so whatever is not served is newer, or made up.
    if found.starts_with("0.0.") {
        "build it again with the WIT of this usher"
    } else {
        "take a newer usher, or build the plugin for the version that this one serves"
    }
}
