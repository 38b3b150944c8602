//! Names and keys of groups that decisions do not agree on. What two people want at once is judged when it is known what stands:
//! who has a name keeps it.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::Conflict;
use crate::id::GroupKey;
use crate::name::folded;
use crate::quote::quoted;

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
                contested: format!("the name of the group with key {}", quoted(key.as_str())),
                parties: names.iter().map(|name| quoted(name).to_string()).collect(),
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
                contested: format!("the group name {}", quoted(name)),
                parties: keys.iter().map(|(key, name)| format!("{} ({key})", quoted(name))).collect(),
                advice: "give them different names, or one key to make one group of them".to_owned(),
            },
            keys: keys.into_keys().cloned().collect(),
        }
    });
    several_names.chain(several_keys).collect()
}
