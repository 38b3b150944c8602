//! What a run costs. Requests are the cost of a sync, so these are exact.

use std::collections::BTreeMap;

use usher_tests::Sim;

fn counts(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter().map(|(request, number)| ((*request).to_owned(), *number)).collect()
}

#[test]
fn fifty_groups_of_forty_cost_504_requests_at_first_and_107_when_nothing_changed() {
    let sim = Sim::generated(400, 50, 2000);

    sim.sync(["--quiet"]).exits(0);
    let first = sim.requests();
    let okta = [("GET /api/v1/groups", 1), ("GET /api/v1/groups/{id}/users", 50)];
    assert_eq!(first.okta, counts(&okta));
    assert_eq!(first.ssm, counts(&[("GetParameters", 1)]));
    let scim = [("GET /Groups", 1), ("GET /Users", 1), ("POST /Groups", 50), ("POST /Users", 400)];
    assert_eq!(first.scim, counts(&scim));
    assert_eq!(first.total, 504);

    sim.forget_requests();
    sim.sync(["--quiet"]).exits(0).prints("nothing to do");
    let second = sim.requests();
    assert_eq!(second.okta, counts(&okta));
    // Four pages of users, and one for each group's members.
    assert_eq!(second.scim, counts(&[("GET /Groups", 1), ("GET /Users", 4 + 50)]));
    // Beside the one of Parameter Store.
    assert_eq!((second.reads(), second.writes(), second.total), (106, 0, 107));
}

#[test]
fn a_joiner_costs_one_request_for_the_account_and_one_for_each_group() {
    let mut sim = Sim::start(
        usher_tests::Org::new().people(["ann", "bob"]).group("one", ["ann"]).group("two", ["bob"]),
    );
    sim.sync([]).exits(0);
    sim.happens(|org| org.person("cem").joins("cem", "one").joins("cem", "two"));
    sim.forget_requests();
    sim.sync([]).exits(0);
    let requests = sim.requests();
    let writes: Vec<_> = requests.scim.iter().filter(|(request, _)| !request.starts_with("GET ")).collect();
    assert_eq!(writes, [(&"PATCH /Groups/{id}".to_owned(), &2), (&"POST /Users".to_owned(), &1)]);
}

#[test]
fn membership_changes_go_a_hundred_to_a_request() {
    let mut sim = Sim::start(usher_tests::Org::new().crowd("p", 250).group("all", []));
    sim.sync([]).exits(0);
    sim.happens(|org| (0..250).fold(org, |org, index| org.joins(&format!("p{index:03}"), "all")));
    sim.forget_requests();
    sim.sync([]).exits(0);
    assert_eq!(sim.target().members("all").len(), 250);
    // 250 accounts, then 100 + 100 + 50 members.
    assert_eq!(sim.requests().scim["PATCH /Groups/{id}"], 3);
    assert_eq!(sim.requests().scim["POST /Users"], 250);
}
