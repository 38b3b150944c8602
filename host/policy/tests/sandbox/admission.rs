//! What is let in.

use usher_policy::{Limits, PolicyEngine, PolicyError};

use crate::fixture::{component, engine, refusal};

/// An interface with the right names, all of one wrong type.
pub(crate) fn with_functions(module: &str) -> String {
    format!(
        r#"(component
            (core module $module {module} (func (export "f")))
            (core instance $instance (instantiate $module))
            (func $f (canon lift (core func $instance "f")))
            (instance $policy
                (export "describe" (func $f))
                (export "configure" (func $f))
                (export "decide-groups" (func $f))
                (export "decide-users" (func $f)))
            (export "usher:policy/policy@0.1.0" (instance $policy)))"#
    )
}

fn not_a_component(bytes: &[u8]) -> String {
    engine(Limits::default()).load("odd.wasm", bytes).unwrap_err().to_string()
}

#[test]
fn wasi_is_refused_by_name_and_the_hint_says_how_to_do_without() {
    let text = r#"(component
        (import "wasi:io/error@0.2.6" (instance))
        (import "wasi:cli/environment@0.2.6" (instance))
        (import "wasi:cli/exit@0.2.6" (instance))
        (import "wasi:random/random@0.2.6" (instance))
        (import "usher:policy/log@0.1.0" (instance))
        (instance $policy)
        (export "usher:policy/policy@0.1.0" (instance $policy)))"#;
    assert_eq!(
        refusal(text),
        "the policy `odd.wasm` imports wasi:cli/environment@0.2.6, wasi:cli/exit@0.2.6, wasi:io/error@0.2.6 and 1 more that \
         usher does not grant\n\
         hint: a policy can reach nothing but its log. Build a Rust one for wasm32-unknown-unknown and not for a wasi target, \
         a Python one with `--stub-wasi`, a JavaScript one with `--backend quickjs --backend-qjs-stub-wasi`"
    );
}

#[test]
fn a_bare_function_is_refused_as_an_import() {
    let text = r#"(component
        (import "now" (func (result u64)))
        (instance $policy)
        (export "usher:policy/policy@0.1.0" (instance $policy)))"#;
    assert_eq!(
        refusal(text),
        "the policy `odd.wasm` imports now that usher does not grant\n\
         hint: a policy may import the interface usher:policy/log and nothing else; all it needs comes with the question"
    );
}

#[test]
fn an_import_passed_on_as_the_policy_is_still_an_import() {
    for name in ["usher:policy/policy@0.1.0", "wasi:random/random@0.2.6"] {
        let text = format!(
            r#"(component
                (import "{name}" (instance $hidden (export "source" (type (sub resource)))))
                (export "usher:policy/policy@0.1.0" (instance $hidden)))"#
        );
        let refusal = refusal(&text);
        let refused = format!("the policy `odd.wasm` imports {name} that usher does not grant\n");
        assert!(refusal.starts_with(&refused), "{refusal}");
    }
}

#[test]
fn an_imported_function_cannot_be_passed_on_as_the_policys() {
    // This the compiler refuses before the imports are looked at.
    let text = r#"(component
        (import "wasi:random/random@0.2.6" (instance $hidden (export "describe" (func (result u64)))))
        (export "usher:policy/policy@0.1.0" (instance $hidden)))"#;
    let error = engine(Limits::default()).load("odd.wasm", &component(text)).unwrap_err();
    assert!(matches!(error, PolicyError::Malformed { .. }), "{error:?}");
    assert!(error.to_string().contains("`describe` is a reexport of an imported function"), "{error}");
}

#[test]
fn an_import_that_looks_like_the_log_is_not_the_log() {
    for name in
        ["usher:policy/logs@0.1.0", "usher:policy/log@0.1.0-rc", "usher:policy/log", "other:policy/log@0.1.0"]
    {
        let text = format!(
            r#"(component
                (import "{name}" (instance))
                (instance $policy)
                (export "usher:policy/policy@0.1.0" (instance $policy)))"#
        );
        let error = engine(Limits::default()).load("odd.wasm", &component(&text)).unwrap_err();
        let PolicyError::Imports { imports, .. } = error else { panic!("{error}") };
        assert_eq!(imports, [name]);
    }
}

#[test]
fn the_log_has_no_more_functions_than_the_contract_gives_it() {
    let text = r#"(component
        (import "usher:policy/log@0.1.0" (instance (export "read" (func (result string)))))
        (instance $policy)
        (export "usher:policy/policy@0.1.0" (instance $policy)))"#;
    let error = engine(Limits::default()).load("odd.wasm", &component(text)).unwrap_err();
    assert!(matches!(error, PolicyError::Shape { .. }), "{error:?}");
    assert!(error.to_string().contains("read"), "{error}");
}

#[test]
fn a_component_of_another_world_is_told_what_it_exports() {
    let text = r#"(component
        (instance $run)
        (export "wasi:http/handler@0.3.0" (instance $run))
        (export "usher:policy/policies@0.1.0" (instance $run)))"#;
    assert_eq!(
        refusal(text),
        "the policy `odd.wasm` does not export the interface usher:policy/policy; it exports usher:policy/policies@0.1.0, \
         wasi:http/handler@0.3.0\n\
         hint: a policy is built for the world `plugin` of usher:policy@0.1.0; a Rust one gets there by `usher_guest::export!`"
    );
    assert!(refusal("(component)").contains("; it exports nothing\n"));
}

#[test]
fn a_policy_for_another_version_names_both_versions() {
    for found in ["0.2.0", "1.0.0", "0.10.0", "0.1.0-draft"] {
        let text = format!(
            r#"(component
                (import "usher:policy/log@{found}" (instance))
                (instance $policy)
                (export "usher:policy/policy@{found}" (instance $policy)))"#
        );
        assert_eq!(
            refusal(&text),
            format!(
                "the policy `odd.wasm` is built for version {found} of usher:policy; this usher serves 0.1\n\
                 hint: take a newer usher, or build the plugin for the version that this one serves"
            )
        );
    }
}

#[test]
fn an_interface_of_another_shape_is_refused() {
    let error = engine(Limits::default()).load("odd.wasm", &component(&with_functions(""))).unwrap_err();
    assert!(matches!(error, PolicyError::Shape { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("the policy `odd.wasm` does not keep to usher:policy@0.1.0: "), "{text}");
    assert!(text.ends_with("\nhint: build it again from the WIT of this usher, unchanged"), "{text}");

    let empty = r#"(component
        (instance $policy)
        (export "usher:policy/policy@0.1.0" (instance $policy)))"#;
    let error = engine(Limits::default()).load("odd.wasm", &component(empty)).unwrap_err();
    assert!(matches!(error, PolicyError::Shape { .. }), "{error:?}");
}

#[test]
fn a_core_module_is_not_a_component() {
    assert_eq!(
        not_a_component(&component("(module)")),
        "the policy `odd.wasm` is not a WebAssembly component: it is a core module, a component's raw material\n\
         hint: `usher plugin build DIR`, with the folder of the policy, makes the component; a Rust policy needs wit-bindgen's exports, \
         which `usher_guest::export!` writes"
    );
}

#[test]
fn what_is_no_webassembly_is_named_for_what_it_is() {
    for (bytes, what) in [
        (&b""[..], "it is empty\n"),
        (b"(component)", "it is WebAssembly text\n"),
        (b"\0asm", "it is WebAssembly of an unknown kind, or cut off\n"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "it begins with `\\u{7f}ELF\\u{2}\\u{1}\\u{1}\\u{0}`\n"),
    ] {
        let text = not_a_component(bytes);
        let begin = format!("the policy `odd.wasm` is not a WebAssembly component: {what}hint: ");
        assert!(text.starts_with(&begin), "{text}");
    }
}

#[test]
fn a_component_cut_short_is_damaged() {
    let whole = component(&with_functions(""));
    let error = engine(Limits::default()).load("odd.wasm", &whole[..whole.len() - 7]).unwrap_err();
    assert!(matches!(error, PolicyError::Malformed { .. }), "{error:?}");
    assert!(error.to_string().starts_with("the policy `odd.wasm` cannot be compiled: "), "{error}");
}

#[test]
fn a_loop_in_the_start_code_ends_with_its_fuel() {
    let text = with_functions("(func $spin (loop (br 0))) (start $spin)");
    assert_eq!(
        refusal(&text),
        "the policy `odd.wasm` ran out of fuel in start: the limit is 1,000,000,000\n\
         hint: it probably loops; if it only works hard, allow more with --plugin-fuel 4 or with `configure_fuel` in \
         [policy.limits]"
    );
}

#[test]
fn memory_and_tables_that_a_plugin_starts_with_count() {
    assert_eq!(
        refusal(&with_functions("(memory 4097)")),
        "the policy `odd.wasm` ran out of memory in start: it asked for 256.1 MiB, and the limit is 256 MiB\n\
         hint: if it really needs that much, allow more with --plugin-memory MIB or with `memory_mib` in [policy.limits]"
    );
    assert_eq!(
        refusal(&with_functions("(table 600000 funcref) (table 600000 funcref)")),
        "the policy `odd.wasm` asked for too large tables in start: 1,200,000 elements, and the limit is 1,000,000\n\
         hint: this is a bug in the plugin; tell its author"
    );
}

#[test]
fn a_plugin_has_only_so_many_parts() {
    let many = |part: &str, number: usize| with_functions(&vec![part; number].join(" "));
    for (text, part, limit) in [
        (many("(table 1 funcref)", 33), "table", 32),
        (many("(memory 1)", 9), "memory", 8),
        (many_instances(128), "instance", 128),
    ] {
        assert_eq!(
            refusal(&text),
            format!(
                "the policy `odd.wasm` has too many parts in start: more than {limit} of the kind `{part}`, which is the limit\n\
                 hint: this is a bug in the plugin; tell its author"
            )
        );
    }
}

/// The odd policy, with so many more instances.
pub(crate) fn many_instances(number: usize) -> String {
    let instance = "(core instance (instantiate $empty))\n";
    with_functions("").replacen(
        "(component",
        &format!("(component (core module $empty) {}", instance.repeat(number)),
        1,
    )
}

#[test]
fn a_loaded_policy_outlives_its_engine_and_moves_to_another_thread() {
    fn is_send<T: Send + 'static>(value: T) -> T {
        value
    }
    let engine: PolicyEngine = engine(Limits::default());
    let mut policy = is_send(crate::fixture::configured(&engine, "").unwrap());
    drop(engine);
    let decided = std::thread::spawn(move || policy.decide_users(&crate::fixture::people(2)));
    assert_eq!(decided.join().unwrap().unwrap().len(), 2);
}
