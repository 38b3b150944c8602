//! The modes. Without one of them it is a well-behaved policy.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::Deserialize;

use crate::bindings::exports::usher::policy::policy::{
    ConfigProblem, Description, Group, GroupDecision, Guest, Hooks, Needs, RunContext, User, UserDecision,
};
use crate::bindings::usher::policy::log::{self, Level};
use crate::bindings::usher::policy::types::{Account, GroupVerdict, Reason, TargetGroup, UserVerdict};

pub(crate) struct Hostile;

#[derive(Clone, Deserialize)]
struct Config {
    mode: String,
    /// The item that `loop-on-one` and `hold-one` mean.
    #[serde(default)]
    id: String,
    /// What `scripted` says of groups and users, by their ids. Of others it says `keep`, or `sync` under their own name.
    #[serde(default)]
    says: BTreeMap<String, Line>,
    /// The user attributes that `scripted` reads.
    #[serde(default)]
    reads: Vec<String>,
    /// The one hook that it has; without it, it has both.
    #[serde(default)]
    only: String,
}

impl Config {
    const fn none() -> Self {
        Self {
            mode: String::new(),
            id: String::new(),
            says: BTreeMap::new(),
            reads: Vec::new(),
            only: String::new(),
        }
    }

    fn line(&self, id: &str) -> Line {
        self.says.get(id).cloned().unwrap_or_default()
    }
}

/// A line of the script: `skip`, `hold`, another title, or other groups (each a key and a name).
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Line {
    verdict: String,
    title: Option<String>,
    groups: Option<Vec<(Option<String>, String)>>,
}

impl Line {
    fn groups(&self) -> Option<Vec<TargetGroup>> {
        let group = |(key, name): &(Option<String>, String)| TargetGroup {
            key: key.clone(),
            display_name: name.clone(),
        };
        Some(self.groups.as_ref()?.iter().map(group).collect())
    }

    fn of_group(&self, own: TargetGroup) -> GroupVerdict {
        match self.verdict.as_str() {
            "skip" => GroupVerdict::Skip,
            "hold" => GroupVerdict::Hold,
            _ => GroupVerdict::Sync(self.groups().unwrap_or_else(|| vec![own])),
        }
    }

    fn of_user(&self, user: &User) -> UserVerdict {
        match (self.verdict.as_str(), &self.title) {
            ("skip", _) => UserVerdict::Skip,
            ("hold", _) => UserVerdict::Hold,
            (_, None) => UserVerdict::Keep,
            (_, Some(_)) => UserVerdict::Sync(Account { title: self.title.clone(), ..user.draft.clone() }),
        }
    }
}

/// What a scripted policy got to see of a person.
fn seen(user: &User) -> String {
    let names: Vec<_> = user.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let title = user.draft.title.as_deref().unwrap_or("none");
    format!("title {title}; groups {}; attributes {}", user.groups.join(" "), names.join(" "))
}

thread_local! {
    static CONFIG: RefCell<Config> = const { RefCell::new(Config::none()) };
}

/// How many reasons it has given: nothing that a decision may rest on.
static GIVEN: AtomicU32 = AtomicU32::new(0);

/// What would break out of a line, of a terminal's colours and of the reading order.
const ESCAPES: &str = "\u{1b}[2J\u{1b}[31mred\r\nnext line\u{9b}1m\u{202e}desrever\u{7}";

impl Guest for Hostile {
    fn describe() -> Description {
        Description {
            name: "hostile".to_owned(),
            version: "6.6.6".to_owned(),
            summary: format!("misbehaves {ESCAPES}"),
            config_schema: Some(r#"{"type":"object"}"#.to_owned()),
        }
    }

    fn configure(config: String, _: RunContext) -> Result<Needs, Vec<ConfigProblem>> {
        let config: Config = serde_json::from_str(&config).map_err(|error| {
            vec![ConfigProblem { pointer: String::new(), message: error.to_string(), position: None }]
        })?;
        CONFIG.set(config.clone());
        let problem = |pointer: &str, message: &str, position| ConfigProblem {
            pointer: pointer.to_owned(),
            message: message.to_owned(),
            position,
        };
        match config.mode.as_str() {
            "loop-in-configure" => forever(),
            "panic-in-configure" => panic(),
            "memory-bomb-in-configure" => take_all_memory(),
            "refuse" => {
                return Err(vec![
                    problem("/groups/0/when", "unknown name `grup`", Some((1, 5))),
                    problem("/mode", ESCAPES, None),
                    problem("", "too hostile", None),
                ]);
            }
            "refuse-without-a-word" => return Err(Vec::new()),
            "refuse-a-lot" => return Err((0..1000).map(|_| problem("/mode", "no", None)).collect()),
            "log" => {
                log::write(Level::Debug, "a");
                log::write(Level::Error, ESCAPES);
            }
            "million-log-lines" => (0..1_000_000).for_each(|_| log::write(Level::Info, "again")),
            "huge-log-lines" => (0..1_000).for_each(|_| log::write(Level::Info, &"x".repeat(10_000_000))),
            "huge-log-line" => log::write(Level::Info, &"x".repeat(100_000_000)),
            _ => {}
        }
        let hooks = match config.only.as_str() {
            "groups" => Hooks::GROUPS,
            "users" => Hooks::USERS,
            _ => Hooks::GROUPS | Hooks::USERS,
        };
        if config.mode == "scripted" {
            log::write(Level::Info, "the script is read");
            return Ok(Needs { hooks, group_attributes: Vec::new(), user_attributes: config.reads });
        }
        let user_attributes = match config.mode.as_str() {
            "escapes-in-needs" => vec![ESCAPES.to_owned()],
            _ => ["title", "department", "title", ""].map(str::to_owned).to_vec(),
        };
        Ok(Needs { hooks, group_attributes: Vec::new(), user_attributes })
    }

    fn decide_groups(groups: Vec<Group>) -> Result<Vec<GroupDecision>, String> {
        let config = CONFIG.with_borrow(Clone::clone);
        let mode = config.mode.as_str();
        misbehave(&config, groups.iter().map(|group| group.id.as_str()))?;
        let target = |key: Option<&str>, name: &str| TargetGroup {
            key: key.map(str::to_owned),
            display_name: name.to_owned(),
        };
        let mut decisions: Vec<_> = groups
            .iter()
            .map(|group| GroupDecision {
                id: group.id.clone(),
                verdict: match mode {
                    "bad-key" => GroupVerdict::Sync(vec![target(Some("a key: \u{1b}[31m"), &group.name)]),
                    "empty-key" => GroupVerdict::Sync(vec![target(Some(""), &group.name)]),
                    "scripted" => config.line(&group.id).of_group(target(None, &group.name)),
                    "escapes-in-names" => GroupVerdict::Sync(vec![target(None, ESCAPES)]),
                    "doubled-key" => GroupVerdict::Sync(vec![target(Some("k"), "a"), target(Some("k"), "b")]),
                    _ => GroupVerdict::Sync(vec![target(None, &group.name)]),
                },
                why: reason(mode),
            })
            .collect();
        spoil(mode, &mut decisions, |decision| &mut decision.id);
        Ok(decisions)
    }

    fn decide_users(users: Vec<User>) -> Result<Vec<UserDecision>, String> {
        let config = CONFIG.with_borrow(Clone::clone);
        let mode = config.mode.as_str();
        misbehave(&config, users.iter().map(|user| user.id.as_str()))?;
        let mut decisions: Vec<_> = users
            .iter()
            .map(|user| UserDecision {
                id: user.id.clone(),
                verdict: match mode {
                    "scripted" => config.line(&user.id).of_user(user),
                    "hold-one" if user.id == config.id => UserVerdict::Hold,
                    "empty-fields" => {
                        let mut account = user.draft.clone();
                        account.user_name.clear();
                        account.display_name.clear();
                        account.email = Some(String::new());
                        UserVerdict::Sync(account)
                    }
                    "escapes-in-names" => UserVerdict::Sync(Account {
                        display_name: ESCAPES.to_owned(),
                        title: Some(ESCAPES.to_owned()),
                        ..user.draft.clone()
                    }),
                    "one-user-name" => UserVerdict::Sync(Account {
                        user_name: "everybody@example.com".to_owned(),
                        ..user.draft.clone()
                    }),
                    "attributes" => {
                        let mut account = user.draft.clone();
                        let names: Vec<_> =
                            user.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
                        account.display_name = names.join(" ");
                        UserVerdict::Sync(account)
                    }
                    _ => UserVerdict::Keep,
                },
                groups: match mode {
                    "bad-key" => {
                        Some(vec![TargetGroup { key: Some("a/b".to_owned()), display_name: "x".to_owned() }])
                    }
                    "scripted" => config.line(&user.id).groups(),
                    _ => None,
                },
                why: match mode {
                    "scripted" => Reason { rule: "script".to_owned(), message: seen(user) },
                    _ => reason(mode),
                },
            })
            .collect();
        spoil(mode, &mut decisions, |decision| &mut decision.id);
        Ok(decisions)
    }
}

fn reason(mode: &str) -> Reason {
    match mode {
        "empty-rule" => Reason { rule: String::new(), message: String::new() },
        "escapes" => Reason { rule: format!("r{ESCAPES}"), message: ESCAPES.to_owned() },
        "long-reason" => Reason { rule: "r".repeat(1 << 20), message: "m".repeat(1 << 20) },
        "huge-answer" => Reason { rule: "huge".to_owned(), message: "x".repeat(100_000_000) },
        "remembers" => {
            let given = GIVEN.fetch_add(1, Ordering::Relaxed) + 1;
            Reason { rule: format!("number-{given}"), message: String::new() }
        }
        _ => Reason { rule: "well-behaved".to_owned(), message: String::new() },
    }
}

/// What does not come to an answer.
fn misbehave<'a>(config: &Config, mut ids: impl Iterator<Item = &'a str>) -> Result<(), String> {
    match config.mode.as_str() {
        "loop-in-decide" => forever(),
        "loop-on-one" if ids.any(|id| id == config.id) => forever(),
        "memory-bomb" => take_all_memory(),
        "deep-recursion" => {
            black_box(deeper(1, black_box(0)));
        }
        "wide-recursion" => {
            black_box(wider(1));
        }
        "panic" => panic(),
        "trap" => core::arch::wasm32::unreachable(),
        "error-answer" => return Err(format!("no idea {ESCAPES}")),
        "error-without-a-word" => return Err(String::new()),
        _ => {}
    }
    Ok(())
}

/// What makes an answer none.
fn spoil<D: Clone>(mode: &str, decisions: &mut Vec<D>, id: impl Fn(&mut D) -> &mut String) {
    match mode {
        "too-few" => {
            decisions.pop();
        }
        "too-many" => decisions.extend(decisions.last().cloned()),
        "none" => decisions.clear(),
        "ids-swapped" => decisions.swap(0, 1),
        "duplicate" => decisions[1] = decisions[0].clone(),
        "foreign-id" => ESCAPES.clone_into(id(&mut decisions[0])),
        _ => {}
    }
}

fn take_all_memory() -> ! {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn forever() -> ! {
    loop {
        black_box(());
    }
}

/// As the guest SDK does it: the text goes to the log, since WebAssembly alone would drop it.
fn panic() -> ! {
    std::panic::set_hook(Box::new(|info| log::write(Level::Error, &info.to_string())));
    panic!("out of spite {ESCAPES}");
}

/// Keeps all in registers, so that only the stack of calls grows.
fn deeper(depth: u64, end: u64) -> u64 {
    if depth == end { 0 } else { deeper(depth + 1, end).rotate_left(7) ^ depth }
}

/// Keeps an array in each call: the part of memory for such is full before the stack of calls is.
#[allow(unconditional_recursion, reason = "that is the point")]
fn wider(depth: u64) -> u64 {
    let room = black_box([depth; 16]);
    wider(black_box(depth + 1)) + room[3]
}
