//! From what is written to rules that can be evaluated.

use std::sync::Arc;

use cel::Env;
use usher_guest::{Needs, Problem, Problems};

use crate::check;
use crate::configuration::{self, Configuration, Text};
use crate::functions;
use crate::names::Scope;
use crate::rules::{Expression, GroupOutcome, Rule, Rules};

/// Characters of one expression. The parser recurses, on a stack that is bounded; the longest rule that a person can still read is
/// far shorter.
const LENGTH_LIMIT: usize = 2_000;

/// Compiles everything, and adds what is wrong to `problems`. Rules that did not compile are left out, so the result is only good
/// when there are none.
pub(crate) fn compile(configuration: Configuration, now: u64, problems: &mut Problems) -> Rules {
    let Configuration { groups, users, account, otherwise_groups, otherwise_users } = configuration;
    let mut compiler = Compiler { env: functions::environment(), needs: Needs::default(), problems };
    compiler.needs.groups = !groups.is_empty() || otherwise_groups.is_some();
    compiler.needs.users = !users.is_empty() || !account.is_empty() || otherwise_users.is_some();

    let groups = groups.into_iter().filter_map(|rule| {
        let name = rule.name.clone();
        compiler.rule(Scope::Group, rule, |compiler, outcome| {
            Some(match outcome {
                configuration::GroupOutcome::Sync(text) => {
                    GroupOutcome::Sync(compiler.expression(Scope::Group, &part(&name, "sync"), text)?)
                }
                configuration::GroupOutcome::Skip => GroupOutcome::Skip,
                configuration::GroupOutcome::Hold => GroupOutcome::Hold,
            })
        })
    });
    let groups = groups.collect();
    let users =
        users.into_iter().filter_map(|rule| compiler.rule(Scope::User, rule, |_, outcome| Some(outcome)));
    let users = users.collect();
    let account = account.into_iter().filter_map(|(field, text)| {
        Some((field, compiler.expression(Scope::User, &format!("account field `{}`", field.name), text)?))
    });
    let account = account.collect();
    let Compiler { env, needs, .. } = compiler;
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    Rules { env: Arc::new(env), now, needs, groups, users, account, otherwise_groups, otherwise_users }
}

fn part(rule: &str, key: &str) -> String {
    format!("rule `{rule}`, `{key}`")
}

struct Compiler<'a> {
    env: Env,
    needs: Needs,
    problems: &'a mut Problems,
}

impl Compiler<'_> {
    fn rule<Written, Compiled>(
        &mut self,
        scope: Scope,
        rule: configuration::Rule<Written>,
        outcome: impl FnOnce(&mut Self, Written) -> Option<Compiled>,
    ) -> Option<Rule<Compiled>> {
        let configuration::Rule { name, when, outcome: written, message } = rule;
        // All three, before one that failed ends it: every mistake is told at once.
        let when = self.expression(scope, &part(&name, "when"), when);
        let outcome = outcome(self, written);
        let message = message.map(|message| self.expression(scope, &part(&name, "message"), message));
        let message = match message {
            Some(message) => Some(message?),
            None => None,
        };
        Some(Rule { name, when: when?, outcome: outcome?, message })
    }

    /// `label` begins every message: which rule, and which part of it.
    fn expression(&mut self, scope: Scope, label: &str, text: Text) -> Option<Expression> {
        let Text { pointer, text } = text;
        let length = text.chars().count();
        if length > LENGTH_LIMIT {
            let message = format!(
                "{label}: the expression has {length} characters, {LENGTH_LIMIT} are allowed; make it several rules"
            );
            self.problems.push(Problem::at(pointer, message));
            return None;
        }
        let (tree, source) = match self.env.parser().parse_with_source_info(&text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                // What follows the first is most often its echo.
                let first = errors.errors.first();
                let message = first.map_or_else(|| "cannot be read".to_owned(), |error| plain(&error.msg));
                let (line, column) = first.map_or((1, 1), |error| error.pos);
                let at = |number: isize| u32::try_from(number).unwrap_or(1).max(1);
                let problem = Problem::at(pointer, format!("{label}: {message}"));
                self.problems.push(problem.position(at(line), at(column)));
                return None;
            }
        };
        let is_type = |name: &str| self.env.types().find_type(name).is_some();
        let faults = check::check(&tree, scope, &is_type, &mut self.needs);
        for fault in &faults {
            let problem = Problem::at(&pointer, format!("{label}: {}", fault.message));
            let problem = match source.offset_for(fault.node) {
                Some((start, _)) => {
                    let (line, column) = position(&text, start);
                    problem.position(line, column)
                }
                None => problem,
            };
            self.problems.push(problem);
        }
        faults.is_empty().then_some(Expression { tree, text })
    }
}

/// The parser's words, without its list of everything that could have stood there.
fn plain(message: &str) -> String {
    if message.contains("Recursion limit") {
        return "the expression is nested too deep; make it several rules".to_owned();
    }
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let message = message.split(" expecting ").next().unwrap_or(message);
    message.replace("'<EOF>'", "the end").trim().to_owned()
}

/// Line and column, from 1 and in characters, of a place that the parser gives in bytes.
fn position(text: &str, offset: u32) -> (u32, u32) {
    let (mut line, mut column) = (1, 1);
    for (_, character) in text.char_indices().take_while(|(index, _)| *index < offset as usize) {
        if character == '\n' {
            (line, column) = (line + 1, 1);
        } else {
            column += 1;
        }
    }
    (line, column)
}
