//! Of which kind the value of an expression is, as far as that is known before anybody is read, and where kinds do not go together.
//!
//! What an organisation's own attribute holds is not known here, so nothing is said about it; what Okta's own attributes, a group's
//! fields and every function give is. A value that cannot be right for anybody is a mistake in the rule, and not in 4,000 people.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};

use crate::account::{FIELDS, Kind as FieldKind};
use crate::check::{Fault, path};
use crate::okta_attributes;
use crate::tree;

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Truth,
    Integer,
    Unsigned,
    Fraction,
    Bytes,
    List,
    Map,
    Null,
}

impl Kind {
    /// The words that a decision has for it, too.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Truth => "true or false",
            Self::Integer | Self::Unsigned | Self::Fraction => "a number",
            Self::Bytes => "bytes",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Null => "null",
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Unsigned | Self::Fraction)
    }

    /// Whether a value of one kind can equal one of the other.
    fn may_equal(self, other: Self) -> bool {
        self == other || self.is_number() && other.is_number()
    }

    fn is_ordered(self) -> bool {
        self.is_number() || matches!(self, Self::Text | Self::Truth | Self::Bytes)
    }

    fn can_be_added(self) -> bool {
        self.is_number() || matches!(self, Self::Text | Self::List | Self::Bytes)
    }
}

/// What a function is called on, what it takes and what it gives.
struct Signature {
    of: &'static [Kind],
    takes: &'static [Kind],
    gives: Kind,
}

const fn of_text(takes: &'static [Kind], gives: Kind) -> Signature {
    Signature { of: &[Kind::Text], takes, gives }
}

/// The signature of a function that has one; what is converted (`string(x)`) is looked at apart.
fn signature(name: &str) -> Option<Signature> {
    use Kind::{Bytes, Integer, List, Map, Text, Truth};
    Some(match name {
        "startsWith" | "endsWith" | "contains" | "matches" => of_text(&[Text], Truth),
        "charAt" => of_text(&[Integer], Text),
        "indexOf" | "lastIndexOf" => of_text(&[Text, Integer], Integer),
        "substring" => of_text(&[Integer, Integer], Text),
        "replace" => of_text(&[Text, Text, Integer], Text),
        "split" => of_text(&[Text, Integer], List),
        "format" => of_text(&[List], Text),
        "lowerAscii" | "upperAscii" | "trim" => of_text(&[], Text),
        "join" => Signature { of: &[List], takes: &[Text], gives: Text },
        "size" => Signature { of: &[Text, List, Map, Bytes], takes: &[], gives: Integer },
        _ => return None,
    })
}

/// What a conversion gives.
fn converted(name: &str) -> Option<Kind> {
    Some(match name {
        "string" => Kind::Text,
        "int" => Kind::Integer,
        "uint" => Kind::Unsigned,
        "double" => Kind::Fraction,
        "bool" => Kind::Truth,
        "bytes" => Kind::Bytes,
        _ => return None,
    })
}

/// The kind of the whole, where it is known, and every place where kinds do not go together.
pub(crate) fn kind(tree: &IdedExpr) -> (Option<Kind>, Vec<Fault>) {
    let mut walk = Walk { bound: Vec::new(), faults: Vec::new() };
    let kind = walk.kind(tree);
    (kind, walk.faults)
}

struct Walk<'a> {
    /// The variables of the macros around the node; only the one that gathers their result has a known kind.
    bound: Vec<(&'a str, Option<Kind>)>,
    faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    fn fault(&mut self, node: u64, message: impl Into<String>) {
        self.faults.push(Fault { node, message: message.into() });
    }

    fn kind(&mut self, node: &'a IdedExpr) -> Option<Kind> {
        if let Expr::Select(select) = &node.expr
            && select.test
        {
            return Some(Kind::Truth);
        }
        if let Some((root, segments)) = path(node) {
            return match self.bound.iter().rev().find(|(name, _)| *name == root) {
                Some((_, kind)) => kind.filter(|_| segments.is_empty()),
                None => of_path(root, &segments),
            };
        }
        match &node.expr {
            Expr::Literal(literal) => Some(of_literal(literal)),
            Expr::List(_) => {
                self.children(node);
                Some(Kind::List)
            }
            Expr::Map(_) => {
                self.children(node);
                Some(Kind::Map)
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Call(call) => self.call(node.id, call),
            Expr::Unspecified | Expr::Ident(_) | Expr::Select(_) | Expr::Struct(_) => {
                self.children(node);
                None
            }
        }
    }

    fn children(&mut self, node: &'a IdedExpr) {
        for child in tree::children(node) {
            self.kind(child);
        }
    }

    fn comprehension(&mut self, it: &'a ComprehensionExpr) -> Option<Kind> {
        if let Some(range) = self.kind(&it.iter_range)
            && !matches!(range, Kind::List | Kind::Map)
        {
            self.fault(it.iter_range.id, format!("{} has no items to go through", range.words()));
        }
        let gathered = self.kind(&it.accu_init);
        let before = self.bound.len();
        self.bound.push((&it.iter_var, None));
        self.bound.extend(it.iter_var2.as_deref().map(|name| (name, None)));
        self.bound.push((&it.accu_var, gathered));
        self.kind(&it.loop_cond);
        self.kind(&it.loop_step);
        let kind = self.kind(&it.result);
        self.bound.truncate(before);
        kind
    }

    fn call(&mut self, node: u64, call: &'a CallExpr) -> Option<Kind> {
        let name = call.func_name.as_str();
        // What a function is called on counts as its first argument.
        let arguments: Vec<(u64, Option<Kind>)> =
            call.target.as_deref().into_iter().chain(&call.args).map(|it| (it.id, self.kind(it))).collect();
        match (name, arguments.as_slice()) {
            (operators::LOGICAL_NOT, [one]) => {
                self.truth(*one);
                Some(Kind::Truth)
            }
            (operators::LOGICAL_AND | operators::LOGICAL_OR, [one, other]) => {
                self.truth(*one);
                self.truth(*other);
                Some(Kind::Truth)
            }
            (operators::CONDITIONAL, [condition, (_, then), (_, otherwise)]) => {
                self.truth(*condition);
                then.filter(|_| then == otherwise)
            }
            (operators::NEGATE, [(_, of)]) => {
                if let Some(kind) = of.filter(|kind| !kind.is_number()) {
                    self.fault(node, format!("`-` wants a number, not {}", kind.words()));
                }
                *of
            }
            (operators::INDEX, [(_, Some(of)), _]) if !matches!(of, Kind::List | Kind::Map) => {
                let hint = if *of == Kind::Text { "; of a text there is `charAt(…)`" } else { "" };
                self.fault(node, format!("{} has no parts that `[…]` could read{hint}", of.words()));
                None
            }
            (operators::IN, [_, (_, container)]) => {
                if let Some(kind) = container.filter(|kind| !matches!(kind, Kind::List | Kind::Map)) {
                    let hint = if kind == Kind::Text { "; of a text there is `contains(…)`" } else { "" };
                    self.fault(
                        node,
                        format!("`in` looks into a list or a table, not into {}{hint}", kind.words()),
                    );
                }
                Some(Kind::Truth)
            }
            (_, [(_, one), (_, other)]) if name.starts_with('_') => self.operator(node, name, *one, *other),
            _ => self.function(node, name, &arguments),
        }
    }

    fn truth(&mut self, (node, kind): (u64, Option<Kind>)) {
        if let Some(kind) = kind.filter(|kind| *kind != Kind::Truth) {
            self.fault(node, format!("gives {}, where true or false is wanted", kind.words()));
        }
    }

    fn operator(&mut self, node: u64, name: &str, one: Option<Kind>, other: Option<Kind>) -> Option<Kind> {
        use operators::{
            ADD, DIVIDE, EQUALS, GREATER, GREATER_EQUALS, LESS, LESS_EQUALS, MODULO, MULTIPLY, NOT_EQUALS,
            SUBSTRACT,
        };
        let sign = name.trim_matches('_');
        match name {
            EQUALS | NOT_EQUALS => {
                // Of null one may ask without hoping for an answer.
                if let (Some(one), Some(other)) = (one, other)
                    && !one.may_equal(other)
                    && ![one, other].contains(&Kind::Null)
                {
                    let conversion = conversion(one, other);
                    self.fault(
                        node,
                        format!("{} and {} are never equal{conversion}", one.words(), other.words()),
                    );
                }
                Some(Kind::Truth)
            }
            LESS | LESS_EQUALS | GREATER | GREATER_EQUALS => {
                match (one, other) {
                    (Some(one), Some(other)) if !one.may_equal(other) => {
                        let conversion = conversion(one, other);
                        self.fault(
                            node,
                            format!(
                                "`{sign}` cannot compare {} with {}{conversion}",
                                one.words(),
                                other.words()
                            ),
                        );
                    }
                    _ => self.both(node, sign, [one, other], Kind::is_ordered),
                }
                Some(Kind::Truth)
            }
            ADD | SUBSTRACT | MULTIPLY | DIVIDE | MODULO => {
                match (one, other) {
                    (Some(one), Some(other)) if one.is_number() && other.is_number() && one != other => {
                        self.fault(
                            node,
                            format!(
                                "`{sign}` wants two numbers of one kind, whole or not; `double(…)` and `int(…)` make one of the other"
                            ),
                        );
                    }
                    (Some(one), Some(other)) if name == ADD && !one.may_equal(other) => {
                        let conversion = conversion(one, other);
                        self.fault(
                            node,
                            format!("`+` cannot join {} and {}{conversion}", one.words(), other.words()),
                        );
                    }
                    _ if name == ADD => self.both(node, sign, [one, other], Kind::can_be_added),
                    _ => self.both(node, sign, [one, other], Kind::is_number),
                }
                one.or(other)
            }
            _ => None,
        }
    }

    /// Complains of the first side that an operator cannot take.
    fn both(&mut self, node: u64, sign: &str, sides: [Option<Kind>; 2], takes: fn(Kind) -> bool) {
        if let Some(kind) = sides.into_iter().flatten().find(|kind| !takes(*kind)) {
            self.fault(node, format!("`{sign}` cannot take {}", kind.words()));
        }
    }

    fn function(&mut self, node: u64, name: &str, arguments: &[(u64, Option<Kind>)]) -> Option<Kind> {
        let [(_, of), rest @ ..] = arguments else { return None };
        if let Some(gives) = converted(name) {
            if let Some(kind) = of.filter(|kind| matches!(kind, Kind::List | Kind::Map | Kind::Null)) {
                let hint =
                    if kind == Kind::List { "; `join(…)` makes a text of a list of texts" } else { "" };
                self.fault(node, format!("`{name}` cannot make anything of {}{hint}", kind.words()));
            }
            return Some(gives);
        }
        let Signature { of: wanted, takes, gives } = signature(name)?;
        if let Some(kind) = of.filter(|kind| !wanted.contains(kind)) {
            self.fault(node, format!("`{name}` is asked of {}, not of {}", wanted[0].words(), kind.words()));
        }
        for ((_, kind), wanted) in rest.iter().zip(takes) {
            if let Some(kind) = kind.filter(|kind| !kind.may_equal(*wanted)) {
                self.fault(node, format!("`{name}` takes {}, not {}", wanted.words(), kind.words()));
            }
        }
        Some(gives)
    }
}

/// How one of a text and a number becomes the other.
fn conversion(one: Kind, other: Kind) -> &'static str {
    match (one, other) {
        (Kind::Text, number) | (number, Kind::Text) if number.is_number() => {
            "; `string(…)` makes a text of a number"
        }
        _ => "",
    }
}

fn of_literal(literal: &LiteralValue) -> Kind {
    match literal {
        LiteralValue::Boolean(_) => Kind::Truth,
        LiteralValue::Bytes(_) => Kind::Bytes,
        LiteralValue::Double(_) => Kind::Fraction,
        LiteralValue::Int(_) => Kind::Integer,
        LiteralValue::Null => Kind::Null,
        LiteralValue::String(_) => Kind::Text,
        LiteralValue::UInt(_) => Kind::Unsigned,
    }
}

fn of_path(root: &str, segments: &[String]) -> Option<Kind> {
    let path = segments.join(".");
    match (root, path.as_str()) {
        ("now", "") => Some(Kind::Integer),
        ("user", "id" | "status") | ("group", "id" | "name" | "description" | "origin") => Some(Kind::Text),
        ("user", "groups") => Some(Kind::List),
        ("user", name) if okta_attributes::is_base(name) => Some(Kind::Text),
        ("tables", _) if segments.len() == 1 => Some(Kind::Map),
        ("draft", "name" | "address" | "work") => Some(Kind::Map),
        ("draft", name) => {
            let field = FIELDS.iter().find(|field| field.name == name)?;
            Some(if field.kind == FieldKind::Flag { Kind::Truth } else { Kind::Text })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::environment;

    fn of(expression: &str) -> (Option<Kind>, Vec<String>) {
        let tree = environment().parser().parse(expression).unwrap();
        let (kind, faults) = kind(&tree);
        (kind, faults.into_iter().map(|fault| fault.message).collect())
    }

    #[test]
    fn what_can_be_right_for_somebody_is_no_fault() {
        for (expression, wanted) in [
            ("user.login + user.own", Some(Kind::Text)),
            ("user.own == 1 || user.own == 'x' || user.own", Some(Kind::Truth)),
            ("1 == 1.0 && now > 1u && 1 < 1.5 && true > false", Some(Kind::Truth)),
            ("user.department == null", Some(Kind::Truth)),
            ("[1] + ['a'] == [1, 'a']", Some(Kind::Truth)),
            ("has(user.title) ? user.title : null", None),
            ("has(user.title) ? user.title : 'none'", Some(Kind::Text)),
            ("user.own[0] + user.own.x", None),
            ("user.groups.exists(key, key.startsWith('a') && key + 'b' == user.own)", Some(Kind::Truth)),
            (
                "user.groups.all(key, key != 'a') && user.groups.exists_one(key, key == 'a')",
                Some(Kind::Truth),
            ),
            ("user.groups.filter(key, key != 'a')", Some(Kind::List)),
            ("user.groups.map(key, key.size())", Some(Kind::List)),
            ("[1, 2].map(x, x > 1, x * 2)", Some(Kind::List)),
            ("{'name': 'x', 'key': 'y'}", Some(Kind::Map)),
            ("tables.t[user.login]", None),
            ("'a' in tables.t && user.login in ['a'] && 'x' in user.own", Some(Kind::Truth)),
            ("string(now) + string(1.5) + string(true)", Some(Kind::Text)),
            ("size('a') + size([1]) + 'a'.size() + now", Some(Kind::Integer)),
            ("int('5') / 2 % 3 - -1 * 4", Some(Kind::Integer)),
            ("matches(user.login, 'a') && draft.active", Some(Kind::Truth)),
            ("'a-b'.split('-').join('+')", Some(Kind::Text)),
            ("'%s %d'.format([user.login, 1])", Some(Kind::Text)),
            ("type(1) == int || dyn(1) == 'a'", Some(Kind::Truth)),
            ("draft.work.costCenter + draft.userName", Some(Kind::Text)),
            ("['a'].exists(user2, user2 == 1)", Some(Kind::Truth)),
        ] {
            assert_eq!(of(expression), (wanted, Vec::new()), "{expression}");
        }
    }

    #[test]
    fn what_can_be_right_for_nobody_is_told_with_the_way_out() {
        for (expression, message) in [
            ("user.login + 1", "`+` cannot join a text and a number; `string(…)` makes a text of a number"),
            (
                "user.employeeNumber == 4711",
                "a text and a number are never equal; `string(…)` makes a text of a number",
            ),
            (
                "user.employeeNumber > 100",
                "`>` cannot compare a text with a number; `string(…)` makes a text of a number",
            ),
            ("user.groups == 'a'", "a list and a text are never equal"),
            ("user.groups < user.groups", "`<` cannot take a list"),
            (
                "1 + 1.5",
                "`+` wants two numbers of one kind, whole or not; `double(…)` and `int(…)` make one of the other",
            ),
            ("'a' - 'b'", "`-` cannot take a text"),
            ("-user.login", "`-` wants a number, not a text"),
            (
                "'a' in user.login",
                "`in` looks into a list or a table, not into a text; of a text there is `contains(…)`",
            ),
            ("group.name[0]", "a text has no parts that `[…]` could read; of a text there is `charAt(…)`"),
            ("user.login && true", "gives a text, where true or false is wanted"),
            ("now ? 1 : 2", "gives a number, where true or false is wanted"),
            ("user.groups.contains('a')", "`contains` is asked of a text, not of a list"),
            ("user.login.startsWith(1)", "`startsWith` takes a text, not a number"),
            ("user.login.substring('a')", "`substring` takes a number, not a text"),
            ("user.login.exists(x, true)", "a text has no items to go through"),
            ("user.groups.exists(x, 'a')", "gives a text, where true or false is wanted"),
            (
                "string(user.groups)",
                "`string` cannot make anything of a list; `join(…)` makes a text of a list of texts",
            ),
            ("size(now)", "`size` is asked of a text, not of a number"),
            ("matches(now, 'a')", "`matches` is asked of a text, not of a number"),
            ("draft.active == 'yes'", "true or false and a text are never equal"),
        ] {
            assert_eq!(of(expression).1, [message], "{expression}");
        }
    }
}
