//! docs/limits.md says what is so: the defaults, and the messages as they come.

use usher_policy::Limits;

use crate::admission::{many_instances, with_functions};
use crate::fixture::{configured, engine, refusal, users_fail};

const PAGE: &str = include_str!("../../../../docs/limits.md");

#[track_caller]
fn tells(text: &str) {
    assert!(PAGE.contains(text), "docs/limits.md does not say {text:?}");
}

/// What comes after the policy's name on the first line.
fn message(error: &str) -> &str {
    let line = error.lines().next().unwrap_or_default();
    let named = line
        .strip_prefix("the policy `")
        .and_then(|rest| rest.split_once("` "))
        .expect("a policy is named")
        .1;
    named.strip_prefix("(hostile 6.6.6) ").unwrap_or(named)
}

#[test]
fn the_page_has_the_defaults() {
    let Limits { configure_fuel, fuel_per_item, wall_clock, memory, answer, log_lines, log_bytes, batch } =
        Limits::default();
    assert_eq!((configure_fuel, fuel_per_item), (1_000_000_000, 10_000_000));
    tells("| 1,000,000,000 | `configure_fuel` | `--plugin-fuel FACTOR` |");
    tells("| 10,000,000 | `fuel_per_item` | `--plugin-fuel FACTOR` |");
    tells(&format!("| {} s | `timeout_seconds` ", wall_clock.as_secs()));
    tells(&format!("| {} MiB | `memory_mib` ", memory >> 20));
    tells(&format!("| {} MiB | `answer_mib` ", answer >> 20));
    assert_eq!(log_lines, 1_000);
    tells("| 1,000 | `log_lines` |");
    tells(&format!("| {} KiB | `log_kib` |", log_bytes >> 10));
    tells(&format!("| groups or people in one call | {batch} |"));
}

#[test]
fn the_page_has_the_messages() {
    let engine = engine(Limits::default());
    let refused = |mode| configured(&engine, mode).unwrap_err().to_string();
    for error in [
        refused("loop-in-configure"),
        refused("huge-log-line"),
        refusal(&with_functions("(memory 4097)")),
        refusal(&with_functions("(table 600000 funcref) (table 600000 funcref)")),
        refusal(&many_instances(128)),
    ] {
        tells(&format!("`{}`", message(&error)));
    }
    for (mode, end) in [("deep-recursion", ": its calls go deeper than 1 MiB"), ("wide-recursion", "")] {
        let error = users_fail(mode).to_string();
        tells(&format!("`{}`", message(&error).replace("(batch 1, users 1-3 of 3)", "(…)")));
        assert!(message(&error).ends_with(end) || end.is_empty(), "{error}");
    }
    let log = configured(&engine, "million-log-lines").unwrap().take_log();
    let (begin, _) = log.last().expect("a last line").message.split_once(';').expect("a hint");
    tells(&format!("`{begin}; …`"));
}
