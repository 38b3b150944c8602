//! Why a plan is not written, and what would let it be.

use std::path::Path;

use usher_core::plan_hash::PlanHash;

use super::result::Refused;
use crate::escape::plain;
use crate::shell::quoted;
use crate::style::{BOLD, RED};

/// A command that would write.
pub(crate) struct WritingCommand<'a> {
    /// `sync` or `apply`.
    pub(crate) verb: &'static str,
    /// What it is given: groups, or the file of a plan.
    pub(crate) what: Vec<String>,
    pub(crate) config: &'a Path,
    pub(crate) plugin: Option<&'a str>,
    /// What must be run before, where the plan is kept nowhere yet.
    pub(crate) before: Option<String>,
    /// The time for which the plan was made, where it is not that of the run.
    pub(crate) now: Option<u64>,
    /// The journal of a run that is taken back, where it is not the configuration's.
    pub(crate) journal: Option<&'a Path>,
}

impl WritingCommand<'_> {
    /// The one command that allows this one plan.
    pub(crate) fn allowing(&self, hash: &PlanHash) -> String {
        let mut words = vec!["usher".to_owned(), self.verb.to_owned()];
        words.extend(self.what.iter().map(|word| quoted(word)));
        words.extend(flags(self.config, self.journal));
        if let Some(plugin) = self.plugin {
            words.extend(["--plugin".to_owned(), quoted(plugin)]);
        }
        if let Some(now) = self.now {
            words.extend(["--now".to_owned(), now.to_string()]);
        }
        words.extend(["--allow".to_owned(), hash.to_string()]);
        let command = words.join(" ");
        self.before.as_ref().map_or(command.clone(), |before| format!("{before}; {command}"))
    }
}

/// Where the configuration is, and the journal, where they are not what a command takes by itself.
pub(crate) fn flags(config: &Path, journal: Option<&Path>) -> Vec<String> {
    let mut words = Vec::new();
    let config = config.display().to_string();
    // The environment names another one to whoever names none.
    if config != "usher.toml" || std::env::var_os("USHER_CONFIG").is_some() {
        words.extend(["--config".to_owned(), quoted(&config)]);
    }
    if let Some(journal) = journal {
        words.extend(["--journal".to_owned(), quoted(&journal.display().to_string())]);
    }
    words
}

/// A refusal by a guard, for stderr.
pub(crate) fn refusal(refused: &Refused) -> String {
    let mut out = format!("{RED}refused{RED:#}: {}", plain(&refused.lines[0]));
    for line in &refused.lines[1..] {
        out.push_str(&format!("\n{}", plain(line)));
    }
    if let Some(command) = &refused.command {
        let command = plain(command);
        out.push_str(&format!(
            "\n{BOLD}hint{BOLD:#}: look at the plan; if this is what you want, allow this one plan: {command}"
        ));
    }
    out
}

/// That the plan is another one, for stderr. One that comes to nothing by now has most often been applied before.
pub(crate) fn moved(expected: &PlanHash, found: &PlanHash, is_empty: bool, again: &str) -> String {
    if is_empty {
        return format!(
            "{RED}error{RED:#}: nothing is left to do of the expected plan, {expected}\n\
             {BOLD}hint{BOLD:#}: it was applied already, or its reasons are gone: `usher journal show` tells what was written"
        );
    }
    format!(
        "{RED}error{RED:#}: the plan is no longer the expected one, {expected}, but {found}\n\
         {BOLD}hint{BOLD:#}: look at what moved; if it is right so, {again} again and apply that"
    )
}
