//! An operation as the journal stores it.

use usher_core::plan::{GroupRef, Operation, UserRef};

use super::line;
use crate::subject;

pub(super) fn stored(operation: &Operation) -> line::Change {
    let change = &operation.change;
    let attribute = |it: usher_core::plan::AttributeChange| line::Attribute {
        name: it.attribute,
        before: it.before,
        after: it.after,
    };
    line::Change {
        kind: change.kind().to_owned(),
        user: subject::user(change).map(user),
        group: change.group().map(group),
        members: subject::members(change).iter().map(user).collect(),
        attributes: subject::attributes(change).into_iter().map(attribute).collect(),
        rule: operation.why.rule.clone(),
        reason: operation.why.message.clone(),
    }
}

fn user(user: &UserRef) -> line::User {
    line::User {
        okta_id: user.okta_id.as_ref().map(ToString::to_string),
        scim_id: user.scim_id.as_ref().map(ToString::to_string),
        user_name: user.user_name.clone(),
    }
}

fn group(group: &GroupRef) -> line::Group {
    line::Group {
        key: group.key.to_string(),
        scim_id: group.scim_id.as_ref().map(ToString::to_string),
        display_name: group.display_name.clone(),
    }
}
