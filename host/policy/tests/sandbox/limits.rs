//! What a plugin may use; the host outlives every one that wants more.

use std::time::Duration;

use usher_policy::{Limits, PolicyError, StopCause};

use crate::fixture::{configured, engine, groups_fail, people, users_fail, users_fail_within};

fn cause(error: PolicyError) -> StopCause {
    match error {
        PolicyError::Stopped(stop) => stop.cause,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_loop_in_configure_ends_with_its_fuel() {
    let error = configured(&engine(Limits::default()), "loop-in-configure").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) ran out of fuel in configure: the limit is 1,000,000,000\n\
         hint: it probably loops; if it only works hard, allow more with --plugin-fuel 4 or with `configure_fuel` in [policy.limits]"
    );
}

#[test]
fn a_loop_in_a_decision_ends_with_the_fuel_of_its_items() {
    assert_eq!(
        users_fail("loop-in-decide").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) ran out of fuel in decide-users (batch 1, users 1-3 of 3): the limit is \
         30,000,000, 10,000,000 for each user\n\
         hint: it probably loops on one of these users; if it only works hard, allow more with --plugin-fuel 4 or with \
         `fuel_per_item` in [policy.limits]. `usher plugin run --snapshot FILE --batch 1` finds the user"
    );
    assert_eq!(
        cause(groups_fail("loop-in-decide")),
        StopCause::Fuel { limit: 30_000_000, before: None, per_item: 10_000_000 }
    );
}

#[test]
fn more_fuel_than_there_is_time_ends_with_the_time() {
    let limit = Duration::from_secs(1);
    let limits = Limits { fuel_per_item: u64::MAX, wall_clock: limit, ..Limits::default() };
    let error = users_fail_within(limits, "loop-in-decide");
    let text = error.to_string();
    let begin = "the policy `hostile.wasm` (hostile 6.6.6) took too long in decide-users (batch 1, users 1-3 of 3): it was stopped after ";
    assert!(text.starts_with(begin), "{text}");
    let end = " s, and the limit is 1 s for a call\n\
               hint: it probably loops; on a slow or busy machine allow more with --plugin-timeout SECONDS or with `timeout_seconds` \
               in [policy.limits]. `usher plugin run --snapshot FILE --batch 1` finds the user";
    assert!(text.ends_with(end), "{text}");
    let StopCause::Time { limit: told, after } = cause(error) else { panic!("{text}") };
    assert_eq!(told, limit);
    assert!(after >= limit, "{after:?}");
}

#[test]
fn time_between_calls_is_not_the_plugins() {
    // Each call has the whole limit, however long ago the last one was.
    let limits = Limits { wall_clock: Duration::from_secs(1), ..Limits::default() };
    let mut policy = configured(&engine(limits), "").unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(policy.decide_users(&people(1)).unwrap().len(), 1);
}

#[test]
fn memory_has_an_end() {
    // With so much fuel that the memory ends first.
    let limits = Limits { fuel_per_item: 1_000_000_000, ..Limits::default() };
    let error = users_fail_within(limits, "memory-bomb");
    let text = error.to_string();
    let begin = "the policy `hostile.wasm` (hostile 6.6.6) ran out of memory in decide-users (batch 1, users 1-3 of 3): it asked for 25";
    assert!(text.starts_with(begin), "{text}");
    assert!(
        text.ends_with(
            ", and the limit is 256 MiB\nhint: if it really needs that much, allow more with --plugin-memory MIB or with `memory_mib` in \
             [policy.limits]. `usher plugin run --snapshot FILE --batch 1` finds the user"
        ),
        "{text}"
    );
    let StopCause::Memory { limit, wanted } = cause(error) else { panic!("{text}") };
    assert_eq!(limit, 256 << 20);
    assert!((limit + 1..limit + (3 << 20)).contains(&wanted), "{wanted}");
}

#[test]
fn a_recursion_without_end_is_a_trap_and_not_the_end_of_the_host() {
    assert_eq!(
        users_fail("deep-recursion").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) ran out of stack in decide-users (batch 1, users 1-3 of 3): its calls go deeper \
         than 1 MiB\n\
         hint: this is a bug in the plugin, most often a recursion without an end; tell its author. `usher plugin run --snapshot FILE --batch 1` \
         finds the user"
    );
}

#[test]
fn a_recursion_that_fills_the_plugins_own_stack_is_told_as_one() {
    assert_eq!(
        users_fail("wide-recursion").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) reached outside its memory in decide-users (batch 1, users 1-3 of 3)\n\
         hint: this is a bug in the plugin, most often a recursion without an end; tell its author. `usher plugin run --snapshot FILE --batch 1` \
         finds the user"
    );
}

#[test]
fn a_panic_is_told_in_its_own_words() {
    let text = users_fail("panic").to_string();
    let begin = "the policy `hostile.wasm` (hostile 6.6.6) crashed in decide-users (batch 1, users 1-3 of 3): panicked at ";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.contains("policy.rs:"), "{text}");
    assert!(
        text.contains(r": out of spite \u{1b}[2J\u{1b}[31mred next line\u{9b}1m\u{202e}desrever\u{7}"),
        "{text}"
    );
    let hint = "\nhint: this is a bug in the plugin; tell its author. `usher plugin run --snapshot FILE --batch 1` finds the user";
    assert!(text.ends_with(hint), "{text}");
    assert_eq!(text.lines().count(), 2);

    let error = configured(&engine(Limits::default()), "panic-in-configure").unwrap_err();
    assert!(error.to_string().contains(" crashed in configure: panicked at "), "{error}");
}

#[test]
fn a_crash_without_words_is_told_in_those_of_webassembly() {
    assert_eq!(
        users_fail("trap").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) crashed in decide-users (batch 1, users 1-3 of 3): wasm `unreachable` \
         instruction executed\n\
         hint: this is a bug in the plugin; tell its author. `usher plugin run --snapshot FILE --batch 1` finds the user"
    );
}

#[test]
fn an_answer_of_a_hundred_megabytes_is_not_read() {
    let limits = Limits { fuel_per_item: 1_000_000_000, memory: 1 << 30, ..Limits::default() };
    assert_eq!(
        users_fail_within(limits, "huge-answer").to_string(),
        "the policy `hostile.wasm` (hostile 6.6.6) handed over too much in decide-users (batch 1, users 1-3 of 3): more than \
         16 MiB at a time, which is the limit\n\
         hint: an answer or a log line of this size is most often a bug in the plugin; if not, allow more with `answer_mib` in \
         [policy.limits]. `usher plugin run --snapshot FILE --batch 1` finds the user"
    );
    let error = configured(&engine(Limits::default()), "huge-log-line").unwrap_err();
    assert_eq!(cause(error), StopCause::TooMuch { limit: 16 << 20 });
}

#[test]
fn log_lines_of_any_size_take_the_plugins_time_and_no_memory_of_the_host() {
    // Each is below what may be handed over at a time; together they would be ten gigabytes. Copying them is the host's work, which
    // fuel does not count, so it is the clock that ends it.
    let limits = Limits { wall_clock: Duration::from_secs(1), ..Limits::default() };
    match configured(&engine(limits), "huge-log-lines") {
        Ok(policy) => assert!(policy.usage().log_lines_dropped > 900),
        Err(error) => assert!(matches!(cause(error), StopCause::Time { .. } | StopCause::Fuel { .. })),
    }
}
