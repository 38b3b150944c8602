//! Thousands of random histories through everything that a run goes through, over HTTP, in one process: after each run the directory
//! is what a reference says that knows only the design.
//!
//! Read `history` and `event` (what may happen), `company` and `by_hand` (where it happens), `way` (how a run is made), `stage`
//! (with what), `play` (what is looked at), `expected` and `names` (the reference), `directory` (how both are compared), `shrink`.
//!
//! `USHER_HISTORIES=5000` plays more than usual, `USHER_HISTORY=17` only the one of that number (or so many from it on).

mod by_hand;
mod company;
mod directory;
mod event;
mod expected;
mod history;
mod names;
mod play;
mod shrink;
mod stage;
mod way;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use usher_policy::{Limits, PolicyEngine};

use history::History;
use play::{Met, play};
use shrink::shrink;
use stage::Stage;
use way::{Incremental, Way, Whole};

/// Histories that are played when nobody asks for another number.
const HISTORIES: u64 = 200;

/// Histories after which everything must have been met.
const ENOUGH: u64 = 200;

/// All that the histories are about: they would all end well if nothing happened in them.
const TO_BE_MET: [&str; 22] = [
    "a conflict",
    "a group name aside",
    "a group on hold",
    "a protected account",
    "a protected group",
    "add-members",
    "adopt-group",
    "adopt-user",
    "an account's name aside",
    "create-group",
    "create-user",
    "deactivate-user",
    "delete-group",
    "delete-user",
    "nothing selected",
    "nothing to do",
    "reactivate-user",
    "remove-members",
    "rename-group",
    "somebody on hold",
    "somebody who waits",
    "update-user",
];

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// Plays the histories, several at a time.
fn play_all<W: Way>(way: impl Fn() -> W + Sync) {
    let first = number("USHER_HISTORY");
    let many = number("USHER_HISTORIES").unwrap_or(if first.is_some() { 1 } else { HISTORIES });
    let first = first.unwrap_or(1);
    let engine = PolicyEngine::new(Limits::default()).expect("wasmtime compiles for this machine");
    let next = AtomicU64::new(first);
    let met = Mutex::new(Met::new());
    let failures: Mutex<Vec<(u64, String)>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).clamp(1, 8);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut seen = Met::new();
                // One thread for a simulator and its clients, so that requests come in the same order each time.
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime can be started").block_on(async {
                    let (mut stage, mut way) = (Stage::set_up(&engine).await, way());
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= first.saturating_add(many) || is_over(&failures) {
                            break;
                        }
                        if let Some(told) = told(&mut stage, &mut way, seed, &mut seen).await {
                            failures.lock().expect("no thread panics with it").push((seed, told));
                        }
                    }
                });
                let mut met = met.lock().expect("no thread panics with it");
                for (what, times) in seen {
                    *met.entry(what).or_default() += times;
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no thread panicked");
    failures.sort();
    if let Some((_, told)) = failures.first() {
        panic!("{told}");
    }
    let met = met.into_inner().expect("no thread panicked");
    println!("{many} histories from number {first}: {met:?}");
    let missing: Vec<_> = TO_BE_MET.iter().filter(|what| !met.contains_key(**what)).collect();
    assert!(many < ENOUGH || missing.is_empty(), "never met in {many} histories: {missing:?}");
}

fn is_over(failures: &Mutex<Vec<(u64, String)>>) -> bool {
    !failures.lock().expect("no thread panics with it").is_empty()
}

/// What a person needs to know of a history that fails.
async fn told(stage: &mut Stage<'_>, way: &mut impl Way, seed: u64, seen: &mut Met) -> Option<String> {
    let history = History::of(seed);
    let failure = play(stage, way, &history, seen).await.err()?;
    eprintln!("USHER_HISTORY={seed} fails after step {}; looking for a shorter one", failure.step + 1);
    let (short, failure) = shrink(stage, way, history, failure).await;
    let step = failure.step + 1;
    Some(format!("USHER_HISTORY={seed} fails after step {step}: {}\n\n{short:?}", failure.what))
}

#[test]
fn after_every_run_of_a_history_the_directory_is_what_the_design_says() {
    play_all(|| Whole);
}

#[test]
fn runs_that_read_what_has_changed_end_where_runs_end_that_read_everything() {
    play_all(Incremental::default);
    let [incremental, quiet, short] = [0, 1, 2].map(|which| way::INCREMENTAL[which].load(Ordering::Relaxed));
    println!(
        "{incremental} of the runs read only what had changed; {quiet} of these did not look at the target, and {short} at \
         the members of some groups only"
    );
    assert!(number("USHER_HISTORY").is_some() || incremental > quiet + short && quiet > 0 && short > 0);
}
