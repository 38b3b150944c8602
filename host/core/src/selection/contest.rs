//! What two of one directory want at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::{Account, Field};
use crate::desired::Conflict;
use crate::id::{GroupKey, OktaUserId};
use crate::name::folded;

/// An attribute that must be unique, two or more people who want it, and what a report says of it.
pub(super) struct ContestedUsers {
    pub(super) people: Vec<OktaUserId>,
    pub(super) conflict: Conflict,
}

/// UserNames and addresses that more than one active account wants. Inactive accounts do not contest: they are never
/// created, and holding one would keep open what Okta has closed.
pub(super) fn users<'a>(
    accounts: impl Iterator<Item = (&'a OktaUserId, &'a Account)>,
) -> Vec<ContestedUsers> {
    let mut wanted: BTreeMap<(Field, String), Vec<(&OktaUserId, &Account)>> = BTreeMap::new();
    for (id, account) in accounts.filter(|(_, account)| account.active) {
        for field in [Field::UserName, Field::Email] {
            if let Some(value) = account.get(field) {
                wanted.entry((field, folded(value))).or_default().push((id, account));
            }
        }
    }
    let contested = wanted.into_iter().filter(|(_, people)| people.len() > 1);
    contested
        .map(|((field, value), people)| ContestedUsers {
            conflict: Conflict {
                contested: format!("{} {value:?}", field.name()),
                parties: people.iter().map(|(id, account)| format!("{} ({id})", account.user_name)).collect(),
                advice: "give each of them one of their own in Okta, or let the policy keep one".to_owned(),
            },
            people: people.into_iter().map(|(id, _)| id.clone()).collect(),
        })
        .collect()
}

/// A name and a key that do not belong to one another alone.
pub(super) struct ContestedGroups {
    pub(super) keys: Vec<GroupKey>,
    pub(super) conflict: Conflict,
}

/// Keys with more than one name, and names (no case) with more than one key.
pub(super) fn groups(names: &BTreeMap<GroupKey, BTreeSet<String>>) -> Vec<ContestedGroups> {
    let several_names =
        names.iter().filter(|(_, names)| names.len() > 1).map(|(key, names)| ContestedGroups {
            keys: vec![key.clone()],
            conflict: Conflict {
                contested: format!("the name of the group with key {:?}", key.as_str()),
                parties: names.iter().map(|name| format!("{name:?}")).collect(),
                advice: "let every decision that names this key give it the same display name".to_owned(),
            },
        });
    let mut owners: BTreeMap<String, BTreeMap<&GroupKey, &String>> = BTreeMap::new();
    for (key, name) in names.iter().flat_map(|(key, names)| names.iter().map(move |name| (key, name))) {
        owners.entry(folded(name)).or_default().insert(key, name);
    }
    let several_keys = owners.into_values().filter(|keys| keys.len() > 1).map(|keys| {
        let name = keys.values().next().map_or("", |name| name.as_str());
        ContestedGroups {
            conflict: Conflict {
                contested: format!("the group name {name:?}"),
                parties: keys.iter().map(|(key, name)| format!("{name:?} ({key})")).collect(),
                advice: "give them different names, or one key to make one group of them".to_owned(),
            },
            keys: keys.into_keys().cloned().collect(),
        }
    });
    several_names.chain(several_keys).collect()
}
