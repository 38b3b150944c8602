//! Answers that no compiler would give: components around modules written by hand, which keep to the types and to nothing else.

use usher_policy::{Limits, PolicyError, Stop};

use crate::fixture::{component, configured, engine, hostile, people};

/// What the functions of a module do. As they stand, it describes itself by empty texts, wants to be asked about users, and answers
/// with no decisions.
struct Crafted {
    describe: &'static str,
    configure: &'static str,
    decide_users: &'static str,
    /// Where the host may put what it hands over.
    realloc: &'static str,
    /// After an answer was read.
    post_describe: &'static str,
}

impl Default for Crafted {
    fn default() -> Self {
        Self {
            describe: "i32.const 64",
            // `needs` at 128: ok, and of the hooks the second.
            configure: "(i32.store8 (i32.const 132) (i32.const 2)) i32.const 128",
            decide_users: "i32.const 256",
            realloc: "(local.set 4 (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
                      (global.set $free (i32.add (local.get 4) (local.get 3)))
                      local.get 4",
            post_describe: "",
        }
    }
}

impl Crafted {
    fn component(&self) -> Vec<u8> {
        let Self { describe, configure, decide_users, realloc, post_describe } = self;
        let module = format!(
            r#"(module
                (memory (export "memory") 16)
                (global $free (mut i32) (i32.const 4096))
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (local i32) {realloc})
                (func (export "usher:policy/policy@0.1.0#describe") (result i32) {describe})
                (func (export "cabi_post_usher:policy/policy@0.1.0#describe") (param i32) {post_describe})
                (func (export "usher:policy/policy@0.1.0#configure") (param i32 i32 i64) (result i32) {configure})
                (func (export "usher:policy/policy@0.1.0#decide-groups") (param i32 i32) (result i32) i32.const 256)
                (func (export "usher:policy/policy@0.1.0#decide-users") (param i32 i32) (result i32) {decide_users}))"#
        );
        usher_plugin_build::component_like(&hostile(), &component(&module))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Why it comes to no decision about three people.
    fn fails(&self) -> Stop {
        let engine = engine(Limits::default());
        let decided = engine.load("crafted.wasm", &self.component()).and_then(|loaded| {
            let mut policy = loaded.configure(&serde_json::json!({}), 0)?;
            policy.decide_users(&people(3))
        });
        let stop = match decided.unwrap_err() {
            PolicyError::Stopped(stop) => *stop,
            other => panic!("{other:?}"),
        };
        // The next one works.
        assert_eq!(configured(&engine, "").unwrap().decide_users(&people(3)).unwrap().len(), 3);
        stop
    }
}

const LOOP: &str = "(loop (br 0)) unreachable";

fn says(crafted: &Crafted, place: &str, parts: &[&str]) {
    let text = crafted.fails().to_string();
    assert!(text.starts_with("the policy `crafted.wasm` "), "{text}");
    for part in [&[place], parts].concat() {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    assert!(text.contains("\nhint: "), "{text}");
}

#[test]
fn what_answers_nothing_at_all_answers_too_little() {
    says(&Crafted::default(), "in decide-users (batch 1, users 1-3 of 3)", &["0 decisions for 3 items"]);
}

#[test]
fn a_loop_in_describe_ends_with_its_fuel() {
    let crafted = Crafted { describe: LOOP, ..Crafted::default() };
    says(
        &crafted,
        "ran out of fuel in describe: the limit is 1,000,000,000",
        &["--plugin-fuel", "`configure_fuel`"],
    );
}

#[test]
fn a_loop_where_the_host_asks_for_room_ends_with_the_fuel_of_the_call() {
    let crafted = Crafted { realloc: LOOP, ..Crafted::default() };
    says(&crafted, "ran out of fuel in configure: the limit is 1,000,000,000", &[]);
}

#[test]
fn a_loop_after_the_answer_is_no_answer() {
    let crafted = Crafted { post_describe: "(loop (br 0))", ..Crafted::default() };
    says(&crafted, "ran out of fuel in describe", &[]);
}

#[test]
fn an_answer_outside_the_plugins_memory_is_none() {
    for describe in ["i32.const -64", "i32.const 1048572", "i32.const 65", "i32.const -1"] {
        says(&Crafted { describe, ..Crafted::default() }, " in describe", &[]);
    }
    // A name that begins within it and ends outside.
    let describe = "(i32.store (i32.const 64) (i32.const 1048570)) (i32.store (i32.const 68) (i32.const 100)) i32.const 64";
    says(&Crafted { describe, ..Crafted::default() }, " in describe", &[]);
}

#[test]
fn a_text_that_is_none_is_no_answer() {
    // Four bytes of 0xff.
    let describe = "(i32.store (i32.const 512) (i32.const -1)) (i32.store (i32.const 64) (i32.const 512))
                    (i32.store (i32.const 68) (i32.const 4)) i32.const 64";
    says(&Crafted { describe, ..Crafted::default() }, " in describe", &[]);
}

#[test]
fn a_case_that_the_contract_does_not_have_is_no_answer() {
    let configure = "(i32.store8 (i32.const 128) (i32.const 7)) i32.const 128";
    says(&Crafted { configure, ..Crafted::default() }, " in configure", &[]);
}

#[test]
fn room_that_is_not_the_plugins_is_not_written_to() {
    for realloc in ["i32.const -8", "i32.const 1048568", "i32.const 4097"] {
        let crafted = Crafted { realloc, ..Crafted::default() };
        let place = crafted.fails().to_string();
        assert!(place.contains(" in configure") || place.contains(" in decide-users"), "{realloc}: {place}");
    }
}

#[test]
fn a_list_longer_than_memory_is_not_read() {
    // Four thousand million decisions, and as many as just fit what may be handed over in bytes.
    for (at, length) in [(512, -1), (512, 1 << 24), (-8, 1), (1 << 19, 100_000)] {
        let decide_users = format!(
            "(i32.store (i32.const 260) (i32.const {at})) (i32.store (i32.const 264) (i32.const {length})) i32.const 256"
        );
        let crafted = Crafted { decide_users: decide_users.leak(), ..Crafted::default() };
        says(&crafted, " in decide-users (batch 1, users 1-3 of 3)", &[]);
    }
}
