//! Lists that do not show all there is, since Okta changes while it is read or lags behind: nothing is taken away for that.

use serde_json::{Value, json};
use usher_tests::{Org, Sim};

const MEMBERS: &str = "GET /api/v1/groups/{id}/users";
const ONE_GROUP: &str = "GET /api/v1/groups/{id}";
const ONE_PERSON: &str = "GET /api/v1/users/{id}";

fn sim(settings: &str) -> Sim {
    let org = Org::new()
        .people(["ann", "bob", "cyd"])
        .group("admins", ["ann", "cyd"])
        .group("devs", ["ann", "bob"]);
    let mut sim = Sim::start(org);
    sim.rest = format!("{settings}\n{}", usher_tests::place::EVERY_GROUP);
    sim.sync([]).exits(0);
    sim.forget_requests();
    sim
}

/// From the first request of a kind on Okta holds this.
fn from(sim: &Sim, request: &str, source: &Value) {
    sim.fault(&json!({ "service": "okta", "request": request, "source": source }));
}

/// Bob leaves his group and is back before Okta is asked for him alone: no list shows him. Returns what stood in between.
fn comes_and_goes(sim: &mut Sim) -> Value {
    let full = sim.source();
    sim.happens(|org| org.leaves("bob", "devs"));
    let between = sim.source();
    sim.put_source(&full);
    from(sim, MEMBERS, &between);
    from(sim, ONE_PERSON, &full);
    between
}

/// The token may not ask for a group by its id.
fn forbids_groups(sim: &Sim) {
    let body = json!({ "errorCode": "E0000006", "errorSummary": "You do not have permission" });
    sim.fault(&json!({ "service": "okta", "request": ONE_GROUP, "times": 99, "status": 403, "body": body }));
}

fn without(source: &Value, group: &str) -> Value {
    let mut source = source.clone();
    let groups = source["groups"].as_array_mut().expect("an organisation has groups");
    groups.retain(|it| it["profile"]["name"] != group);
    source
}

#[test]
fn who_moves_between_groups_while_they_are_read_keeps_everything() {
    for settings in ["", "[sync]\nleavers = \"delete\"\n"] {
        let mut sim = sim(settings);
        let before = sim.target();
        let between = comes_and_goes(&mut sim);
        let outcome = sim.sync([]).exits(5);
        outcome.prints("bob").prints("(unlisted)");
        assert_eq!(sim.requests().writes(), 0);
        assert_eq!(sim.target().people(), before.people());
        assert_eq!(sim.target().members("devs"), ["ann", "bob"]);
        sim.sync([]).exits(0).prints("nothing to do");
        // Who is in no group that could be selected goes, as ever.
        sim.put_source(&between);
        sim.sync([]).exits(0);
        assert!(!sim.target().active().contains(&"bob"));
        assert_eq!(sim.target().members("devs"), ["ann"]);
    }
}

/// Whoever is deprovisioned is deleted although a group has them: unless Okta says by then that they are back.
#[test]
fn who_is_let_in_again_while_okta_is_read_keeps_everything() {
    let mut sim = sim("[sync]\nleavers = \"delete\"\n");
    let (full, before) = (sim.source(), sim.target());
    sim.happens(|org| org.status("bob", "DEPROVISIONED"));
    let closed = sim.source();
    from(&sim, ONE_PERSON, &full);
    sim.sync([]).exits(5).prints("bob").prints("(unlisted)");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().people(), before.people());
    sim.sync([]).exits(0).prints("nothing to do");
    sim.put_source(&closed);
    sim.sync([]).exits(0);
    assert!(!sim.target().people().contains(&"bob"));
}

/// A skip may rest on the groups in which somebody was met.
#[test]
fn who_moves_while_okta_is_read_and_is_skipped_for_it_keeps_everything() {
    let mut sim = sim("");
    sim.happens(|org| org.group("all", ["ann", "bob", "cyd"]));
    sim.rest.push_str(
        "\n[[policy.config.users]]\nname = \"only-all\"\nwhen = 'size(user.groups) < 2'\nthen = \"skip\"\n",
    );
    sim.sync([]).exits(0);
    sim.forget_requests();
    comes_and_goes(&mut sim);
    let before = sim.target();
    sim.sync([]).exits(5).prints("bob").prints("(unlisted)");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().people(), before.people());
    sim.sync([]).exits(0).prints("nothing to do");
}

#[test]
fn a_group_that_the_list_leaves_out_is_asked_for_before_it_is_emptied() {
    for settings in ["", "[sync]\norphaned_groups = \"delete\"\n"] {
        let sim = sim(settings);
        let full = sim.source();
        let short = without(&full, "devs");
        from(&sim, "GET /api/v1/groups", &short);
        from(&sim, MEMBERS, &full);
        let outcome = sim.sync([]).fails_clearly(1);
        outcome.says("list of groups left out \"devs\" (00g").says("Nothing was written");
        assert_eq!(sim.requests().writes(), 0);
        assert_eq!(sim.requests().okta[ONE_GROUP], 2, "for bob, who is in it, and for itself");
        sim.sync([]).exits(0).prints("nothing to do");
        // One that is gone goes, once Okta has said so.
        sim.put_source(&short);
        sim.forget_requests();
        sim.sync([]).exits(0);
        assert_eq!(sim.requests().okta[ONE_GROUP], 1);
        let left = sim.target();
        assert!(!left.group_names().contains(&"devs") || left.members("devs").is_empty());
        sim.forget_requests();
        sim.sync([]).exits(0).prints("nothing to do");
        assert_eq!(sim.requests().okta.get(ONE_GROUP), None);
    }
}

/// People in it would all be leavers.
#[test]
fn a_group_that_a_token_may_no_longer_see_is_not_taken_for_gone() {
    let sim = sim("");
    let full = sim.source();
    from(&sim, "GET /api/v1/groups", &without(&full, "devs"));
    from(&sim, MEMBERS, &full);
    forbids_groups(&sim);
    sim.sync([]).fails_clearly(1).says("shows the group \"devs\" (00g").says("Give the token back its right");
    assert_eq!(sim.requests().writes(), 0);
}

/// Nor are they where the plan leaves the group itself alone.
#[test]
fn who_is_in_a_group_that_a_token_may_no_longer_see_keeps_the_account_whatever_becomes_of_the_group() {
    for (status, at_last, settings) in [
        (5, 5, "[guards]\nprotected_groups = [\"devs\"]\n"),
        (5, 0, "[sync]\nleavers = \"delete\"\norphaned_groups = \"keep\"\n"),
        (5, 0, "[sync]\nmemberships = \"additive\"\n"),
    ] {
        let sim = sim(settings);
        let full = sim.source();
        let short = without(&full, "devs");
        from(&sim, "GET /api/v1/groups", &short);
        from(&sim, "GET /api/v1/users/{id}/groups", &full);
        forbids_groups(&sim);
        let keeps_bob = || {
            let outcome = sim.sync([]).exits(status);
            outcome
                .prints("bob")
                .prints("(unlisted)")
                .prints("no list of Okta shows the group \"devs\" (00g");
            assert_eq!(sim.requests().writes(), 0);
            assert!(sim.target().active().contains(&"bob"));
        };
        keeps_bob();
        // It shows nowhere at all.
        sim.clear_faults();
        sim.put_source(&short);
        forbids_groups(&sim);
        keeps_bob();
        // Once Okta says that the group is gone, bob is a leaver.
        sim.clear_faults();
        sim.sync([]).exits(at_last);
        assert!(!sim.target().active().contains(&"bob"));
    }
}

/// Only a group of ours says that somebody may be meant to stay.
#[test]
fn who_is_in_a_group_that_a_token_may_not_see_and_stands_in_none_of_ours_leaves() {
    let mut sim = sim("");
    sim.happens(|org| org.leaves("bob", "devs").group("payroll", ["bob"]));
    let full = sim.source();
    from(&sim, "GET /api/v1/groups", &without(&full, "payroll"));
    from(&sim, "GET /api/v1/users/{id}/groups", &full);
    forbids_groups(&sim);
    sim.sync([]).exits(0).prints("not-selected");
    assert!(!sim.target().active().contains(&"bob"));
}

#[test]
fn whom_okta_keeps_out_leaves_whatever_is_known_of_the_groups() {
    let mut sim = sim("[sync]\norphaned_groups = \"keep\"\n");
    sim.happens(|org| org.status("bob", "DEPROVISIONED"));
    let short = without(&sim.source(), "devs");
    sim.put_source(&short);
    forbids_groups(&sim);
    sim.sync([]).exits(0);
    assert!(!sim.target().active().contains(&"bob"));
}

#[test]
fn a_group_that_cannot_be_asked_for_for_the_moment_is_no_matter_of_rights() {
    let sim = sim("");
    let full = sim.source();
    from(&sim, "GET /api/v1/groups", &without(&full, "devs"));
    from(&sim, MEMBERS, &without(&full, "devs"));
    sim.fault(&json!({ "service": "okta", "request": ONE_GROUP, "times": 999, "status": 500 }));
    let outcome = sim.sync([]).fails_clearly(1).says("500");
    assert!(!outcome.stderr.contains("right to see"), "{outcome}");
    assert_eq!(sim.requests().writes(), 0);
}

/// Some tokens do not see `Everyone` in a list, and everybody is in it: nobody would ever leave.
#[test]
fn that_a_list_lacks_everyone_keeps_nobody() {
    let mut sim = sim("");
    sim.happens(|org| org.leaves("bob", "devs"));
    let without_everyone = sim.source();
    let mut full = without_everyone.clone();
    let everyone: Vec<Value> =
        full["users"].as_array().into_iter().flatten().map(|user| user["id"].clone()).collect();
    let everyone = json!({ "type": "BUILT_IN", "profile": { "name": "Everyone" }, "members": everyone });
    full["groups"].as_array_mut().expect("an organisation has groups").push(everyone);
    from(&sim, "GET /api/v1/groups", &without_everyone);
    from(&sim, MEMBERS, &full);
    sim.sync([]).exits(0).prints("not-selected");
    assert!(!sim.target().active().contains(&"bob"));
}

/// It stands in AWS, so it was shown once.
#[test]
fn who_is_only_in_everyone_stays_when_the_token_is_no_longer_shown_it() {
    let mut sim = sim("[sync]\norphaned_groups = \"keep\"\n");
    sim.rest = sim.rest.replace("when = 'group.origin != \"built-in\"'", "when = 'true'");
    sim.happens(|org| org.leaves("bob", "devs"));
    let short = sim.source();
    let mut full = short.clone();
    let everybody: Vec<Value> =
        full["users"].as_array().into_iter().flatten().map(|user| user["id"].clone()).collect();
    let everyone = json!({ "type": "BUILT_IN", "profile": { "name": "Everyone" }, "members": everybody });
    full["groups"].as_array_mut().expect("an organisation has groups").push(everyone);
    sim.put_source(&full);
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("Everyone").len(), 3);
    // Some tokens are not shown it in a list, and may ask for it.
    let full = sim.source();
    let hides_everyone = || {
        sim.clear_faults();
        from(&sim, "GET /api/v1/groups", &without(&full, "Everyone"));
        from(&sim, MEMBERS, &full);
    };
    hides_everyone();
    let plan = sim.plan(["--format", "markdown"]).exits(5).prints("**Left alone**").prints("**Notes**");
    plan.prints("- `no list of Okta shows the group \"Everyone\" (00g");
    // First, since the text cuts the notes of a large plan.
    hides_everyone();
    let notes = sim.plan(["--json"]).exits(5).json()["plan"]["notes"].clone();
    assert!(notes[0].as_str().is_some_and(|note| note.contains("\"Everyone\"")), "{notes:#}");
    hides_everyone();
    sim.sync([]).exits(5).prints("bob").prints("(unlisted)").prints("the group \"Everyone\" (00g");
    assert_eq!(sim.target().active(), ["ann", "bob", "cyd"]);
}

/// Which group of Okta becomes one whose key a policy chose, nobody knows. Okta says that he is in one that the token may not see.
#[test]
fn who_is_in_a_group_of_a_chosen_key_and_in_a_hidden_one_keeps_the_account() {
    let mut sim = sim("");
    sim.rest = "[[policy.config.groups]]\nname = \"devs\"\nwhen = 'group.name == \"devs\"'\nsync = '{\"name\": \"Developers\", \"key\": \"devs\"}'\n\
                [[policy.config.groups]]\nname = \"admins\"\nwhen = 'group.name == \"admins\"'\nsync = \"group.name\"\n"
        .to_owned();
    sim.sync([]).exits(0);
    let full = sim.source();
    let short = without(&full, "devs");
    from(&sim, "GET /api/v1/groups", &short);
    from(&sim, "GET /api/v1/users/{id}/groups", &full);
    forbids_groups(&sim);
    let outcome = sim.sync([]).exits(5).prints("bob").prints("(unlisted)");
    outcome.prints("the group \"Developers\" (usher-devs), and people in it are in a group of Okta that this token may not see");
    assert!(sim.target().active().contains(&"bob"));
    assert!(sim.target().members("Developers").contains(&"bob"));
    // Once Okta says that there is no such group, bob is a leaver.
    sim.clear_faults();
    sim.put_source(&short);
    sim.sync([]).exits(0);
    assert!(!sim.target().active().contains(&"bob"));
}

/// Lists may show an old status for long, and this one decides nothing.
#[test]
fn who_is_skipped_leaves_although_a_list_says_locked_out() {
    let mut sim = sim("");
    sim.rest.push_str("\n[[policy.config.users]]\nname = \"bob\"\nwhen = 'user.login.startsWith(\"bob\")'\nthen = \"skip\"\n");
    let full = sim.source();
    sim.happens(|org| org.status("bob", "LOCKED_OUT"));
    from(&sim, ONE_PERSON, &full);
    sim.sync([]).exits(0);
    assert!(!sim.target().active().contains(&"bob"));
}

/// Whom a policy closes by groups loses the account as whom it skips does.
#[test]
fn who_moves_while_okta_is_read_and_is_closed_for_it_by_a_policy_keeps_everything() {
    let mut sim = sim("");
    sim.happens(|org| org.group("all", ["ann", "bob", "cyd"]));
    sim.rest.push_str("\n[policy.config.account]\nactive = 'size(user.groups) > 1'\n");
    sim.sync([]).exits(0);
    sim.forget_requests();
    let between = comes_and_goes(&mut sim);
    let before = sim.target();
    sim.sync([]).exits(5).prints("bob").prints("(unlisted)");
    assert_eq!(sim.requests().writes(), 0);
    assert_eq!(sim.target().active(), before.active());
    sim.sync([]).exits(0).prints("nothing to do");
    sim.put_source(&between);
    sim.sync([]).exits(0);
    assert!(!sim.target().active().contains(&"bob"));
}

#[test]
fn a_snapshot_of_such_a_reading_gives_the_same_plan() {
    let mut sim = sim("");
    comes_and_goes(&mut sim);
    sim.run("snapshot", &["save", "moved.json"]).exits(0);
    let plan = sim.run("plan", &["--snapshot", "moved.json"]).exits(5);
    plan.prints("bob")
        .prints("(unlisted)")
        .prints("nothing to do")
        .prints("only a plan made with Okta tells");
}
