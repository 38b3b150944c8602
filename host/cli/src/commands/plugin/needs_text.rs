//! What a configured policy decides and reads, as text and as JSON.

use serde_json::{Value, json};
use usher_policy::Needs;

/// Two or three lines, each with its end.
pub(crate) fn text(needs: &Needs) -> String {
    let hooks = hooks(needs);
    let hooks = if hooks.is_empty() { "nothing: every default stands".to_owned() } else { hooks.join(", ") };
    let mut text = format!("  decides   {hooks}\n");
    for (item, decides, names) in
        [("groups", needs.groups, &needs.group_attributes), ("users", needs.users, &needs.user_attributes)]
    {
        let names = if names.is_empty() { "no attribute".to_owned() } else { names.join(", ") };
        if decides {
            text.push_str(&format!("  reads     of {item}: {names}\n"));
        }
    }
    text
}

/// The same for a program.
pub(crate) fn json(needs: &Needs) -> Value {
    json!({
        "hooks": hooks(needs),
        "groupAttributes": needs.group_attributes,
        "userAttributes": needs.user_attributes,
    })
}

fn hooks(needs: &Needs) -> Vec<&'static str> {
    let hooks = [(needs.groups, "groups"), (needs.users, "users")];
    hooks.into_iter().filter_map(|(decides, name)| decides.then_some(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_that_is_not_wanted_reads_nothing() {
        let needs = Needs { users: true, user_attributes: vec!["title".into()], ..Needs::default() };
        assert_eq!(text(&needs), "  decides   users\n  reads     of users: title\n");
        assert_eq!(text(&Needs::default()), "  decides   nothing: every default stands\n");
    }
}
