//! What a check came to, as text when all is well and as JSON in any case.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};
use usher_policy::Needs;

use super::services::Answers;
use super::{Checked, unknown};
use crate::commands::plugin::needs_text;
use crate::escape::plain;
use crate::exit::ExitStatus;
use crate::notice::log_json;

/// Told when nothing was found.
pub(super) fn text(checked: &Checked) -> String {
    let mut text = String::new();
    let Some(chain) = &checked.chain else { return text };
    for (name, policy) in chain.policies() {
        let needs = needs_text::text(policy.needs());
        let _ = write!(text, "{} takes its configuration.\n{needs}", plain(name));
    }
    let Some(answers) = &checked.answers else {
        let reads = "Whether Okta has the attributes that are read was not asked";
        let _ = writeln!(text, "{reads}, nor whether Okta and Identity Center let Usher in.");
        return text;
    };
    if reads_attributes(chain.needs()) {
        text.push_str("Okta has every attribute that is read.\n");
    }
    text.push_str(&match answers.groups {
        None => "Okta lets Usher in.\n".to_owned(),
        Some(1) => "Okta lets Usher in and has the group that is configured.\n".to_owned(),
        Some(count) => format!("Okta lets Usher in and has the {count} groups that are configured.\n"),
    });
    text.push_str("Identity Center lets Usher in.\n");
    let [okta, identity_center] = [&answers.okta, &answers.identity_center].map(total);
    let _ = writeln!(text, "Requests: {okta} to Okta, {identity_center} to Identity Center.");
    text
}

/// For a program.
pub(super) fn json(checked: &Checked) -> Value {
    let Checked { chain, log, nothing_narrows, answers, unknown, findings } = checked;
    let status = findings.status();
    let policies: Vec<_> = chain
        .iter()
        .flat_map(|chain| chain.policies())
        .map(|(name, policy)| json!({ "name": name, "needs": needs_text::json(policy.needs()) }))
        .collect();
    let needs = chain.as_ref().map(|chain| chain.needs());
    let answered = answers.as_ref();
    json!({
        "documentVersion": 1,
        "status": match status {
            ExitStatus::Done => "accepted",
            ExitStatus::Usage => "refused",
            _ => "failed",
        },
        "exitStatus": status as u8,
        "policies": policies,
        "comparedWithOkta": needs.zip(answered).is_some_and(|(needs, answers)| is_compared(needs, answers)),
        "unknownAttributes": unknown::json(unknown),
        "groupsFound": answered.and_then(|answers| answers.groups),
        "log": log_json(log),
        "note": nothing_narrows,
        "problems": findings.json(),
        "requests": answered.map(|answers| json!({ "okta": answers.okta, "identityCenter": answers.identity_center })),
    })
}

fn reads_attributes(needs: &Needs) -> bool {
    !needs.user_attributes.is_empty() || !needs.group_attributes.is_empty()
}

/// Whether Okta said what there is of all that is read.
fn is_compared(needs: &Needs, answers: &Answers) -> bool {
    (needs.user_attributes.is_empty() || answers.user_attributes.is_some())
        && (needs.group_attributes.is_empty() || answers.group_attributes.is_some())
}

fn total(requests: &BTreeMap<String, u64>) -> u64 {
    requests.values().sum()
}
