//! What differs between two accounts.

use crate::account::{Account, Field};
use crate::plan::AttributeChange;

/// The attributes that lead from one account to the other, in the order reports show them. The profile's address is no
/// difference: AWS takes it and never gives it back (reference aws-identity-center.md §2.1).
pub(crate) fn between(before: &Account, after: &Account) -> Vec<AttributeChange> {
    let compared = Field::ALL.iter().filter(|field| **field != Field::ProfileUrl);
    compared
        .filter_map(|field| {
            let (before, after) = (before.get(*field), after.get(*field));
            (before != after).then(|| change(field.name(), before, after))
        })
        .collect()
}

/// One attribute's change.
pub(crate) fn change(attribute: &str, before: Option<&str>, after: Option<&str>) -> AttributeChange {
    AttributeChange {
        attribute: attribute.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}
