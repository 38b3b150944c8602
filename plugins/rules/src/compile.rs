//! From what is written to rules that can be evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use cel::common::ast::SourceInfo;
use cel::{Context, Env, IdedExpr};
use usher_guest::{Needs, Problem, Problems};

use crate::account::Field;
use crate::check::{self, Fault, Reads};
use crate::configuration::{
    self, Configuration, GroupOtherwise, Memberships, PersonOutcome, Table, Text, UserOutcome,
};
use crate::constants;
use crate::functions;
use crate::given_groups::GivenGroups;
use crate::group_literals;
use crate::guards::{Facts, facts};
use crate::kinds;
use crate::named::{self, ELSEWHERE, NamedExpressions};
use crate::names::{Scope, Written};
use crate::place::{Place, Purpose, position};
use crate::rules::{self, Expression, GroupOutcome, Message, Rule, Rules, Spoken};
use crate::syntax;
use crate::tree;
use crate::variables;
use crate::warnings::{PlaceOf, Warnings};

/// Characters of one expression. The parser recurses, on a stack that is bounded; the longest rule that a person can still read is
/// far shorter.
const LENGTH_LIMIT: usize = 2_000;

/// Compiles everything, and adds what is wrong to `problems` and what is odd to `warnings`. Rules that did not compile are left
/// out, so the result is only good when there are no problems.
pub(crate) fn compile(
    configuration: Configuration,
    now: u64,
    problems: &mut Problems,
    warnings: &mut Warnings,
) -> Rules {
    let Configuration { groups, users, tables, expressions, account, otherwise_groups, otherwise_users } =
        configuration;
    let env = Arc::new(functions::environment());
    let common = variables::common(Arc::clone(&env), now, &tables);
    let mut compiler = Compiler {
        env,
        common: &common,
        written: written(&tables),
        named: NamedExpressions::default(),
        given: GivenGroups::default(),
        needs: Needs::default(),
        problems,
        warnings,
    };
    compiler.needs.groups = !groups.is_empty() || otherwise_groups.is_some();
    let as_they_are = otherwise_groups == Some(GroupOtherwise::Sync);
    compiler.given = GivenGroups::new(compiler.needs.groups, as_they_are);
    compiler.needs.users = !users.is_empty() || !account.is_empty() || otherwise_users.is_some();
    compiler.named(expressions);
    let groups = compiler.groups(groups);
    let (users, whoever_comes) = compiler.users(users, otherwise_users);
    let account = account.into_iter().filter_map(|(field, text)| {
        let place = Place::field(field, &text.pointer);
        Some((field, compiler.expression(Scope::User, &place, text, &whoever_comes)?))
    });
    let account: Vec<_> = account.collect();
    let Compiler { needs, .. } = compiler;
    let spoken = spoken(&users, &account);
    Rules { common, needs, spoken, groups, users, account, otherwise_groups, otherwise_users }
}

fn spoken(users: &[Rule<rules::PersonOutcome>], account: &[(&Field, Expression)]) -> Spoken {
    let speaks_of = |name: &str| {
        let of = |expression: &Expression| tree::mentions(&expression.tree, name);
        let in_rule = |rule: &Rule<rules::PersonOutcome>| {
            let in_message = matches!(&rule.message, Message::Computed(message) if of(message));
            in_message || of(&rule.when) || rule.outcome.memberships.each().any(|(_, groups)| of(groups))
        };
        users.iter().any(in_rule) || account.iter().any(|(_, expression)| of(expression))
    };
    Spoken {
        id: speaks_of("id"),
        status: speaks_of("status"),
        groups: speaks_of("groups"),
        draft: speaks_of("draft"),
    }
}

fn written(tables: &[Table]) -> Written {
    let keys = |table: &Table| table.rows.iter().map(|(key, _)| key.clone()).collect();
    Written {
        tables: tables.iter().map(|table| (table.name.clone(), keys(table))).collect(),
        ..Written::default()
    }
}

struct Compiler<'a> {
    env: Arc<Env>,
    /// What is the same for every item.
    common: &'a Context<'static, 'static>,
    written: Written,
    named: NamedExpressions,
    /// What the rules so far can give.
    given: GivenGroups,
    needs: Needs,
    problems: &'a mut Problems,
    warnings: &'a mut Warnings,
}

impl Compiler<'_> {
    /// Makes the named expressions ready, each after those it uses.
    fn named(&mut self, expressions: Vec<(String, Text)>) {
        self.written.expressions = expressions.iter().map(|(name, _)| (name.clone(), None)).collect();
        let mut checked = BTreeMap::new();
        for (name, text) in expressions {
            let place = Place::named(&name, &text.pointer);
            if let Some((tree, reads, source)) = self.checked(Scope::Named, &place, &text) {
                checked.insert(name, (place, tree, reads, text.text, source));
            }
        }
        let uses = checked.iter().map(|(name, (_, _, reads, ..))| {
            (name.clone(), reads.expressions.iter().cloned().collect::<Vec<_>>())
        });
        let (order, circles) = named::in_order(&uses.collect());
        for circle in &circles {
            let way = circle.iter().chain(circle.first()).map(|name| format!("`{name}`")).collect::<Vec<_>>();
            let message = format!("goes round in a circle: {}", way.join(" needs "));
            if let Some((place, ..)) = circle.first().and_then(|name| checked.get(name)) {
                self.problems.push(place.problem(&message));
            }
        }
        if !circles.is_empty() {
            return;
        }
        for name in order {
            let Some((place, tree, reads, text, source)) = checked.remove(&name) else { continue };
            if let Err(message) = self.named.add(name.clone(), tree, reads) {
                self.problems.push(place.problem(&message));
                continue;
            }
            let Some(named::Named { tree, reads, .. }) = self.named.get(&name) else { continue };
            let found = useless(self.common, &place, tree, &|node| place_of(&text, &source, node));
            if !found.is_empty() {
                self.problems.extend(found);
                self.named.remove(&name);
                continue;
            }
            let scope = match (reads.group, reads.person) {
                (true, true) => {
                    let message = "reads a group and a person, but every rule is about one of them";
                    self.problems.push(place.problem(message));
                    continue;
                }
                (true, false) => Some(Scope::Group),
                (false, true) => Some(Scope::User),
                (false, false) => None,
            };
            self.written.expressions.insert(name, scope);
        }
    }

    fn groups(
        &mut self,
        written: Vec<configuration::Rule<configuration::GroupOutcome>>,
    ) -> Vec<Rule<GroupOutcome>> {
        // What is there when the rule is asked: no rule before it has decided.
        let mut known = Facts::new();
        let mut rules = Vec::new();
        for rule in written {
            let outcome = rule.outcome;
            let rule = Parts { name: rule.name, when: rule.when, message: rule.message, scope: Scope::Group };
            let Some((rule, ())) = self.rule(rule, &known, |compiler, name, known| {
                let outcome = match outcome {
                    configuration::GroupOutcome::Sync(text) => {
                        let place = Place::rule(name, "sync", &text.pointer);
                        GroupOutcome::Sync(compiler.expression(Scope::Group, &place, text, known)?)
                    }
                    configuration::GroupOutcome::Skip => GroupOutcome::Skip,
                    configuration::GroupOutcome::Hold => GroupOutcome::Hold,
                };
                Some((outcome, ()))
            }) else {
                continue;
            };
            known.extend(facts(&rule.when.tree, false));
            rules.push(rule);
        }
        rules
    }

    /// The rules, and what is there of everybody who comes along.
    fn users(
        &mut self,
        written: Vec<configuration::Rule<PersonOutcome>>,
        otherwise: Option<UserOutcome>,
    ) -> (Vec<Rule<rules::PersonOutcome>>, Facts) {
        let mut known = Facts::new();
        let mut ways: Vec<Facts> = Vec::new();
        let mut rules = Vec::new();
        for rule in written {
            let PersonOutcome { verdict, memberships } = rule.outcome;
            let rule = Parts { name: rule.name, when: rule.when, message: rule.message, scope: Scope::User };
            let Some((rule, applies)) = self.rule(rule, &known, |compiler, name, known| {
                let memberships = compiler.memberships(name, memberships, known)?;
                Some((rules::PersonOutcome { verdict, memberships }, known.clone()))
            }) else {
                continue;
            };
            if verdict == Some(UserOutcome::Keep) {
                ways.push(applies);
            }
            if verdict.is_some() {
                known.extend(facts(&rule.when.tree, false));
            }
            rules.push(rule);
        }
        if matches!(otherwise, None | Some(UserOutcome::Keep)) {
            ways.push(known);
        }
        let known = ways.into_iter().reduce(|one, other| &one & &other).unwrap_or_default();
        (rules, known)
    }

    fn memberships(
        &mut self,
        name: &str,
        written: Memberships<Text>,
        known: &Facts,
    ) -> Option<Memberships<Expression>> {
        let mut compile = |key: &str, text: Option<Text>| {
            let text = text?;
            let place = Place::rule(name, key, &text.pointer);
            Some(self.expression(Scope::User, &place, text, known))
        };
        // All three, before one that failed ends it.
        let groups = compile("groups", written.groups);
        let add = compile("add_groups", written.add);
        let remove = compile("remove_groups", written.remove);
        Some(Memberships { groups: there(groups)?, add: there(add)?, remove: there(remove)? })
    }

    fn rule<Compiled, More>(
        &mut self,
        rule: Parts,
        known: &Facts,
        outcome: impl FnOnce(&mut Self, &str, &Facts) -> Option<(Compiled, More)>,
    ) -> Option<(Rule<Compiled>, More)> {
        let Parts { name, when, message, scope } = rule;
        // All three, before one that failed ends it: every mistake is told at once.
        let place = Place::rule(&name, "when", &when.pointer);
        let when = self.expression(scope, &place, when, known);
        let applies = match &when {
            Some(when) => known | &facts(&when.tree, true),
            None => known.clone(),
        };
        let outcome = outcome(self, &name, &applies);
        let message = message.map(|message| {
            let place = Place::rule(&name, "message", &message.pointer);
            self.expression(scope, &place, message, &applies)
        });
        let message = there(message)?;
        let (outcome, more) = outcome?;
        let when = when?;
        let message = match message {
            Some(message) => Message::Computed(message),
            None => Message::Condition(condition(&when.text)),
        };
        Some((Rule { name, when, outcome, message }, more))
    }

    /// `known` is there whenever the expression is asked.
    fn expression(&mut self, scope: Scope, place: &Place, text: Text, known: &Facts) -> Option<Expression> {
        let (tree, mut reads, source) = self.checked(scope, place, &text)?;
        let tree = match self.named.put_in(tree) {
            Ok(tree) => tree,
            Err(message) => {
                self.problems.push(place.problem(&message));
                return None;
            }
        };
        let found = useless(self.common, place, &tree, &|node| place_of(&text.text, &source, node));
        if !found.is_empty() {
            self.problems.extend(found);
            return None;
        }
        for name in std::mem::take(&mut reads.expressions) {
            self.named.extend(&mut reads, &name);
        }
        self.needs.group_attributes.extend(reads.group_attributes);
        self.needs.user_attributes.extend(reads.user_attributes.into_iter().map(|(_, name)| name));
        let place_of: PlaceOf = &|node| place_of(&text.text, &source, node);
        self.warnings.unguarded(place, &tree, known, scope, place_of);
        match (scope, place.purpose) {
            (Scope::Group, Purpose::Groups) => self.given.add_of_groups(&tree, self.common),
            (Scope::User, Purpose::Groups) => self.given.add_of_people(&tree, self.common),
            _ => {}
        }
        if scope == Scope::User {
            let strays = self.given.strays(&tree, place.purpose, self.common);
            self.warnings.strays(place, &strays, place_of);
        }
        Some(Expression { tree, text: text.text })
    }

    /// Parses and checks one expression; every mistake in it becomes a problem that begins with its place.
    fn checked(&mut self, scope: Scope, place: &Place, text: &Text) -> Option<(IdedExpr, Reads, SourceInfo)> {
        let text = &text.text;
        let length = text.chars().count();
        if length > LENGTH_LIMIT {
            let message = format!(
                "the expression has {length} characters, {LENGTH_LIMIT} are allowed; make it several rules"
            );
            self.problems.push(place.problem(&message));
            return None;
        }
        let (tree, source) = match self.env.parser().parse_with_source_info(text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                // What follows the first is most often its echo.
                let first = errors.errors.first();
                let message =
                    first.map_or_else(|| "cannot be read".to_owned(), |error| syntax::plain(&error.msg));
                let (line, column) = first.map_or((1, 1), |error| error.pos);
                let at = |number: isize| u32::try_from(number).unwrap_or(1).max(1);
                self.problems.push(place.problem(&message).position(at(line), at(column)));
                return None;
            }
        };
        let is_type = |name: &str| self.env.types().find_type(name).is_some();
        let (reads, mut faults) = check::check(&tree, scope, &self.written, &is_type);
        faults.extend(kinds::kind(&tree).1);
        self.problems
            .extend(faults.iter().map(|fault| told(place, fault, &|node| place_of(text, &source, node))));
        self.warnings.near_names(place, &reads, &|node| place_of(text, &source, node));
        faults.is_empty().then_some((tree, reads, source))
    }
}

/// What every rule has.
struct Parts {
    name: String,
    when: Text,
    message: Option<Text>,
    scope: Scope,
}

/// What is told of a rule that has no message of its own.
fn condition(when: &str) -> String {
    match when.split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
        // A rule for all that is left: its name says as much.
        "true" => String::new(),
        condition => format!("because {condition}"),
    }
}

/// A fault with its place.
fn told(place: &Place, Fault { node, message }: &Fault, place_of: PlaceOf) -> Problem {
    let problem = place.problem(message);
    match place_of(*node) {
        Some((line, column)) => problem.position(line, column),
        None => problem,
    }
}

/// What is wrong with the value of an expression, whoever the item is. What was put in was looked at for itself.
fn useless(common: &Context, place: &Place, tree: &IdedExpr, place_of: PlaceOf) -> Vec<Problem> {
    let (kind, mut faults) = kinds::kind(tree);
    faults.extend(constants::faults(tree, common));
    let mut found: Vec<_> = faults
        .iter()
        .filter(|fault| fault.node != ELSEWHERE)
        .map(|fault| told(place, fault, place_of))
        .collect();
    match kind.and_then(|kind| place.purpose.problem(kind)) {
        Some(message) => found.push(place.problem(&message)),
        None => found.extend(
            group_literals::faults(tree, place.purpose).iter().map(|fault| told(place, fault, place_of)),
        ),
    }
    found
}

/// Nothing written is right; something written that did not compile is not.
fn there<T>(compiled: Option<Option<T>>) -> Option<Option<T>> {
    match compiled {
        Some(compiled) => compiled.map(Some),
        None => Some(None),
    }
}

/// Line and column of a node, if it stands in this text.
fn place_of(text: &str, source: &SourceInfo, node: u64) -> Option<(u32, u32)> {
    source.offset_for(node).map(|(start, _)| position(text, start))
}
