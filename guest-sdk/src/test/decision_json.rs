//! Decisions in the form in which case files compare them (docs/cases.md).

use serde_json::{Value as Json, json};

use crate::account::{Account, Address, Work};
use crate::decision::{Decision, GroupDecision, GroupVerdict, TargetGroup, UserDecision, UserVerdict};

pub(super) fn of_group(id: &str, decision: &GroupDecision) -> Json {
    let (verdict, groups) = match decision.verdict() {
        GroupVerdict::Sync(groups) => ("sync", &groups[..]),
        GroupVerdict::Skip => ("skip", &[][..]),
        GroupVerdict::Hold => ("hold", &[][..]),
    };
    json!({
        "id": id,
        "verdict": verdict,
        "groups": target_groups(groups),
        "rule": decision.rule(),
        "message": decision.message(),
    })
}

pub(super) fn of_user(id: &str, decision: &UserDecision) -> Json {
    let verdict = match decision.verdict() {
        UserVerdict::Keep => "keep",
        UserVerdict::Sync(_) => "sync",
        UserVerdict::Skip => "skip",
        UserVerdict::Hold => "hold",
    };
    json!({
        "id": id,
        "verdict": verdict,
        "account": decision.account().map(account),
        "groups": decision.own_groups().map(target_groups),
        "rule": decision.rule(),
        "message": decision.message(),
    })
}

/// A host that decides in the policy's stead says so by this rule.
pub(super) fn by_default<A>(decision: Decision<A>, whom: &str) -> Decision<A> {
    decision.because("default", format!("the policy does not decide {whom}"))
}

fn target_groups(groups: &[TargetGroup]) -> Json {
    groups.iter().map(|group| json!({ "key": group.key, "name": group.display_name })).collect()
}

/// As the host reads it: a record without any field is none.
fn account(account: &Account) -> Json {
    let account = account.with(|account| {
        account.address = account.address.take().filter(|address| *address != Address::default());
        account.work = account.work.take().filter(|work| *work != Work::default());
    });
    json!(account)
}
