//! What somebody does by hand in AWS, on the document of all that stands there.

use serde_json::{Value, json};

use crate::company::{address, pick};
use crate::event::Hand;

/// The document after it; none when there is nothing that it could be done to. AWS may still refuse it.
pub(crate) fn after(target: &Value, hand: Hand) -> Option<Value> {
    let mut target = target.clone();
    match hand {
        Hand::AddsMember { user, group } => {
            let id = at(&mut target, "users", user)?["id"].clone();
            let members = at(&mut target, "groups", group)?["members"].as_array_mut()?;
            if !members.contains(&id) {
                members.push(id);
            }
        }
        Hand::RemovesMember { user, group } => {
            let members = at(&mut target, "groups", group)?["members"].as_array_mut()?;
            members.remove(pick(user, members.len())?);
        }
        Hand::Writes { user, attribute, value } => {
            let user = at(&mut target, "users", user)?;
            match attribute {
                "email" => user["emails"] = emails(value),
                "userName" => user[attribute] = address(value).into(),
                _ => user[attribute] = format!("{value} by hand").into(),
            }
        }
        Hand::SetsActive { user, active } => at(&mut target, "users", user)?["active"] = active.into(),
        Hand::DeletesUser(user) => {
            let gone = remove(&mut target, "users", user)?["id"].clone();
            for group in target["groups"].as_array_mut()? {
                group["members"].as_array_mut()?.retain(|member| *member != gone);
            }
        }
        Hand::Unlinks(user) => {
            at(&mut target, "users", user)?.as_object_mut()?.remove("externalId")?;
        }
        Hand::RenamesGroup(group, name) => at(&mut target, "groups", group)?["displayName"] = name.into(),
        Hand::DeletesGroup(group) => drop(remove(&mut target, "groups", group)?),
        Hand::UnlinksGroup(group) => {
            at(&mut target, "groups", group)?.as_object_mut()?.remove("externalId")?;
        }
        Hand::CreatesUser { name, of_other_tool, active } => {
            let mut user = json!({
                "userName": address(name), "displayName": name, "active": active,
                "name": { "givenName": name, "familyName": "By Hand" }, "emails": emails(name),
            });
            if of_other_tool {
                user["externalId"] = format!("other-tool-{name}").into();
            }
            target["users"].as_array_mut()?.push(user);
        }
        Hand::CreatesGroup { name, of_other_tool } => {
            let mut group = json!({ "displayName": name, "members": [] });
            if of_other_tool {
                group["externalId"] = format!("other-tool-{name}").into();
            }
            target["groups"].as_array_mut()?.push(group);
        }
    }
    Some(target)
}

fn emails(name: &str) -> Value {
    json!([{ "value": address(name), "type": "work", "primary": true }])
}

fn at<'a>(target: &'a mut Value, list: &str, number: u8) -> Option<&'a mut Value> {
    let list = target[list].as_array_mut()?;
    let place = pick(number, list.len())?;
    list.get_mut(place)
}

fn remove(target: &mut Value, list: &str, number: u8) -> Option<Value> {
    let list = target[list].as_array_mut()?;
    let place = pick(number, list.len())?;
    Some(list.remove(place))
}
