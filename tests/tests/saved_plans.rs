//! Plans that are shown, kept, and applied later if they are still the plan.

use serde_json::{Value, json};
use usher_tests::{Org, Sim};

fn small() -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan"])
        .group("admins", ["ann", "bob", "cem"])
        .group("readers", ["dan"]);
    let sim = Sim::start(org);
    sim.sync([]).exits(0);
    sim
}

fn change(sim: &mut Sim) {
    sim.happens(|org| {
        org.leaves("ann", "admins").joins("ann", "readers").profile("bob", json!({ "title": "Captain" }))
    });
}

fn read(sim: &Sim, name: &str) -> Value {
    let bytes = std::fs::read(sim.folder().join(name)).expect("the plan is there");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

#[test]
fn a_saved_plan_is_applied_as_it_was_saved() {
    let mut sim = small();
    change(&mut sim);
    let hash = sim.plan(["--out", "plan.json"]).exits(0).hash();
    let saved = read(&sim, "plan.json");
    assert_eq!((&saved["format"], &saved["version"]), (&json!("usher-plan"), &json!(1)));
    assert_eq!(saved["hash"], hash.as_str());
    let update = saved["content"]["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|it| it["kind"] == "update-user");
    let update = update.expect("bob's");
    assert_eq!(update["object"]["name"], "bob@example.com");
    assert_eq!(update["changes"], json!([{ "attribute": "title", "before": null, "after": "Captain" }]));
    assert_eq!(update["reason"]["policy"], "rules");
    let removal = saved["content"]["operations"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|it| it["kind"] == "remove-members");
    assert_eq!(removal.expect("ann's")["reason"]["policy"], "usher");

    sim.usher("apply", &["plan.json"]).exits(0).prints("Done");
    assert_eq!(sim.target().members("admins"), ["bob", "cem"]);
    assert_eq!(sim.target().user("bob")["title"], "Captain");
}

#[test]
fn a_plan_that_is_no_longer_the_plan_is_not_applied_and_what_moved_is_told_person_by_person() {
    let mut sim = small();
    change(&mut sim);
    sim.plan(["--out", "plan.json"]).exits(0);
    sim.happens(|org| org.profile("bob", json!({ "title": "Admiral" })).leaves("cem", "admins"));
    sim.forget_requests();
    let moved = sim.usher("apply", &["plan.json"]).exits(1).says("no longer the expected one");
    let since = moved.stdout.split_once("What moved since\n").expect("it is told").1;
    let since = since.split_once("Nothing was written").expect("it is said").0;
    insta::assert_snapshot!("moved", since);
    assert_eq!(sim.requests().writes(), 0);
    let report = sim.usher("apply", &["plan.json", "--json"]).exits(1).json();
    assert_eq!(report["status"], "moved");
    assert_eq!(report["moved"]["since"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_plan_that_was_applied_is_not_applied_again() {
    let mut sim = small();
    change(&mut sim);
    sim.plan(["--out", "plan.json"]).exits(0);
    sim.usher("apply", &["plan.json"]).exits(0);
    sim.forget_requests();
    let again = sim.usher("apply", &["plan.json"]).exits(1).prints("- no longer");
    again.says("nothing is left to do of the expected plan").says("it was applied already");
    assert_eq!(sim.requests().writes(), 0);
}

#[test]
fn the_same_directories_give_the_same_hash_and_any_other_change_another() {
    let mut sim = small();
    change(&mut sim);
    let hash = sim.plan([]).hash();
    assert_eq!(sim.plan(["--now", "1"]).hash(), hash, "no time is part of it");
    assert_eq!(sim.plan(["--json"]).json()["hash"], hash.as_str());
    sim.happens(|org| org.profile("cem", json!({ "title": "Cook" })));
    assert_ne!(sim.plan([]).hash(), hash);
}

#[test]
fn sync_writes_only_the_expected_plan() {
    let mut sim = small();
    change(&mut sim);
    let hash = sim.plan([]).hash();
    sim.happens(|org| org.profile("cem", json!({ "title": "Cook" })));
    sim.forget_requests();
    sim.sync(["--expect-hash", &hash])
        .exits(1)
        .says("no longer the expected one")
        .prints("Nothing was written");
    assert_eq!(sim.requests().writes(), 0);
    let hash = sim.plan([]).hash();
    sim.sync(["--expect-hash", &hash]).exits(0);
    sim.plan(["--exit-code"]).exits(0);
    sim.sync(["--expect-hash", "sha256:12"]).exits(2);
}

#[test]
fn a_saved_plan_passes_the_guards_like_any_other() {
    let mut sim = Sim::start(Org::new().crowd("p", 4).group_of_crowd("all", "p", 4));
    sim.sync([]).exits(0);
    sim.happens(|org| {
        ["p000", "p001", "p002"].iter().fold(org, |org, name| org.status(name, "DEPROVISIONED"))
    });
    let hash = sim.plan(["--out", "plan.json"]).exits(4).says("usher apply plan.json --allow").hash();
    sim.forget_requests();
    sim.usher("apply", &["plan.json"]).exits(4).says(&format!("usher apply plan.json --allow {hash}"));
    assert_eq!(sim.requests().writes(), 0);
    sim.usher("apply", &["plan.json", "--allow", &hash]).exits(0);
    assert_eq!(sim.target().active().len(), 1);
}

#[test]
fn a_plan_of_some_groups_is_applied_to_these_groups() {
    let mut sim = small();
    change(&mut sim);
    sim.plan(["admins", "--out", "plan.json"]).exits(0);
    assert_eq!(read(&sim, "plan.json")["content"]["named-groups"], json!(["admins"]));
    sim.usher("apply", &["plan.json"]).exits(0);
    let target = sim.target();
    assert_eq!(target.members("admins"), ["bob", "cem"]);
    assert_eq!(target.members("readers"), ["dan"], "it was not looked at");
}

#[test]
fn a_plan_for_another_directory_is_refused_before_anything_is_read() {
    let (mut sim, other) = (small(), small());
    change(&mut sim);
    sim.plan(["--out", "plan.json"]).exits(0);
    sim.scim = other.scim.clone();
    sim.forget_requests();
    sim.usher("apply", &["plan.json"]).fails_clearly(2).says("the plan is one from");
    assert_eq!(sim.requests().reads(), 0);
}

#[test]
fn a_file_that_is_no_plan_is_refused() {
    let mut sim = small();
    change(&mut sim);
    sim.plan(["--out", "plan.json"]).exits(0);
    let text = std::fs::read_to_string(sim.folder().join("plan.json")).expect("the plan is there");
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        sim.file("other.json", text.replacen(from, to, 1).as_bytes());
        sim.usher("apply", &["other.json"]).fails_clearly(2)
    };
    with("Captain", "Admiral").says("was changed after it was written");
    with("\"version\": 1", "\"version\": 3").says("of version 3");
    with("usher-plan", "usher-span").says("is not a plan");
    sim.usher("apply", &["missing.json"]).fails_clearly(2);
    sim.file("usher.json", b"{");
    sim.usher("apply", &["usher.json"]).fails_clearly(2).says("is not a plan");
}

#[test]
fn a_plan_that_cannot_be_kept_is_a_failure() {
    let sim = small();
    sim.plan(["--out", "no/such/folder/plan.json"]).exits(1).says("cannot be written");
}

/// Names that would be markup, a command for a terminal, or a mention.
fn hostile() -> Sim {
    let org = Org::new()
        .person_with("ann", json!({ "title": "<script>alert(1)</script> `x` @team" }))
        .people(["bob"])
        .group("<img src=x onerror=alert(1)> ``", ["ann", "bob"]);
    Sim::start(org)
}

#[test]
fn a_plan_as_html_loads_nothing_and_reads_nothing_into_names() {
    let page = hostile().plan(["--format", "html"]).exits(0).prints("default-src 'none'").stdout;
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for foreign in ["<script", "<img", "src=\"", "href=", "url(", "@import"] {
        assert!(!page.contains(foreign), "{foreign}: {page}");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;") && page.contains("&lt;script&gt;"));
    assert!(page.contains("sha256:"));
}

#[test]
fn a_plan_as_markdown_keeps_names_in_code_spans() {
    let mut sim = hostile();
    sim.rest = format!("[guards]\nmax_changes = 1\n{}", sim.rest);
    let comment = sim.plan(["--format", "markdown"]).exits(4);
    let stable = comment.stable_stdout().replace(&sim.okta, "[okta]").replace(&sim.scim, "[scim]");
    insta::assert_snapshot!("markdown", stable);
}

#[test]
fn json_is_asked_for_in_either_way() {
    let sim = hostile();
    let [one, other] =
        [["--format", "json"], ["--json", "--quiet"]].map(|arguments| sim.plan(arguments).exits(0).json());
    assert_eq!(one["plan"], other["plan"]);
    sim.plan(["--json", "--format", "text"]).exits(2);
}

#[test]
fn a_command_line_that_makes_no_sense_is_told_as_json_where_that_was_asked_for() {
    let sim = hostile();
    let told = sim.plan(["--json", "--nonsense"]).exits(2).says("--nonsense").json();
    assert_eq!((&told["status"], &told["exitStatus"]), (&json!("failed"), &json!(2)));
    let message = told["error"]["message"].as_str().expect("a message");
    assert!(message.contains("--nonsense"), "{message}");
    let silent = sim.plan(["--nonsense"]).exits(2);
    assert!(silent.stdout.is_empty(), "{silent}");
}

#[test]
fn a_plan_that_is_kept_and_would_be_refused_is_allowed_by_applying_that_file() {
    let mut sim = Sim::start(Org::new().crowd("p", 4).group_of_crowd("all", "p", 4));
    sim.sync([]).exits(0);
    sim.happens(|org| (0..3).fold(org, |org, it| org.status(&format!("p00{it}"), "DEPROVISIONED")));
    sim.plan([]).exits(4).says("allow this one plan: usher sync --allow sha256:");
    sim.plan(["--out", "plan.json"])
        .exits(4)
        .says("allow this one plan: usher apply plan.json --allow sha256:");
}
