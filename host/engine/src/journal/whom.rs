//! Whom and what an operation of the journal was about, for whoever asks by a name or an id.

use usher_core::name::same;

use super::line::{Change, Group, User};

/// Whether this is the person: by userName, Okta id or id in Identity Center.
pub fn is_person(user: &User, wanted: &str) -> bool {
    user.okta_id.as_deref() == Some(wanted)
        || user.scim_id.as_deref() == Some(wanted)
        || same(&user.user_name, wanted)
}

/// Whether this is the group: by its name, its key (with `usher-` or without) or its id in Identity Center.
pub fn is_group(group: &Group, wanted: &str) -> bool {
    group.key == wanted
        || group.key.strip_prefix("usher-") == Some(wanted)
        || group.scim_id.as_deref() == Some(wanted)
        || same(&group.display_name, wanted)
}

/// Whether the object that was changed had or got this name: who was renamed is found by both.
pub fn was_called(change: &Change, wanted: &str) -> bool {
    let names = change
        .attributes
        .iter()
        .filter(|it| matches!(it.name.as_str(), "userName" | "displayName" | "email"));
    names.flat_map(|it| [&it.before, &it.after]).flatten().any(|name| same(name, wanted))
}
