//! What policies cost, in one run and side by side, since times of different runs or machines do not compare:
//!
//! ```console
//! $ cargo bench -p usher-policy --features unmetered
//! ```
//!
//! A compiled policy that reads five attributes and writes five fields, the same code called natively, one that decides nothing
//! but is handed the same, and `builtin:rules` with six rules and five fields. Of several rounds the fastest counts: what is
//! slower is the machine's doing. `docs/performance.md` says how to read it. `-- --quick` measures a tenth of the people.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use usher_core::desired::UserToDecide;
use usher_core::draft;
use usher_core::id::OktaUserId;
use usher_core::source::{SourceUser, UserStatus, Value as Attribute};
use usher_five_attributes::{FiveAttributes, READS};
use usher_guest::Policy;
use usher_policy::{CompiledCode, ConfiguredPolicy, Limits, Metering, PolicyEngine, Usage};

/// The people whom the goals speak of.
const MANY: usize = 100_000;

/// Measured so often.
const ROUNDS: usize = 5;

/// The time of any run of Usher.
const NOW: u64 = 1_700_000_000;

const ALL: Metering = Metering { fuel: true, epoch: true };

/// A policy that is measured.
struct Subject {
    name: &'static str,
    bytes: Vec<u8>,
    config: Value,
    /// How long all those people may take.
    goal: Option<Duration>,
}

fn subjects() -> [Subject; 3] {
    let built =
        |package| usher_plugin_build::workspace_policy(package).unwrap_or_else(|error| panic!("{error}"));
    [
        Subject {
            name: "decides nothing",
            bytes: built("usher-plugin-noop"),
            config: json!({ "group_attributes": [], "user_attributes": READS }),
            goal: None,
        },
        Subject {
            name: "compiled",
            bytes: built("usher-five-attributes"),
            config: json!({ "cost_center": "unassigned" }),
            goal: Some(Duration::from_millis(1_500)),
        },
        Subject {
            name: "rules",
            bytes: built("usher-plugin-rules"),
            config: rules(),
            goal: Some(Duration::from_secs(4)),
        },
    ]
}

/// Six rules about people, of which most are looked at for everybody, and five fields.
fn rules() -> Value {
    json!({
        "users": [
            { "name": "no-service-accounts", "when": "user.login.startsWith('svc-')", "then": "skip" },
            { "name": "contractors", "when": "has(user.userType) && user.userType == 'contractor' && !has(user.costCenter)",
              "then": "skip" },
            { "name": "guests", "when": "has(user.title) && user.title.contains('Guest')", "then": "skip" },
            { "name": "divested", "when": "has(user.division) && user.division in ['Sold', 'Closed']", "then": "hold" },
            { "name": "nobody", "when": "user.login == ''", "then": "hold" },
            { "name": "staff", "when": "has(user.department) && user.department != 'Board'", "then": "keep" },
        ],
        "account": {
            "displayName": "user.lastName + ', ' + user.firstName",
            "title": "has(user.title) ? user.title : ''",
            "work.costCenter": "has(user.costCenter) ? user.costCenter : 'unassigned'",
            "work.department": "has(user.department) ? user.department : ''",
            "work.division": "has(user.division) ? user.division : ''",
        },
    })
}

/// People in five groups each, with every attribute that the policies read.
fn people(count: usize) -> Vec<UserToDecide> {
    const DEPARTMENTS: [&str; 5] = ["Engineering", "Finance", "Legal", "Operations", "Sales"];
    let person = |index: usize| {
        let profile = [
            ("login", format!("person{index}@example.com")),
            ("email", format!("person{index}@example.com")),
            ("firstName", format!("Given{index}")),
            ("lastName", format!("Family{index}")),
            ("costCenter", format!("{}", 4_000 + index % 50)),
            ("department", DEPARTMENTS[index % DEPARTMENTS.len()].to_owned()),
            ("division", format!("Division {}", index % 7)),
            ("title", format!("Engineer {}", index % 9)),
            ("userType", "employee".to_owned()),
        ];
        let source = SourceUser {
            id: OktaUserId::new(format!("00u{index:017}")),
            status: UserStatus::Active,
            profile: profile
                .into_iter()
                .map(|(name, text)| (name.to_owned(), Attribute::Text(text)))
                .collect(),
        };
        let draft = draft::account(&source);
        let groups = (0..5).map(|nth| format!("00g{:017}", index / 10 + nth)).collect();
        UserToDecide { source, groups, draft }
    };
    (0..count).map(person).collect()
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

fn fastest(mut work: impl FnMut()) -> Duration {
    (0..ROUNDS).map(|_| timed(&mut work).1).min().unwrap_or_default()
}

fn configured(subject: &Subject, engine: &PolicyEngine) -> ConfiguredPolicy {
    let loaded = engine.load(subject.name, &subject.bytes).unwrap_or_else(|error| panic!("{error}"));
    loaded.configure(&subject.config, NOW).unwrap_or_else(|error| panic!("{error}"))
}

/// How long the people take, and what it used.
fn in_the_sandbox(subject: &Subject, people: &[UserToDecide], metering: Metering) -> (Duration, Usage) {
    let engine = PolicyEngine::unmetered(Limits::default(), CompiledCode::NotKept, metering).unwrap();
    let mut policy = configured(subject, &engine);
    let took =
        fastest(|| drop(black_box(policy.decide_users(people).unwrap_or_else(|error| panic!("{error}")))));
    (took, policy.usage())
}

/// The same code, the same people, without the sandbox.
fn natively(people: &[UserToDecide]) -> Duration {
    let config = usher_five_attributes::Config { cost_center: "unassigned".to_owned() };
    let Ok(policy) = FiveAttributes::configure(config, usher_guest::Run { now: NOW }) else {
        panic!("the policy takes its configuration");
    };
    let people: Vec<usher_guest::User> = people.iter().map(as_its_author_sees).collect();
    fastest(|| drop(black_box(people.iter().map(|user| policy.user(user)).collect::<Vec<_>>())))
}

fn as_its_author_sees(user: &UserToDecide) -> usher_guest::User {
    let read = |name: &&str| {
        let value = user.source.text(name)?;
        Some(((*name).to_owned(), usher_guest::Value::Text(value.to_owned())))
    };
    let draft = user.draft.clone();
    usher_guest::User {
        id: user.source.id.as_str().to_owned(),
        groups: user.groups.clone(),
        attributes: READS.iter().filter_map(read).collect(),
        draft: usher_guest::Account {
            user_name: draft.user_name,
            active: draft.active,
            display_name: draft.display_name,
            name: usher_guest::PersonName {
                given: draft.name.given,
                family: draft.name.family,
                ..usher_guest::PersonName::default()
            },
            email: draft.email,
            title: draft.title,
            user_type: draft.user_type,
            ..usher_guest::Account::default()
        },
        ..usher_guest::User::default()
    }
}

fn each(took: Duration, people: &[UserToDecide]) -> f64 {
    took.as_secs_f64() * 1e6 / people.len() as f64
}

fn costs(subjects: &[Subject], people: &[UserToDecide]) {
    let native = natively(people);
    println!("Each person (5 attributes, 5 groups), best of {ROUNDS} rounds over {}:\n", people.len());
    println!("{:<28}{:>10}{:>12}{:>12}{:>14}", "", "µs", "to native", "fuel", "memory KiB");
    println!("{:<28}{:>10.2}{:>12.1}", "compiled, called natively", each(native, people), 1.0);
    let costs: Vec<_> = subjects.iter().map(|subject| in_the_sandbox(subject, people, ALL)).collect();
    for (subject, (took, usage)) in subjects.iter().zip(&costs) {
        println!(
            "{:<28}{:>10.2}{:>12.1}{:>12}{:>14}",
            format!("{}, in the sandbox", subject.name),
            each(*took, people),
            took.as_secs_f64() / native.as_secs_f64(),
            usage.decide_users.fuel_per_item().unwrap_or_default(),
            usage.memory / 1024,
        );
    }
    println!("\n{} people on one core:\n", people.len());
    for (subject, (took, _)) in subjects.iter().zip(&costs) {
        let took = took.as_secs_f64();
        let goal = subject.goal.map(|goal| goal.as_secs_f64() * people.len() as f64 / MANY as f64);
        let goal =
            goal.map(|goal| format!("goal {goal:.2} s: {}", if took <= goal { "met" } else { "MISSED" }));
        println!("{:<28}{took:>8.2} s   {}", subject.name, goal.unwrap_or_default());
    }
}

fn metering(subjects: &[Subject], people: &[UserToDecide]) {
    let kinds = [
        ("neither", Metering { fuel: false, epoch: false }),
        ("only the clock", Metering { fuel: false, epoch: true }),
        ("only fuel", Metering { fuel: true, epoch: false }),
        ("both, as always", ALL),
    ];
    println!(
        "\nWhat counting work (fuel) and looking at the clock (epoch) cost, µs for each person and to neither:\n"
    );
    print!("{:<20}", "");
    for subject in subjects {
        print!("{:>24}", subject.name);
    }
    println!();
    let mut without = Vec::new();
    for (name, metering) in kinds {
        print!("{name:<20}");
        for (at, subject) in subjects.iter().enumerate() {
            let (took, _) = in_the_sandbox(subject, people, metering);
            if without.len() <= at {
                without.push(took);
            }
            let ratio = took.as_secs_f64() / without[at].as_secs_f64();
            print!("{:>24}", format!("{:.2} ({ratio:.2})", each(took, people)));
        }
        println!();
    }
}

fn loads(subjects: &[Subject]) {
    println!(
        "\nLoading, in ms: compiling, or finding the code of an earlier run; then start and describe. `configure` apart:\n"
    );
    println!("{:<20}{:>10}{:>10}{:>12}{:>12}", "", "KiB", "cold", "code kept", "configure");
    for subject in subjects {
        let load = |place| {
            let engine = PolicyEngine::keeping(Limits::default(), place).unwrap();
            timed(|| engine.load(subject.name, &subject.bytes).unwrap())
        };
        let (_, cold) = load(CompiledCode::NotKept);
        let folder = tempfile::tempdir().unwrap();
        let place = || CompiledCode::In(folder.path().to_owned());
        drop(load(place()));
        let (_, kept) = (0..ROUNDS).map(|_| load(place())).min_by_key(|(_, took)| *took).unwrap();
        let (loaded, _) = load(place());
        let (configured, configure) = timed(|| loaded.configure(&subject.config, NOW));
        drop(configured.unwrap());
        let [cold, kept, configure] = [cold, kept, configure].map(|took| took.as_secs_f64() * 1e3);
        let size = subject.bytes.len() / 1024;
        println!("{:<20}{size:>10}{cold:>10.0}{kept:>12.1}{configure:>12.2}", subject.name);
    }
}

fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let people = people(if is_quick { MANY / 10 } else { MANY });
    let subjects = subjects();
    costs(&subjects, &people);
    metering(&subjects, &people[..people.len() / 5]);
    loads(&subjects);
}
