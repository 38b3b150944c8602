//! Policies that misbehave, in the real program: it lives, says whose fault it is and what to do, and writes nothing.

use usher_tests::org::user_id;
use usher_tests::{Org, Outcome, Sim};

/// Two of each, so that answers can be swapped.
fn org() -> Org {
    Org::new().people(["ann", "bob"]).group("admins", ["ann", "bob"]).group("choir", ["bob"])
}

/// A place with the policy that misbehaves as its mode says, in both of its decisions or in `only` one.
fn hostile(mode: &str, only: &str) -> Sim {
    let mut sim = Sim::start(org());
    let component = usher_plugin_build::workspace_policy("usher-hostile").expect("the policy can be built");
    sim.file("hostile.wasm", &component);
    // Who decides no groups has to be given some.
    let named = if only == "users" { "[sync]\ngroups = [\"admins\", \"choir\"]\n" } else { "" };
    sim.rest = format!(
        "{named}[policy]\ncomponent = \"hostile.wasm\"\n[policy.config]\nmode = \"{mode}\"\nonly = \"{only}\"\nid = \"{}\"\n",
        user_id("ann")
    );
    sim
}

/// A place with a component whose core module has this in it beside the functions of a policy, all of one wrong type: enough to be let in,
/// and what is wrong shows only when it has started.
fn odd(module: &str) -> Sim {
    crafted(&format!(
        r#"(component
            (core module $module {module} (func (export "f")))
            (core instance $instance (instantiate $module))
            (func $f (canon lift (core func $instance "f")))
            (instance $policy
                (export "describe" (func $f)) (export "configure" (func $f))
                (export "decide-groups" (func $f)) (export "decide-users" (func $f)))
            (export "usher:policy/policy@0.1.0" (instance $policy)))"#
    ))
}

fn crafted(text: &str) -> Sim {
    with_bytes(&wat::parse_str(text).expect("the text is a component"))
}

fn with_bytes(bytes: &[u8]) -> Sim {
    let mut sim = Sim::start(org());
    sim.file("odd.wasm", bytes);
    sim.rest = "[policy]\ncomponent = \"odd.wasm\"\n".to_owned();
    sim
}

/// The program ends by itself with this status and one clear paragraph that says all of this, and Identity Center never heard of it.
#[track_caller]
fn fails(sim: &Sim, status: i32, says: &[&str]) -> Outcome {
    let outcome = sim.sync([]).fails_clearly(status).says("Nothing was written.");
    nothing_written(sim, outcome, says)
}

/// The same of a policy that had something to say before: its log comes first.
#[track_caller]
fn fails_with_a_log(sim: &Sim, status: i32, says: &[&str]) -> Outcome {
    let outcome = sim.sync([]).exits(status).says("error: ").says("hint: ").says("Nothing was written.");
    assert_eq!(outcome.stdout, "");
    nothing_written(sim, outcome, says)
}

#[track_caller]
fn nothing_written(sim: &Sim, outcome: Outcome, says: &[&str]) -> Outcome {
    let outcome = says.iter().fold(outcome, |outcome, text| outcome.says(text));
    assert_eq!(sim.requests().writes(), 0, "{outcome}");
    assert!(sim.target().users.is_empty() && sim.target().groups.is_empty());
    no_escapes(&outcome);
    outcome
}

/// Nothing that moves a cursor or turns the direction of reading came through.
#[track_caller]
fn no_escapes(outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        let is_unsafe = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
        assert_eq!(text.chars().find(is_unsafe), None, "{outcome}");
    }
}

const GROUPS: &str = "in decide-groups (batch 1, groups 1-2 of 2)";
const USERS: &str = "in decide-users (batch 1, users 1-2 of 2)";
const POLICY: &str = "the policy `hostile.wasm` (hostile 6.6.6) ";

/// It fails so in either decision.
#[track_caller]
fn fails_in_both(mode: &str, says: &[&str]) {
    fails(&hostile(mode, "groups"), 1, &[&[POLICY, GROUPS], says].concat());
    fails(&hostile(mode, "users"), 1, &[&[POLICY, USERS], says].concat());
}

#[test]
fn a_policy_without_malice_is_believed() {
    let sim = hostile("none-of-the-modes", "");
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("admins"), ["ann", "bob"]);
}

#[test]
fn an_endless_loop_at_the_start() {
    let sim = odd("(func $spin (loop (br 0))) (start $spin)");
    let limit = "ran out of fuel in start: the limit is 1,000,000,000";
    fails(&sim, 2, &["the policy `odd.wasm` ", limit, "--plugin-fuel", "`configure_fuel`"]);
}

#[test]
fn an_endless_loop_where_it_describes_itself() {
    let model = usher_plugin_build::workspace_policy("usher-hostile").expect("the policy can be built");
    let module = r#"(module
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
        (func (export "usher:policy/policy@0.1.0#describe") (result i32) (loop (br 0)) unreachable)
        (func (export "usher:policy/policy@0.1.0#configure") (param i32 i32 i64) (result i32) unreachable)
        (func (export "usher:policy/policy@0.1.0#decide-groups") (param i32 i32) (result i32) unreachable)
        (func (export "usher:policy/policy@0.1.0#decide-users") (param i32 i32) (result i32) unreachable))"#;
    let module = wat::parse_str(module).expect("the text is a module");
    let component = usher_plugin_build::component_like(&model, &module).expect("it has the form of a policy");
    let limit = "ran out of fuel in describe: the limit is 1,000,000,000";
    fails(&with_bytes(&component), 2, &["the policy `odd.wasm` ", limit, "--plugin-fuel"]);
}

#[test]
fn an_endless_loop_where_it_is_configured() {
    let limit = "ran out of fuel in configure: the limit is 1,000,000,000";
    fails(&hostile("loop-in-configure", ""), 2, &[POLICY, limit, "--plugin-fuel", "`configure_fuel`"]);
}

#[test]
fn an_endless_loop_where_it_decides() {
    let limit = "the limit is 20,000,000, 10,000,000 for each ";
    fails_in_both("loop-in-decide", &["ran out of fuel", limit, "--plugin-fuel", "`fuel_per_item`"]);
}

#[test]
fn an_endless_loop_over_one_person() {
    let sim = hostile("loop-on-one", "users");
    fails(&sim, 1, &[POLICY, "ran out of fuel", USERS, "one of these users", "--batch 1` finds the user"]);
}

#[test]
fn more_fuel_than_time() {
    let mut sim = hostile("loop-in-decide", "");
    sim.rest = format!("{}[policy.limits]\nfuel_per_item = {}\ntimeout_seconds = 1\n", sim.rest, i64::MAX);
    let limit = "and the limit is 1 s for a call";
    fails(&sim, 1, &[POLICY, "took too long", GROUPS, "it was stopped after ", limit, "--plugin-timeout"]);
}

#[test]
fn a_memory_bomb() {
    for only in ["groups", "users"] {
        let mut sim = hostile("memory-bomb", only);
        sim.rest = format!("{}[policy.limits]\nmemory_mib = 16\n", sim.rest);
        let place = if only == "groups" { GROUPS } else { USERS };
        let said = ["ran out of memory", place, "and the limit is 16 MiB", "--plugin-memory", "`memory_mib`"];
        fails(&sim, 1, &[&[POLICY], &said[..]].concat());
    }
    let sim = hostile("memory-bomb-in-configure", "");
    sim.sync(["--plugin-memory", "16"])
        .fails_clearly(2)
        .says("ran out of memory in configure")
        .says("16 MiB");
    assert_eq!(sim.requests().writes(), 0);
    fails(
        &odd("(memory 4097)"),
        2,
        &["ran out of memory in start: it asked for 256.1 MiB, and the limit is 256 MiB"],
    );
}

#[test]
fn a_recursion_without_end() {
    fails_in_both("deep-recursion", &["ran out of stack", "deeper than 1 MiB", "recursion without an end"]);
    fails_in_both("wide-recursion", &["reached outside its memory", "recursion without an end"]);
}

#[test]
fn a_panic_and_a_crash_without_words() {
    for only in ["groups", "users"] {
        let said = ["crashed in decide-", "out of spite", r"\u{1b}[2J", "bug in the plugin"];
        fails_with_a_log(&hostile("panic", only), 1, &[&[POLICY], &said[..]].concat());
    }
    let configure = ["crashed in configure: ", "out of spite"];
    fails_with_a_log(&hostile("panic-in-configure", ""), 2, &[&[POLICY], &configure[..]].concat());
    fails_in_both("trap", &["crashed", "`unreachable` instruction", "bug in the plugin"]);
}

#[test]
fn too_few_and_too_many_answers() {
    fails_in_both("none", &["gave a wrong answer", "0 decisions for 2 items", "answers each item once"]);
    fails_in_both("too-few", &["gave a wrong answer", "1 decisions for 2 items", "answers each item once"]);
    fails_in_both("too-many", &["gave a wrong answer", "3 decisions for 2 items", "answers each item once"]);
}

#[test]
fn answers_under_other_ids() {
    let (ann, bob) = (user_id("ann"), user_id("bob"));
    let swapped = format!("the decision for `{bob}` stands where that for `{ann}` belongs");
    fails(&hostile("ids-swapped", "users"), 1, &[POLICY, USERS, &swapped, "hint: "]);
    fails(&hostile("ids-swapped", "groups"), 1, &[POLICY, GROUPS, " stands where that for ", "hint: "]);
    let twice = format!("the decision for `{ann}` stands where that for `{bob}` belongs");
    fails(&hostile("duplicate", "users"), 1, &[POLICY, USERS, &twice]);
    fails_in_both("foreign-id", &["carries the id `\\u{1b}[2J", "which was not asked"]);
}

#[test]
fn keys_that_are_none_or_come_twice() {
    fails(&hostile("doubled-key", "groups"), 1, &[POLICY, GROUPS, "names the target group `k` twice"]);
    fails(&hostile("bad-key", "groups"), 1, &[POLICY, GROUPS, r"names the key `a key: \u{1b}[31m`"]);
    fails(&hostile("bad-key", "users"), 1, &[POLICY, USERS, "names the key `a/b`"]);
    fails_in_both("empty-rule", &["names no rule"]);
}

#[test]
fn an_answer_of_a_hundred_megabytes() {
    for only in ["groups", "users"] {
        let sim = hostile("huge-answer", only);
        let place = if only == "groups" { GROUPS } else { USERS };
        let outcome = sim.sync(["--plugin-fuel", "100", "--plugin-memory", "1024"]).fails_clearly(1);
        let said = [POLICY, "handed over too much", place, "more than 16 MiB at a time", "`answer_mib`"];
        nothing_written(&sim, outcome, &said);
    }
}

#[test]
fn a_log_line_of_a_hundred_megabytes() {
    let said = [POLICY, "handed over too much in configure: more than 16 MiB", "`answer_mib`"];
    fails(&hostile("huge-log-line", ""), 2, &said);
}

#[test]
fn a_million_log_lines_are_cut_and_hurt_nobody() {
    let mut sim = hostile("million-log-lines", "");
    sim.rest = format!("{}[policy.limits]\nlog_lines = 20\n", sim.rest);
    let outcome = sim.sync([]).exits(0).says("999,980 more lines dropped: the limit is 20 lines and 64 KiB");
    assert!(outcome.stderr.lines().count() < 100, "{outcome}");
    assert_eq!(sim.target().members("admins"), ["ann", "bob"]);
}

#[test]
fn terminal_escapes_anywhere() {
    // In the log.
    no_escapes(&hostile("log", "").sync([]).exits(0).says(r"\u{1b}[2J"));
    // In reasons; every rule and message is printed.
    no_escapes(&hostile("escapes", "").plan(["--all"]).exits(0));
    // In the problems of a configuration.
    fails(
        &hostile("refuse", ""),
        2,
        &[POLICY, "/groups/0/when, line 1, column 5", "unknown name `grup`", r"\u{1b}[2J"],
    );
    // In an error.
    fails_in_both("error-answer", &["failed in decide-", r"no idea \u{1b}[2J", "gave up"]);
    // In what it says of itself, and in the attributes that it asks for.
    let sim = hostile("escapes-in-needs", "");
    no_escapes(&sim.run("plugin", &["inspect", "hostile.wasm"]).exits(0).prints(r"\u{1b}[2J"));
    let config = sim.file("config.toml", b"mode = \"escapes-in-needs\"\n");
    let inspected = sim.run("plugin", &["inspect", "hostile.wasm", "--config", &config]).exits(0);
    no_escapes(&inspected);
    no_escapes(&sim.plan([]).exits(0));
}

#[test]
fn terminal_escapes_in_names_are_left_alone_and_shown_harmless() {
    for only in ["groups", "users"] {
        let sim = hostile("escapes-in-names", only);
        // A group is told by its name, a person by the attribute that AWS would refuse.
        let told = if only == "groups" { r"\u{1b}[2J" } else { "`title` holds a hidden character (U+001B)" };
        let outcome = sim.sync(["--all"]).prints(told);
        no_escapes(&outcome);
        let target = sim.target();
        let names = target.groups.keys().chain(target.users.keys());
        assert!(names.into_iter().all(|name| !name.contains('\u{1b}')), "{outcome}");
        assert!(!format!("{:?}", target.users).contains("\\u{1b}"), "{outcome}");
    }
}

#[test]
fn an_empty_required_field_holds_the_person_and_nobody_is_written() {
    let sim = hostile("empty-fields", "users");
    let outcome =
        sim.sync([]).exits(5).prints("userName").prints("ann@example.com").prints("bob@example.com");
    no_escapes(&outcome);
    assert!(sim.target().users.is_empty(), "{outcome}");
}

#[test]
fn one_user_name_for_all_is_a_conflict_and_nobody_is_written() {
    let sim = hostile("one-user-name", "users");
    let outcome = sim.sync([]).exits(5).prints("everybody@example.com");
    assert!(sim.target().users.is_empty(), "{outcome}");
}

#[test]
fn a_reason_of_a_megabyte_is_cut() {
    let sim = hostile("long-reason", "users");
    let outcome = sim.sync(["--json"]).exits(0);
    let report = outcome.json().to_string();
    assert!(report.len() < 100_000, "{} bytes", report.len());
    assert_eq!(sim.target().people(), ["ann", "bob"]);
}

#[test]
fn imports_behind_a_re_export_are_imports() {
    // Passed on by the component itself, and by a component inside it.
    for text in [
        r#"(component
            (import "wasi:random/random@0.2.6" (instance $hidden (export "source" (type (sub resource)))))
            (export "usher:policy/policy@0.1.0" (instance $hidden)))"#,
        r#"(component
            (import "wasi:random/random@0.2.6" (instance $hidden (export "source" (type (sub resource)))))
            (component $inner
                (import "usher:policy/log@0.1.0" (instance $log (export "source" (type (sub resource)))))
                (export "usher:policy/policy@0.1.0" (instance $log)))
            (instance $inner (instantiate $inner (with "usher:policy/log@0.1.0" (instance $hidden))))
            (alias export $inner "usher:policy/policy@0.1.0" (instance $policy))
            (export "usher:policy/policy@0.1.0" (instance $policy)))"#,
    ] {
        let said = "imports wasi:random/random@0.2.6 that usher does not grant";
        fails(&crafted(text), 2, &["the policy `odd.wasm` ", said, "can reach nothing but its log"]);
    }
}

#[test]
fn a_log_that_would_do_more_is_not_the_log() {
    let text = r#"(component
        (import "usher:policy/log@0.1.0" (instance (export "read-file" (func (param "path" string) (result string)))))
        (instance $policy)
        (export "usher:policy/policy@0.1.0" (instance $policy)))"#;
    fails(&crafted(text), 2, &["the policy `odd.wasm` does not keep to usher:policy@0.1.0", "read-file"]);
}

#[test]
fn a_policy_for_another_contract() {
    for version in ["1.0.0", "0.2.0"] {
        let text = format!(
            r#"(component (instance $policy) (export "usher:policy/policy@{version}" (instance $policy)))"#
        );
        let said = format!(
            "the policy `odd.wasm` is built for version {version} of usher:policy; this usher serves 0.1"
        );
        fails(&crafted(&text), 2, &[&said]);
    }
}

#[test]
fn what_is_no_component_or_only_half_of_one() {
    fails(&with_bytes(b"\0asm\x01\0\0\0"), 2, &["the policy `odd.wasm` ", "it is a core module"]);
    fails(&with_bytes(b"remember the milk"), 2, &["the policy `odd.wasm` ", "it begins with `remember`"]);
    fails(&with_bytes(b""), 2, &["it is empty"]);
    let whole = usher_plugin_build::workspace_policy("usher-hostile").expect("the policy can be built");
    fails(
        &with_bytes(&whole[..whole.len() / 2]),
        2,
        &["the policy `odd.wasm` cannot be compiled", "damaged"],
    );
    let mut spoilt = whole;
    let middle = spoilt.len() / 2;
    spoilt[middle..middle + 4_000].fill(0xff);
    fails(&with_bytes(&spoilt), 2, &["the policy `odd.wasm` ", "hint: "]);
}

#[test]
fn one_of_a_row_ends_the_run_for_all() {
    let mut sim = hostile("", "");
    let row = |mode: &str| {
        format!(
            "[[policy]]\nname = \"company\"\ncomponent = \"hostile.wasm\"\n[policy.config]\nmode = \"good\"\n\
             [[policy]]\nname = \"local\"\ncomponent = \"hostile.wasm\"\n[policy.config]\nmode = \"{mode}\"\nonly = \"users\"\n"
        )
    };
    sim.rest = row("trap");
    fails(&sim, 1, &["the policy `local: hostile.wasm` (hostile 6.6.6) crashed", USERS]);
    sim.rest = row("good");
    sim.sync([]).exits(0);
    assert_eq!(sim.target().people(), ["ann", "bob"]);
}
