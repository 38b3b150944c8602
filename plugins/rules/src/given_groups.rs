//! Which groups the rules can give, as far as that is known before anybody is read, and which keys are asked for that none of them has.
//!
//! A slip in a key that takes somebody out of a group leaves that person in it, and nobody would notice.

use cel::common::ast::{EntryExpr, Expr, operators};
use cel::{Context, IdedExpr, Value};
use usher_guest::near;

use crate::check::path;
use crate::group_literals::{branches, joined, parts, text};
use crate::place::Purpose;
use crate::tree;

/// How every id of a group in Okta begins (reference okta.md §3.2).
const OKTA_GROUP_ID: &str = "00g";

/// How deep a part is at most that is computed beforehand.
const DEPTH: usize = 30;

/// Texts that are put together of others, at most; beyond that nothing is said of them.
const COMBINATIONS: usize = 200;

/// Keys that are told where another was asked for.
const TOLD: usize = 8;

/// A text as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exact(String),
    /// How it begins and ends.
    Between(String, String),
}

impl Pattern {
    fn any() -> Self {
        Self::Between(String::new(), String::new())
    }

    fn may_be(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == text,
            Self::Between(first, last) => {
                text.len() >= first.len() + last.len() && text.starts_with(first) && text.ends_with(last)
            }
        }
    }

    fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(exact) => Some(exact),
            Self::Between(..) => None,
        }
    }

    fn followed_by(&self, next: &Self) -> Self {
        match (self, next) {
            (Self::Exact(one), Self::Exact(other)) => Self::Exact(format!("{one}{other}")),
            (Self::Exact(one), Self::Between(first, last)) => {
                Self::Between(format!("{one}{first}"), last.clone())
            }
            (Self::Between(first, last), Self::Exact(other)) => {
                Self::Between(first.clone(), format!("{last}{other}"))
            }
            (Self::Between(first, _), Self::Between(_, last)) => Self::Between(first.clone(), last.clone()),
        }
    }
}

/// A group that a rule can give.
#[derive(Clone, Debug)]
struct Given {
    key: Option<Pattern>,
    name: Pattern,
}

/// The groups that the rules so far can give.
#[derive(Debug, Default)]
pub(crate) struct GivenGroups {
    /// Whether this policy decides about groups: otherwise the keys are another's, or Okta's ids.
    is_known: bool,
    /// Whether a group can come along under its own name, without a rule that names it.
    as_they_are: bool,
    of_groups: Vec<Given>,
    of_people: Vec<Given>,
}

/// A key that no group can have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stray {
    /// The node that names it.
    pub(crate) node: u64,
    pub(crate) message: String,
}

impl GivenGroups {
    pub(crate) fn new(decides_groups: bool, as_they_are: bool) -> Self {
        Self { is_known: decides_groups, as_they_are, ..Self::default() }
    }

    /// Adds what the `sync` of a rule for groups gives.
    pub(crate) fn add_of_groups(&mut self, tree: &IdedExpr, common: &Context) {
        groups(tree, common, &mut self.of_groups);
    }

    /// Adds what the `groups` or `add_groups` of a rule for people gives.
    pub(crate) fn add_of_people(&mut self, tree: &IdedExpr, common: &Context) {
        groups(tree, common, &mut self.of_people);
    }

    /// The keys that an expression of a rule for people names and no group can have: those that it removes, and those that it looks for
    /// in `user.groups`.
    pub(crate) fn strays(&self, tree: &IdedExpr, purpose: Purpose, common: &Context) -> Vec<Stray> {
        let mut strays = Vec::new();
        if !self.is_known {
            return strays;
        }
        if purpose == Purpose::Keys {
            for (node, key) in texts(tree, common) {
                strays.extend(self.stray(node, &key, true));
            }
        }
        let mut asked = Vec::new();
        asked_for(tree, &mut Vec::new(), common, &mut asked);
        for (node, key) in asked {
            strays.extend(self.stray(node, &key, false));
        }
        strays
    }

    fn stray(&self, node: u64, key: &Pattern, removes: bool) -> Option<Stray> {
        let key = key.exact()?;
        let has_ids = self.as_they_are || self.of_groups.iter().any(|given| given.key.is_none());
        if has_ids && key.starts_with(OKTA_GROUP_ID) {
            return None;
        }
        // A group of a rule for people is in nobody's `user.groups`; one without a key is removed by its name.
        let of_people =
            self.of_people.iter().filter(|_| removes).map(|given| given.key.as_ref().unwrap_or(&given.name));
        let known: Vec<_> =
            self.of_groups.iter().filter_map(|given| given.key.as_ref()).chain(of_people).collect();
        if known.iter().any(|known| known.may_be(key)) {
            return None;
        }
        let exact: Vec<&str> = known.iter().filter_map(|known| known.exact()).collect();
        let of_that_name = self.of_groups.iter().find(|given| given.name.exact() == Some(key));
        let key_of_that_name = of_that_name.and_then(|given| given.key.as_ref()?.exact());
        let hint = match (key_of_that_name, near::near(key, exact.iter().copied())) {
            (Some(own), _) => format!("the group of that name has the key `{own}`."),
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) if has_ids => {
                "a group that has no `key` is known by its Okta group's id; give it one in `sync`.".to_owned()
            }
            (None, None) if (1..=TOLD).contains(&exact.len()) => format!("there are: {}.", exact.join(", ")),
            _ => "none that can be given is like it.".to_owned(),
        };
        let so = if removes { "nobody is taken out of it" } else { "it is in nobody's `user.groups`" };
        let message = format!(
            "no rule gives a group the key `{key}`, so {so}; {hint} Right only if a policy before this one gives it"
        );
        Some(Stray { node, message })
    }
}

/// The groups that an expression can give.
fn groups(node: &IdedExpr, common: &Context, given: &mut Vec<Given>) {
    for node in branches(node) {
        if let Some(parts) = parts(node) {
            parts.into_iter().for_each(|part| groups(part, common, given));
        } else if let Some(lists) = joined(node) {
            lists.iter().for_each(|list| groups(list, common, given));
        } else if let Expr::Map(map) = &node.expr {
            group(map.entries.iter().map(|entry| &entry.expr), common, given);
        } else if has_map(node) {
            given.push(Given { key: Some(Pattern::any()), name: Pattern::any() });
        } else {
            // What Okta and tables hold are texts and lists of them, so there is no key.
            given.extend(texts(node, common).into_iter().map(|(_, name)| Given { key: None, name }));
        }
    }
}

fn group<'a>(entries: impl Iterator<Item = &'a EntryExpr>, common: &Context, given: &mut Vec<Given>) {
    let (mut names, mut keys) = (Vec::new(), vec![None]);
    for entry in entries {
        let EntryExpr::MapEntry(entry) = entry else { continue };
        let texts = || texts(&entry.value, common).into_iter().map(|(_, text)| text);
        match text(&entry.key) {
            Some("name") => names = texts().collect(),
            Some("key") => keys = texts().map(Some).collect(),
            _ => (names, keys) = (vec![Pattern::any()], vec![Some(Pattern::any())]),
        }
    }
    if keys.len() > 1 && keys.len() * names.len() > COMBINATIONS {
        // Two tables of thousands: which name goes with which key is not worth that many pairs.
        given.extend(keys.into_iter().map(|key| Given { key, name: Pattern::any() }));
        return;
    }
    let all =
        keys.iter().flat_map(|key| names.iter().map(|name| Given { key: key.clone(), name: name.clone() }));
    given.extend(all);
}

fn has_map(node: &IdedExpr) -> bool {
    matches!(node.expr, Expr::Map(_)) || tree::children(node).into_iter().any(has_map)
}

/// The texts that an expression can give, alone or in a list, each with the node that names it.
fn texts(node: &IdedExpr, common: &Context) -> Vec<(u64, Pattern)> {
    let mut found = Vec::new();
    for node in branches(node) {
        if let Some(parts) = parts(node) {
            found.extend(parts.into_iter().flat_map(|part| texts(part, common)));
        } else if let Some(lists) = joined(node) {
            found.extend(lists.iter().flat_map(|list| texts(list, common)));
        } else if let Some(value) = same_for_everybody(node, common) {
            found.extend(texts_of(&value).into_iter().map(|text| (node.id, Pattern::Exact(text))));
        } else {
            found.extend(computed(node, common).into_iter().map(|pattern| (node.id, pattern)));
        }
    }
    found
}

/// The value of a part that speaks of no person and no group.
fn same_for_everybody(node: &IdedExpr, common: &Context) -> Option<Value> {
    (tree::depth(node) <= DEPTH).then(|| common.resolve(node).ok()).flatten()
}

fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.to_string()],
        Value::List(list) => list.iter().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}

/// What is known of a text that depends on the item at hand.
fn computed(node: &IdedExpr, common: &Context) -> Vec<Pattern> {
    let Expr::Call(call) = &node.expr else { return vec![Pattern::any()] };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::ADD, [one, other]) => {
            let [one, other] = [one, other].map(|side| texts(side, common));
            if one.len() * other.len() > COMBINATIONS {
                return vec![Pattern::any()];
            }
            one.iter().flat_map(|(_, one)| other.iter().map(|(_, other)| one.followed_by(other))).collect()
        }
        // `tables.names[group.name]`: some row.
        (operators::INDEX, [table, _]) => match same_for_everybody(table, common) {
            Some(Value::Map(rows)) => rows.map.values().flat_map(texts_of).map(Pattern::Exact).collect(),
            _ => vec![Pattern::any()],
        },
        _ => vec![Pattern::any()],
    }
}

/// The texts that are looked for in `user.groups`: `"a" in user.groups`, `user.groups.exists(key, key == "a")` and the like. `items` are the
/// variables of the macros around the node that go through it.
fn asked_for<'a>(
    node: &'a IdedExpr,
    items: &mut Vec<&'a str>,
    common: &Context,
    asked: &mut Vec<(u64, Pattern)>,
) {
    if let Expr::Call(call) = &node.expr
        && let [one, other] = call.args.as_slice()
    {
        let is_item =
            |side: &IdedExpr| matches!(&side.expr, Expr::Ident(name) if items.contains(&name.as_str()));
        match call.func_name.as_str() {
            operators::IN if is_users_groups(other) => asked.extend(texts(one, common)),
            operators::IN if is_item(one) => asked.extend(texts(other, common)),
            operators::EQUALS | operators::NOT_EQUALS if is_item(one) => asked.extend(texts(other, common)),
            operators::EQUALS | operators::NOT_EQUALS if is_item(other) => asked.extend(texts(one, common)),
            _ => {}
        }
    }
    let before = items.len();
    if let Expr::Comprehension(it) = &node.expr
        && is_users_groups(&it.iter_range)
    {
        items.push(&it.iter_var);
    }
    for child in tree::children(node) {
        asked_for(child, items, common, asked);
    }
    items.truncate(before);
}

fn is_users_groups(node: &IdedExpr) -> bool {
    path(node).is_some_and(|(root, segments)| root == "user" && segments == ["groups"])
}
