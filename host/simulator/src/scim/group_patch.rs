//! PatchGroup, with the forms that AWS takes and those that it refuses (reference §2.6).

use std::collections::BTreeMap;

use serde_json::Value;

use super::group::{GroupAttributes, MEMBERS_PER_REQUEST, member_ids};
use super::patch::{PatchOperation, Verb, operations};
use super::refusal::Refusal;

/// What a PATCH asks for. Where one user is named twice, the later operation counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupPatch {
    pub(crate) attributes: GroupAttributes,
    /// User ids; `true` to be a member afterwards.
    pub(crate) members: BTreeMap<String, bool>,
    /// Membership changes as the limits count them: every one that was named.
    pub(crate) changes: usize,
}

impl GroupPatch {
    /// Reads a PATCH body against what the group is now.
    pub(crate) fn parse(body: &Value, current: &GroupAttributes) -> Result<Self, Refusal> {
        let mut patch = Self { attributes: current.clone(), members: BTreeMap::new(), changes: 0 };
        for operation in operations(body)? {
            patch.read(&operation)?;
        }
        if patch.changes > MEMBERS_PER_REQUEST {
            return Err(Refusal::Unparsable);
        }
        let GroupAttributes { display_name, external_id } = &patch.attributes;
        patch.attributes = GroupAttributes::new(display_name, external_id.as_deref())?;
        Ok(patch)
    }

    /// Attribute names are case-sensitive, and `members[value eq "…"]` is not among them.
    fn read(&mut self, operation: &PatchOperation) -> Result<(), Refusal> {
        let text = operation.value.as_ref().and_then(Value::as_str);
        match (operation.path.as_str(), operation.verb) {
            ("members", Verb::Replace) => Err(Refusal::ReplacingMembers),
            // Without a value a removal means all members, which AWS refuses as it does a replacement.
            ("members", verb) => {
                let ids = member_ids(operation.value.as_ref().ok_or(Refusal::Unparsable)?)?;
                self.changes += ids.len();
                self.members.extend(ids.into_iter().map(|id| (id, verb == Verb::Add)));
                Ok(())
            }
            ("displayName", Verb::Add | Verb::Replace) => {
                self.attributes.display_name = text.ok_or(Refusal::Unparsable)?.to_owned();
                Ok(())
            }
            ("externalId", Verb::Add | Verb::Replace) => {
                self.attributes.external_id = Some(text.ok_or(Refusal::Unparsable)?.to_owned());
                Ok(())
            }
            ("externalId", Verb::Remove) => {
                self.attributes.external_id = None;
                Ok(())
            }
            _ => Err(Refusal::Unparsable),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(operations: Value) -> Result<GroupPatch, Refusal> {
        let current = GroupAttributes::new("readers", Some("00g1")).unwrap();
        let body =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        GroupPatch::parse(&body, &current)
    }

    fn members(count: usize) -> Value {
        (0..count).map(|n| json!({"value": format!("u{n}")})).collect()
    }

    #[test]
    fn the_forms_known_to_work_work() {
        let patch = parse(json!([
            {"op": "add", "path": "members", "value": [{"value": "u1"}, {"value": "u2", "type": "User"}]},
            {"op": "remove", "path": "members", "value": [{"value": "u3"}]},
        ]))
        .unwrap();
        let expected =
            [("u1", true), ("u2", true), ("u3", false)].map(|(id, member)| (id.to_owned(), member));
        assert_eq!(patch.members, BTreeMap::from(expected));
        assert_eq!(patch.changes, 3);
        let patch = parse(json!([
            {"op": "replace", "path": "displayName", "value": "writers"},
            {"op": "replace", "path": "externalId", "value": "00g2"},
        ]))
        .unwrap();
        assert_eq!(patch.attributes, GroupAttributes::new("writers", Some("00g2")).unwrap());
        let patch = parse(json!([{"op": "remove", "path": "externalId"}])).unwrap();
        assert_eq!(patch.attributes, GroupAttributes::new("readers", None).unwrap());
        assert_eq!(
            parse(json!([{"op": "add", "value": {"members": [{"value": "u1"}]}}])).unwrap().changes,
            1
        );
    }

    #[test]
    fn a_hundred_changes_is_the_most_over_all_operations() {
        let both = |adds: usize, removes: usize| {
            parse(json!([
                {"op": "add", "path": "members", "value": members(adds)},
                {"op": "remove", "path": "members", "value": members(removes)},
            ]))
        };
        assert_eq!(both(60, 40).unwrap().changes, 100);
        assert_eq!(both(60, 41), Err(Refusal::Unparsable));
        assert_eq!(both(101, 0), Err(Refusal::Unparsable));
    }

    #[test]
    fn memberships_are_not_replaced() {
        for operation in [
            json!({"op": "replace", "path": "members", "value": [{"value": "u1"}]}),
            json!({"op": "Replace", "path": "members", "value": []}),
            json!({"op": "replace", "value": {"members": [{"value": "u1"}]}}),
        ] {
            let refusal = parse(json!([operation])).unwrap_err();
            assert_eq!(refusal.to_string(), "Replacing group memberships is not supported.");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for operation in [
            json!({"op": "remove", "path": "members"}),
            json!({"op": "remove", "path": "members[value eq \"u1\"]"}),
            json!({"op": "add", "path": "members", "value": {"value": "u1"}}),
            json!({"op": "add", "path": "members", "value": [{"value": "g1", "type": "Group"}]}),
            json!({"op": "replace", "path": "ExternalID", "value": "00g2"}),
            json!({"op": "replace", "path": "displayname", "value": "writers"}),
            json!({"op": "replace", "path": "displayName", "value": ""}),
            json!({"op": "replace", "path": "displayName", "value": {"displayName": "writers"}}),
            json!({"op": "remove", "path": "displayName"}),
            json!({"op": "replace", "path": "description", "value": "x"}),
        ] {
            assert_eq!(parse(json!([operation])), Err(Refusal::Unparsable), "{operation}");
        }
    }
}
