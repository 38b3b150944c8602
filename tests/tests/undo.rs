//! Taking a run back: a plan made from the journal, applied like any other, and nothing that was changed since is touched.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use usher_tests::org::user_id;
use usher_tests::place::EVERY_GROUP;
use usher_tests::sim::Target;
use usher_tests::{Org, Outcome, Sim};

const JOURNAL: &str = "[journal]\npath = \"usher.jsonl\"\n";

/// Nothing is too much: the guards are not what is tested.
const NO_GUARDS: &str = "[guards]\nusers_deactivated = \"100%\"\nusers_deleted = \"100%\"\nmemberships_removed = \"100%\"\n\
                         groups_emptied = \"100%\"\ngroups_deleted = \"100%\"\n";

fn with(org: Org, settings: &str) -> Sim {
    let mut sim = Sim::start(org);
    sim.rest = format!("{settings}\n{JOURNAL}\n{EVERY_GROUP}");
    sim.sync([]).exits(0);
    sim
}

fn small(settings: &str) -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan"])
        .group("admins", ["ann", "bob", "cem"])
        .group("readers", ["dan"]);
    with(org, settings)
}

/// Everything that stands, without when it was last written. Ids of these people and groups, which are given anew, are left out.
fn contents(target: &Target, anew: &[&str]) -> BTreeMap<String, Value> {
    let users = target.users.iter().map(|(name, user)| {
        let mut user = user.clone();
        user["meta"].take();
        if anew.contains(&name.as_str()) {
            user["id"].take();
        }
        (format!("user {name}"), user)
    });
    let groups = target.groups.iter().map(|(name, group)| {
        let mut group = group.clone();
        if anew.contains(&name.as_str()) {
            group["id"].take();
        }
        group["members"] = json!(target.members(name));
        (format!("group {name}"), group)
    });
    users.chain(groups).collect()
}

fn document(target: &Target) -> Value {
    let values = |values: &BTreeMap<String, Value>| values.values().cloned().collect::<Vec<_>>();
    json!({ "users": values(&target.users), "groups": values(&target.groups) })
}

/// Somebody changes Identity Center by hand.
fn by_hand(sim: &Sim, change: impl FnOnce(&mut Target)) {
    let mut target = sim.target();
    change(&mut target);
    sim.put_target(&document(&target));
}

fn runs(sim: &Sim) -> Vec<String> {
    let journal = sim.usher("journal", &["show", "--json"]).json();
    let runs = journal["runs"].as_array().expect("a list").iter();
    runs.map(|run| run["run"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn a_run_of_everything_is_taken_back_to_the_byte() {
    let org = Org::new()
        .people(["ann", "bob", "cem", "dan", "eve", "gus"])
        .group("admins", ["ann", "bob", "cem", "gus"])
        .group("readers", ["dan", "eve"])
        .group("old", ["ann", "gus"]);
    let settings = format!("[sync]\nleavers = \"delete\"\norphaned_groups = \"delete\"\n{NO_GUARDS}");
    let mut sim = with(org, &settings);
    let before = sim.target();
    sim.happens(|org| {
        org.leaves("ann", "admins")
            .joins("ann", "readers")
            .profile("bob", json!({ "title": "Captain", "login": "robert@example.com" }))
            .status("cem", "SUSPENDED")
            .vanishes("gus")
            .person("fay")
            .group("ops", ["eve", "fay"])
            .rename_group("readers", "viewers")
    });
    sim.rest = sim.rest.replace("when = 'group.origin != \"built-in\"'", "when = 'group.name != \"old\"'");
    sim.sync([])
        .exits(0)
        .prints("delete      gus@example.com")
        .prints("delete      old")
        .prints("readers → viewers");
    assert_ne!(contents(&sim.target(), &[]), contents(&before, &[]));

    sim.forget_requests();
    let planned = sim.usher("undo", &["latest", "--delete-created", "--out", "undo.json"]).exits(0);
    let requests = sim.requests();
    assert_eq!(
        (requests.writes(), requests.okta.len()),
        (0, 0),
        "it writes nothing and has nothing to ask Okta"
    );
    let planned = planned.says("the next sync makes these changes again").says("usher apply");
    let planned = planned.prints("permission sets that were assigned to the account itself are lost");
    let planned = planned.prints("its assignments of permission sets are lost").prints("viewers → readers");
    let hash = planned.hash();
    assert_eq!(runs(&sim).len(), 2, "a plan is no run");

    sim.usher("apply", &["undo.json"]).exits(0).prints("Done").says("the next sync makes the changes again");
    let anew = ["gus", "old"];
    assert_eq!(contents(&sim.target(), &anew), contents(&before, &anew));
    assert_ne!(sim.target().user("gus")["id"], before.user("gus")["id"]);

    sim.usher("journal", &["verify"]).exits(0).prints("3 runs");
    let journal = sim.usher("journal", &["show", "--json"]).json();
    let undo = journal["runs"].as_array().and_then(|runs| runs.last()).expect("the undo").clone();
    assert_eq!((&undo["plan"], &undo["policies"]), (&json!(hash), &json!([])));
    assert_eq!(undo["attempts"][0]["change"]["rule"], "undo");
    // As it was told: Okta still says what it said.
    sim.plan(["--exit-code"]).exits(3).prints("ops");
}

#[test]
fn by_default_who_was_created_is_closed_and_what_was_created_stays_empty() {
    let mut sim = small(NO_GUARDS);
    let before = sim.target();
    sim.happens(|org| org.person("fay").group("ops", ["ann", "fay"]));
    sim.sync([]).exits(0);
    let fay = sim.target().user("fay")["id"].clone();
    sim.usher("undo", &["latest", "--out", "undo.json"])
        .exits(0)
        .prints("deactivate  fay@")
        .prints("--delete-created");
    sim.usher("apply", &["undo.json"]).exits(0);
    let mut target = sim.target();
    assert_eq!((&target.user("fay")["active"], &target.user("fay")["id"]), (&json!(false), &fay));
    assert_eq!(target.members("ops"), Vec::<&str>::new());
    target.users.remove("fay");
    target.groups.remove("ops");
    assert_eq!(contents(&target, &[]), contents(&before, &[]));
    sim.usher("undo", &[&runs(&sim)[1], "--exit-code"])
        .exits(0)
        .prints("nothing to do")
        .prints("already as before the run");
}

#[test]
fn names_that_were_swapped_are_swapped_back() {
    let mut sim = small(NO_GUARDS);
    let before = sim.target();
    let named = |login: &str| json!({ "login": login, "email": login });
    sim.happens(|org| {
        org.profile("ann", named("bob@example.com"))
            .profile("bob", named("ann@example.com"))
            .rename_group("admins", "x")
            .rename_group("readers", "admins")
            .rename_group("x", "readers")
    });
    sim.sync([]).exits(0);
    assert_eq!(sim.target().user("ann")["userName"], "bob@example.com");
    let key = sim.target().groups["readers"]["externalId"].as_str().expect("a key").to_owned();
    for (of, name, id) in [("--person", "ann@example.com", user_id("ann")), ("--group", "readers", key)] {
        let asked = sim.usher("undo", &["latest", of, name]).exits(2);
        asked.says("is what several of the run were called").says(&id);
        sim.usher("undo", &["latest", of, &id]).exits(5).prints("belongs to another by now");
    }
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(0);
    sim.usher("apply", &["undo.json"]).exits(0);
    assert_eq!(contents(&sim.target(), &[]), contents(&before, &[]));
}

#[test]
fn an_undo_is_a_run_that_can_be_taken_back() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| {
        org.profile("bob", json!({ "title": "Captain" }))
            .leaves("cem", "admins")
            .person("fay")
            .joins("fay", "admins")
    });
    sim.sync([]).exits(0);
    let after = sim.target();
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(0);
    sim.usher("apply", &["undo.json"]).exits(0);
    assert_ne!(contents(&sim.target(), &[]), contents(&after, &[]));
    sim.usher("undo", &["latest", "--out", "redo.json"]).exits(0).says("took another one back");
    sim.usher("apply", &["redo.json"]).exits(0);
    assert_eq!(contents(&sim.target(), &[]), contents(&after, &[]));
    sim.plan(["--exit-code"]).exits(0);
}

#[test]
fn an_undo_passes_the_guards_like_any_other_plan() {
    let sim = with(Org::new().crowd("p", 10).group_of_crowd("all", "p", 10), "");
    sim.forget_requests();
    let refused = sim.usher("undo", &["latest", "--out", "undo.json"]).exits(4).says("deactivates 10 of 10");
    let hash = refused.hash();
    let allow = format!("usher apply undo.json --allow {hash}");
    refused.says(&allow);
    sim.usher("apply", &["undo.json"]).exits(4).says(&allow).prints("Nothing was written");
    let other = format!("sha256:{}", "0".repeat(64));
    sim.usher("apply", &["undo.json", "--allow", &other]).exits(2).says("--allow is for the plan");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().active().len(), 10);
    sim.usher("apply", &["undo.json", "--allow", &hash]).exits(0);
    assert_eq!(sim.target().active().len(), 0);
}

/// Each half of it by itself: the first is refused as well, and keeps the plan.
#[test]
fn the_command_that_a_refusal_prints_works_where_the_plan_was_kept_nowhere() {
    let sim = with(Org::new().crowd("p", 10).group_of_crowd("all", "p", 10), "");
    let refused = sim.usher("undo", &["latest"]).exits(4);
    let [keep, apply] = commands(&refused);
    typed(&sim, &keep).exits(4);
    typed(&sim, &apply).exits(0);
    assert_eq!(sim.target().active().len(), 0);
}

/// Both halves of the command that a refused `usher undo` prints.
fn commands(refused: &Outcome) -> [String; 2] {
    let hint = refused.stderr.lines().find_map(|line| line.split_once("allow this one plan: "));
    let (keep, apply) = hint.expect("a hint").1.split_once("; ").expect("two commands");
    [keep.to_owned(), apply.to_owned()]
}

/// As a shell would run it.
fn typed(sim: &Sim, command: &str) -> Outcome {
    let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
    let [program, command, arguments @ ..] = &words[..] else { panic!("{words:?}") };
    assert_eq!(*program, "usher");
    // The harness names the configuration itself.
    let at = arguments.iter().position(|word| *word == "--config");
    let arguments: Vec<&str> = match at {
        Some(at) => [&arguments[..at], &arguments[at + 2..]].concat(),
        None => arguments.to_vec(),
    };
    sim.usher(command, &arguments)
}

#[test]
fn what_a_refusal_allows_is_the_plan_that_was_refused_and_no_other() {
    let mut sim = with(Org::new().crowd("p", 10).group_of_crowd("all", "p", 10), "");
    let [keep, apply] = commands(&sim.usher("undo", &["latest"]).exits(4));
    sim.happens(|org| org.profile("p001", json!({ "title": "Captain" })));
    sim.sync([]).exits(0);
    let before = sim.target();
    // `latest` is another run by now.
    typed(&sim, &keep).exits(4);
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(0);
    typed(&sim, &apply).exits(2).says("--allow is for the plan sha256:").says("Nothing was written");
    assert_eq!(contents(&sim.target(), &[]), contents(&before, &[]));
    let [mine, other] = ["a", "b"].map(|digit| format!("sha256:{}", digit.repeat(64)));
    sim.sync(["--allow", mine.as_str(), "--expect-hash", other.as_str()])
        .exits(2)
        .says("--allow is for the plan");
}

#[test]
fn a_part_of_a_run_touches_no_account_that_was_made_anew_either() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| org.person("fay").joins("fay", "admins"));
    sim.sync([]).exits(0);
    let run = runs(&sim).last().expect("a run").clone();
    by_hand(&sim, |target| {
        let id = target.users.remove("fay").expect("fay")["id"].clone();
        let admins = target.groups.get_mut("admins").expect("the group");
        admins["members"].as_array_mut().expect("a list").retain(|member| *member != id);
    });
    sim.sync([]).exits(0);
    assert!(sim.target().members("admins").contains(&"fay"));
    for part in [&["--group", "admins"][..], &["--group", "admins", "--person", "fay@example.com"]] {
        let arguments = [&[run.as_str(), "--out", "undo.json"][..], part].concat();
        let plan = sim.usher("undo", &arguments).exits(5);
        plan.prints("fay@example.com").prints("has another account since").prints("nothing to do");
    }
}

#[test]
fn a_new_account_that_was_put_into_any_group_since_is_not_deleted() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| org.person("fay").joins("fay", "admins"));
    sim.sync([]).exits(0);
    by_hand(&sim, |target| {
        let fay = target.user("fay")["id"].clone();
        target.groups.insert("partners".to_owned(), json!({ "displayName": "partners", "members": [fay] }));
    });
    let plan = sim.usher("undo", &["latest", "--delete-created", "--out", "undo.json"]).exits(5);
    plan.prints("is a member of the group \"partners\" since").prints_no("delete      fay@");
    sim.usher("apply", &["undo.json"]).exits(5);
    assert!(sim.target().people().contains(&"fay"));
    assert!(!sim.target().active().contains(&"fay"), "as without the flag");
    assert_eq!(sim.target().members("partners"), ["fay"]);
}

#[test]
fn a_group_is_protected_although_somebody_in_it_is_protected_too() {
    let mut sim = small(&format!("{NO_GUARDS}protected_users = [\"ann@*\"]\nprotected_groups = [\"ops\"]\n"));
    sim.happens(|org| org.group("ops", ["ann", "bob"]));
    sim.sync([]).exits(0);
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(5).prints("kept        ops");
    sim.usher("apply", &["undo.json"]).exits(5);
    assert_eq!(sim.target().members("ops"), ["ann", "bob"]);
}

/// The guards go by both names, and would let nothing of the plan pass.
#[test]
fn whom_the_name_that_comes_back_protects_stays_and_the_rest_goes_on() {
    let mut sim = small(&format!("{NO_GUARDS}protected_users = [\"root@*\"]\n"));
    let named = |login: &str| json!({ "login": login, "email": login });
    sim.happens(|org| org.profile("ann", named("root@example.com")));
    sim.sync([]).exits(0);
    sim.happens(|org| {
        org.profile("ann", named("boss@example.com")).joins("ann", "readers").joins("bob", "readers")
    });
    sim.sync([]).exits(0);
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(5).prints("protected by");
    sim.usher("apply", &["undo.json"]).exits(5);
    assert_eq!(sim.target().user("ann")["userName"], "root@example.com");
    assert_eq!(sim.target().members("readers"), ["ann", "dan"]);
}

#[test]
fn protected_names_are_kept_and_told() {
    let mut sim = small(&format!("{NO_GUARDS}protected_users = [\"ann@*\"]\nprotected_groups = [\"ops\"]\n"));
    sim.happens(|org| org.group("ops", ["bob"]).joins("ann", "readers"));
    sim.sync([]).exits(0);
    let first = runs(&sim)[0].clone();
    let plan = sim.usher("undo", &[&first, "--delete-created", "--out", "undo.json"]).exits(5);
    plan.prints("kept        ann@example.com").prints_no("delete      ann@");
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(5).prints("kept        ops");
    sim.usher("apply", &["undo.json"]).exits(5);
    assert_eq!(sim.target().members("ops"), ["bob"]);
    assert!(sim.target().members("readers").contains(&"ann"));
}

#[test]
fn an_undo_that_no_longer_is_what_was_planned_is_not_applied_and_what_moved_is_told() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| org.profile("bob", json!({ "title": "Captain" })).leaves("cem", "admins"));
    sim.sync([]).exits(0);
    sim.usher("undo", &["latest", "--out", "undo.json"]).exits(0);
    by_hand(&sim, |target| target.users.get_mut("bob").expect("bob")["title"] = json!("Admiral"));
    sim.forget_requests();
    let moved = sim.usher("apply", &["undo.json"]).exits(1).says("no longer the expected one");
    moved.prints("What moved since\n  bob@example.com\n    - no longer").prints("Nothing was written");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().members("admins"), ["ann", "bob"]);
}

#[test]
fn what_somebody_changed_since_is_a_conflict_and_the_rest_goes_on() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| {
        org.profile("bob", json!({ "title": "Captain" }))
            .profile("dan", json!({ "title": "Cook" }))
            .leaves("cem", "admins")
            .rename_group("readers", "viewers")
            .person("fay")
            .joins("fay", "admins")
    });
    sim.sync([]).exits(0);
    by_hand(&sim, |target| {
        target.users.get_mut("bob").expect("bob")["title"] = json!("Admiral");
        target.users.get_mut("fay").expect("fay")["title"] = json!("Guest");
        target.groups.get_mut("viewers").expect("the group")["displayName"] = json!("onlookers");
    });
    let plan = sim.usher("undo", &["latest", "--delete-created", "--out", "undo.json"]).exits(5);
    let plan = plan
        .prints("the run wrote \"Captain\", and \"Admiral\" stands")
        .prints("title: the run wrote nothing, and \"Guest\" stands");
    plan.prints("the run wrote \"viewers\", and \"onlookers\" stands").prints("title \"Cook\" → none");
    sim.usher("apply", &["undo.json"]).exits(5);
    let target = sim.target();
    assert_eq!(target.user("bob")["title"], "Admiral");
    assert_eq!(target.user("dan").get("title"), None);
    assert_eq!(target.user("fay")["active"], false, "as without --delete-created");
    assert_eq!(target.members("admins"), ["ann", "bob", "cem"], "memberships go on");
    assert_eq!(target.group_names(), ["admins", "onlookers"]);
}

#[test]
fn a_person_or_a_group_alone_can_be_taken_back() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| {
        org.profile("bob", json!({ "title": "Captain" }))
            .profile("dan", json!({ "title": "Cook" }))
            .joins("bob", "readers")
            .leaves("cem", "admins")
            .leaves("bob", "admins")
    });
    sim.sync([]).exits(0);
    sim.usher("undo", &["latest", "--group", "admins", "--out", "undo.json"])
        .exits(0)
        .prints("only in the group admins");
    sim.usher("apply", &["undo.json"]).exits(0);
    assert_eq!(sim.target().members("admins"), ["ann", "bob", "cem"]);
    assert_eq!(sim.target().user("bob")["title"], "Captain");
    let second = runs(&sim)[1].clone();
    sim.usher("undo", &[&second, "--person", &user_id("bob"), "--out", "undo.json"]).exits(0);
    sim.usher("apply", &["undo.json"]).exits(0);
    let target = sim.target();
    assert_eq!((target.user("bob").get("title"), &target.user("dan")["title"]), (None, &json!("Cook")));
    assert_eq!(target.members("readers"), ["dan"]);
    sim.usher("undo", &[&second, "--person", "nobody"]).fails_clearly(2).says("--person");
}

#[test]
fn which_run_is_meant_is_clear_or_asked() {
    let mut sim = small("");
    sim.happens(|org| org.profile("bob", json!({ "title": "Captain" })));
    sim.sync([]).exits(0);
    let runs = runs(&sim);
    sim.usher("undo", &[&runs[1][..runs[1].len() - 2]]).exits(0).prints(&runs[1]).prints("title");
    sim.usher("undo", &["2"]).fails_clearly(2).says(&runs[0]).says(&runs[1]);
    sim.usher("undo", &["1999"]).fails_clearly(2).says("holds no run").says(&runs[1]);
    sim.usher("undo", &["latest", "--journal", "missing.jsonl"]).fails_clearly(1).says("missing.jsonl");
    let text = std::fs::read_to_string(sim.folder().join("usher.jsonl")).expect("a journal");
    sim.file("moved.jsonl", text.as_bytes());
    sim.file("usher.jsonl", text.replacen("Captain", "Admiral", 1).as_bytes());
    sim.usher("undo", &["latest"]).fails_clearly(1).says("was changed").says("verify");
    sim.file("usher.jsonl", b"");
    sim.usher("undo", &["latest"]).fails_clearly(1).says("holds no run");
    let journal = ["--journal", "moved.jsonl"];
    sim.usher("undo", &[&["latest", "--out", "undo.json"], &journal[..]].concat()).exits(0);
    sim.usher("apply", &["undo.json"]).exits(1).says("holds no run");
    sim.usher("apply", &[&["undo.json"], &journal[..]].concat()).exits(0);
    assert_eq!(sim.target().user("bob").get("title"), None);
    sim.rest = EVERY_GROUP.to_owned();
    sim.usher("undo", &["latest"]).fails_clearly(2).says("journal.path");
}

#[test]
fn what_nobody_knows_of_a_run_that_broke_off_is_left_alone_and_told() {
    let mut sim = small(NO_GUARDS);
    sim.happens(|org| org.profile("bob", json!({ "title": "Captain" })).leaves("cem", "admins"));
    sim.sync([]).exits(0);
    // As a run leaves it that is killed between an answer and its line.
    let text = std::fs::read_to_string(sim.folder().join("usher.jsonl")).expect("a journal");
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.contains("\"outcome\"")).expect("an outcome");
    sim.file("usher.jsonl", format!("{}\n", lines[..last].join("\n")).as_bytes());
    let plan = sim.usher("undo", &["latest", "--out", "undo.json"]).exits(5).says("did not end");
    plan.prints("held        bob@example.com")
        .prints("does not say whether AWS did")
        .prints("+ admins  1: cem@");
    sim.usher("apply", &["undo.json"]).exits(5);
    let target = sim.target();
    assert_eq!((&target.user("bob")["title"], target.members("admins").len()), (&json!("Captain"), 3));
    sim.usher("journal", &["verify"]).exits(0);
}

#[test]
fn an_undo_is_told_in_every_format() {
    let mut sim = small("");
    sim.happens(|org| org.profile("bob", json!({ "title": "Captain" })));
    sim.sync([]).exits(0);
    let run = runs(&sim)[1].clone();
    let told = |format: &str| {
        sim.usher("undo", &["latest", "--format", format, "--exit-code"]).exits(3).prints(&run)
    };
    for format in ["text", "markdown", "html"] {
        told(format).prints("Captain");
    }
    for format in ["markdown", "html"] {
        told(format).prints("the next sync makes these changes again");
    }
    let json = sim.usher("undo", &["latest", "--json"]).exits(0).json();
    assert_eq!(json["undoOf"], json!({ "run": run, "deleteCreated": false, "person": null, "group": null }));
    assert_eq!(json["plan"]["operations"][0]["change"]["changes"][0]["before"], "Captain");
    assert_eq!(sim.plan(["--json"]).json()["undoOf"], Value::Null);
    sim.plan(["--out", "plan.json"]).exits(0);
    sim.usher("apply", &["plan.json", "--journal", "usher.jsonl"]).fails_clearly(2).says("--journal");
}

#[test]
fn a_run_of_another_directory_is_not_taken_back_here() {
    let here = small(NO_GUARDS);
    let there = small(NO_GUARDS);
    let journal = std::fs::read(there.folder().join("usher.jsonl")).unwrap();
    here.file("usher.jsonl", &journal);
    here.forget_requests();
    let refused = here.usher("undo", &["latest"]).fails_clearly(2);
    refused.says("and the configuration leads from").says("--config");
    assert_eq!(here.requests().scim, BTreeMap::new());
}

#[test]
fn an_undo_waits_as_long_as_the_configuration_says_and_reads_a_replaced_token_again() {
    let mut sim = small(NO_GUARDS);
    sim.timeout_seconds = Some(1);
    sim.fault(&json!({ "service": "scim", "request": "GET /Users", "times": 99, "hang": "answer" }));
    sim.usher("undo", &["latest"]).fails_clearly(1).says("in time").says("`identity_center.timeout_seconds`");
    sim.clear_faults();
    sim.usher("undo", &["latest"]).exits(0);
}
