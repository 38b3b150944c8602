//! Groups lose their last letter, Okta's own are skipped; who has a department carries it, who has none is held.

use crate::bindings::exports::usher::policy::policy::{
    ConfigProblem, Description, Group, GroupDecision, Guest, Hooks, Needs, RunContext, User, UserDecision,
};
use crate::bindings::usher::policy::log::{self, Level};
use crate::bindings::usher::policy::types::{
    GroupOrigin, GroupVerdict, Reason, TargetGroup, UserVerdict, Value, Work,
};

pub(crate) struct FirstContract;

impl Guest for FirstContract {
    fn describe() -> Description {
        Description {
            name: "first-contract".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "built when the contract was new".to_owned(),
            config_schema: None,
        }
    }

    fn configure(config: String, run: RunContext) -> Result<Needs, Vec<ConfigProblem>> {
        if config != "{}" {
            let problem = |position| ConfigProblem {
                pointer: "/a".to_owned(),
                message: "there is nothing to set".to_owned(),
                position,
            };
            return Err(vec![problem(None), problem(Some((2, 3)))]);
        }
        log::write(Level::Info, &format!("configured at {}", run.now));
        Ok(Needs {
            hooks: Hooks::GROUPS | Hooks::USERS,
            group_attributes: Vec::new(),
            user_attributes: vec!["department".to_owned()],
        })
    }

    fn decide_groups(groups: Vec<Group>) -> Result<Vec<GroupDecision>, String> {
        let decide = |group: Group| {
            let verdict = match group.origin {
                GroupOrigin::BuiltIn => GroupVerdict::Skip,
                GroupOrigin::Okta | GroupOrigin::App => {
                    let mut display_name = group.name;
                    display_name.pop();
                    GroupVerdict::Sync(vec![TargetGroup { key: Some("k".to_owned()), display_name }])
                }
            };
            GroupDecision { id: group.id, verdict, why: why("shorter") }
        };
        Ok(groups.into_iter().map(decide).collect())
    }

    fn decide_users(users: Vec<User>) -> Result<Vec<UserDecision>, String> {
        let decide = |user: User| {
            let department = user.attributes.into_iter().find_map(|attribute| match attribute.value {
                Value::Text(text) if attribute.name == "department" => Some(text),
                _ => None,
            });
            let mut account = user.draft;
            let verdict = match department {
                None => UserVerdict::Hold,
                Some(department) => {
                    account.work = Some(Work {
                        employee_number: None,
                        cost_center: None,
                        organization: None,
                        division: None,
                        department: Some(department),
                        manager: None,
                    });
                    UserVerdict::Sync(account)
                }
            };
            UserDecision { id: user.id, verdict, groups: Some(Vec::new()), why: why("department") }
        };
        Ok(users.into_iter().map(decide).collect())
    }
}

fn why(rule: &str) -> Reason {
    Reason { rule: rule.to_owned(), message: String::new() }
}
