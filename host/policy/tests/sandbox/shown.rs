//! What a plugin says of itself is made fit to be shown.

use usher_policy::{Level, Limits, LogLine};

use crate::fixture::{configured, engine, hostile, people};

const ESCAPED: &str = r"\u{1b}[2J\u{1b}[31mred\r\nnext line\u{9b}1m\u{202e}desrever\u{7}";

#[test]
fn a_description_cannot_move_the_cursor() {
    let policy = engine(Limits::default()).load("hostile.wasm", &hostile()).unwrap();
    let description = policy.description();
    assert_eq!((&*description.name, &*description.version), ("hostile", "6.6.6"));
    assert_eq!(description.summary, format!("misbehaves {ESCAPED}"));
    assert_eq!(description.config_schema.as_deref(), Some(r#"{"type":"object"}"#));
}

#[test]
fn a_reason_cannot_move_the_cursor() {
    let mut policy = configured(&engine(Limits::default()), "escapes").unwrap();
    let why = policy.decide_users(&people(1)).unwrap().remove(0).why;
    assert_eq!(why.message, ESCAPED);
    assert_eq!(why.rule, r"r\u{1b}[2J\u{1b}[31mred\r\nnext line\u{9b}1m\u{202e}desrever…");
}

#[test]
fn a_long_reason_is_cut() {
    let mut policy = configured(&engine(Limits::default()), "long-reason").unwrap();
    let why = policy.decide_users(&people(1)).unwrap().remove(0).why;
    assert_eq!(why.rule, format!("{}…", "r".repeat(61)));
    assert_eq!(why.message.len(), 512);
    assert!(why.message.ends_with("m… (1,048,576 bytes in all)"), "{}", why.message);
}

#[test]
fn a_log_is_taken_once_and_escaped() {
    let mut policy = configured(&engine(Limits::default()), "log").unwrap();
    let line = |level, message: &str| LogLine { level, message: message.to_owned() };
    assert_eq!(policy.take_log(), [line(Level::Debug, "a"), line(Level::Error, ESCAPED)]);
    assert_eq!(policy.take_log(), []);
    assert_eq!(["debug", "error"], [Level::Debug, Level::Error].map(|level| level.to_string()));
}

#[test]
fn a_flood_of_log_lines_is_cut_and_counted() {
    let mut policy = configured(&engine(Limits::default()), "million-log-lines").unwrap();
    let lines = policy.take_log();
    assert_eq!(lines.len(), 1_001);
    assert!(lines[..1_000].iter().all(|line| line.message == "again"));
    let last = LogLine { level: Level::Warn, message: "999,000 more lines dropped: the limit is 1,000 lines and 64 KiB; `log_lines` and `log_kib` in [policy.limits] allow more".to_owned() };
    assert_eq!(lines[1_000], last);
    assert_eq!(policy.usage().log_lines_dropped, 999_000);
    // The policy itself is none the worse.
    assert_eq!(policy.decide_users(&people(2)).unwrap().len(), 2);
}

#[test]
fn the_log_of_a_policy_that_failed_can_still_be_read() {
    let policy = engine(Limits::default()).load("hostile.wasm", &hostile()).unwrap();
    let log = policy.log().clone();
    policy.configure(&serde_json::json!({ "mode": "panic-in-configure" }), 0).unwrap_err();
    let lines = log.take();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].message.contains("out of spite"), "{lines:?}");
}
