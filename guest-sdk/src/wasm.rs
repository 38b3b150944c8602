//! The contract's bindings and every conversion between their types and ours. No author sees a type of theirs; what is public here
//! is so for the macro [`export!`](crate::export) alone.

use std::cell::OnceCell;

use self::bindings::exports::usher::policy::policy as wit_policy;
use self::bindings::usher::policy::{log as wit_log, types as wit};
use crate::account::{Account, Address, PersonName, Work};
use crate::attributes::{Attributes, Value};
use crate::decision::{GroupVerdict, TargetGroup, UserVerdict};
use crate::group::Origin;
use crate::log::Level;
use crate::policy::{Policy, Run};
use crate::user::Status;

pub use self::wit::{Group, GroupDecision, User, UserDecision};
pub use self::wit_policy::{ConfigProblem, Description, Guest, Needs, RunContext};

#[allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, reason = "made by a macro")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "plugin",
        pub_export_macro: true,
        export_macro_name: "export_policy",
        default_bindings_module: "usher_guest::wasm::bindings",
    });
}

/// The one policy of an instance, from `configure` on.
#[derive(Debug)]
pub struct Instance<P>(OnceCell<P>);

impl<P> Default for Instance<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P> Instance<P> {
    /// Not configured yet.
    pub const fn new() -> Self {
        Self(OnceCell::new())
    }
}

impl<P: Policy> Instance<P> {
    /// The contract's `configure`.
    pub fn configure(&self, config: &str, run: RunContext) -> Result<Needs, Vec<ConfigProblem>> {
        report_panics();
        let policy = crate::configure::configure::<P>(config, Run { now: run.now });
        let policy = policy.map_err(|problems| problems.into_iter().map(problem).collect::<Vec<_>>())?;
        let needs = policy.needs();
        if self.0.set(policy).is_err() {
            let message = "this instance is configured already; the contract allows it once";
            return Err(vec![problem(crate::Problem::at("", message))]);
        }
        let mut hooks = wit_policy::Hooks::empty();
        hooks.set(wit_policy::Hooks::GROUPS, needs.groups);
        hooks.set(wit_policy::Hooks::USERS, needs.users);
        Ok(Needs {
            hooks,
            group_attributes: needs.group_attributes.into_iter().collect(),
            user_attributes: needs.user_attributes.into_iter().collect(),
        })
    }

    /// The contract's `decide-groups`.
    pub fn decide_groups(&self, groups: Vec<Group>) -> Result<Vec<GroupDecision>, String> {
        let policy = self.policy()?;
        Ok(groups.into_iter().map(|group| decide_group(policy, group)).collect())
    }

    /// The contract's `decide-users`.
    pub fn decide_users(&self, users: Vec<User>) -> Result<Vec<UserDecision>, String> {
        let policy = self.policy()?;
        Ok(users.into_iter().map(|user| decide_user(policy, user)).collect())
    }

    fn policy(&self) -> Result<&P, String> {
        self.0.get().ok_or_else(|| "asked to decide before it was configured".to_owned())
    }
}

/// The contract's `describe`.
pub fn describe<P: Policy>(name: &str, version: &str, summary: &str, schema: Option<String>) -> Description {
    report_panics();
    Description {
        name: name.to_owned(),
        version: version.to_owned(),
        summary: summary.to_owned(),
        config_schema: schema,
    }
}

/// On this target the text of a panic goes nowhere; the log takes it out before the trap. The host knows it by its first words,
/// `panicked at`.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
}

pub(crate) fn log(level: Level, message: &str) {
    let level = match level {
        Level::Debug => wit_log::Level::Debug,
        Level::Info => wit_log::Level::Info,
        Level::Warn => wit_log::Level::Warn,
        Level::Error => wit_log::Level::Error,
    };
    wit_log::write(level, message);
}

fn problem(problem: crate::Problem) -> ConfigProblem {
    let crate::Problem { pointer, message, position } = problem;
    ConfigProblem { pointer, message, position }
}

fn decide_group<P: Policy>(policy: &P, group: Group) -> GroupDecision {
    let Group { id, name, description, origin, attributes } = group;
    let group = crate::Group {
        id,
        name,
        description,
        origin: match origin {
            wit::GroupOrigin::Okta => Origin::Okta,
            wit::GroupOrigin::App => Origin::App,
            wit::GroupOrigin::BuiltIn => Origin::BuiltIn,
        },
        attributes: from_attributes(attributes),
    };
    let (verdict, rule, message) = policy.group(&group).into_parts();
    let verdict = match verdict {
        GroupVerdict::Sync(groups) => wit::GroupVerdict::Sync(to_target_groups(groups)),
        GroupVerdict::Skip => wit::GroupVerdict::Skip,
        GroupVerdict::Hold => wit::GroupVerdict::Hold,
    };
    GroupDecision { id: group.id, verdict, why: wit::Reason { rule, message } }
}

fn decide_user<P: Policy>(policy: &P, user: User) -> UserDecision {
    let User { id, status, groups, attributes, draft } = user;
    let user = crate::User {
        id,
        status: from_status(status),
        groups,
        attributes: from_attributes(attributes),
        draft: from_account(draft),
    };
    let (answer, rule, message) = policy.user(&user).into_parts();
    let (verdict, groups) = answer.into_parts();
    let verdict = match verdict {
        UserVerdict::Keep => wit::UserVerdict::Keep,
        UserVerdict::Sync(account) => wit::UserVerdict::Sync(to_account(*account)),
        UserVerdict::Skip => wit::UserVerdict::Skip,
        UserVerdict::Hold => wit::UserVerdict::Hold,
    };
    UserDecision {
        id: user.id,
        verdict,
        groups: groups.map(to_target_groups),
        why: wit::Reason { rule, message },
    }
}

fn from_attributes(attributes: Vec<wit::Attribute>) -> Attributes {
    attributes.into_iter().map(|wit::Attribute { name, value }| (name, from_value(value))).collect()
}

fn from_value(value: wit::Value) -> Value {
    match value {
        wit::Value::Text(text) => Value::Text(text),
        wit::Value::Integer(number) => Value::Integer(number),
        wit::Value::Number(number) => Value::Number(number),
        wit::Value::Boolean(boolean) => Value::Boolean(boolean),
        wit::Value::Texts(texts) => Value::Texts(texts),
        wit::Value::Integers(numbers) => Value::Integers(numbers),
        wit::Value::Numbers(numbers) => Value::Numbers(numbers),
    }
}

fn from_status(status: wit::UserStatus) -> Status {
    match status {
        wit::UserStatus::Staged => Status::Staged,
        wit::UserStatus::Provisioned => Status::Provisioned,
        wit::UserStatus::Active => Status::Active,
        wit::UserStatus::Recovery => Status::Recovery,
        wit::UserStatus::PasswordExpired => Status::PasswordExpired,
        wit::UserStatus::LockedOut => Status::LockedOut,
        wit::UserStatus::Suspended => Status::Suspended,
        wit::UserStatus::Deprovisioned => Status::Deprovisioned,
        wit::UserStatus::Other => Status::Other,
    }
}

fn to_target_groups(groups: Vec<TargetGroup>) -> Vec<wit::TargetGroup> {
    let group = |TargetGroup { key, display_name }| wit::TargetGroup { key, display_name };
    groups.into_iter().map(group).collect()
}

// Taken apart and put together field by field, so that a field added to the contract does not compile until it is handled.

fn from_account(account: wit::Account) -> Account {
    let wit::Account {
        user_name,
        active,
        display_name,
        name,
        email,
        phone,
        nick_name,
        title,
        user_type,
        profile_url,
        preferred_language,
        locale,
        timezone,
        address,
        work,
    } = account;
    let wit::PersonName { given, family, formatted, middle, prefix, suffix } = name;
    Account {
        user_name,
        active,
        display_name,
        name: PersonName { given, family, formatted, middle, prefix, suffix },
        email,
        phone,
        nick_name,
        title,
        user_type,
        profile_url,
        preferred_language,
        locale,
        timezone,
        address: address.map(|wit::Address { formatted, street, locality, region, postal_code, country }| {
            Address { formatted, street, locality, region, postal_code, country }
        }),
        work: work.map(
            |wit::Work { employee_number, cost_center, organization, division, department, manager }| Work {
                employee_number,
                cost_center,
                organization,
                division,
                department,
                manager,
            },
        ),
    }
}

fn to_account(account: Account) -> wit::Account {
    let Account {
        user_name,
        active,
        display_name,
        name,
        email,
        phone,
        nick_name,
        title,
        user_type,
        profile_url,
        preferred_language,
        locale,
        timezone,
        address,
        work,
    } = account;
    let PersonName { given, family, formatted, middle, prefix, suffix } = name;
    wit::Account {
        user_name,
        active,
        display_name,
        name: wit::PersonName { given, family, formatted, middle, prefix, suffix },
        email,
        phone,
        nick_name,
        title,
        user_type,
        profile_url,
        preferred_language,
        locale,
        timezone,
        address: address.map(|Address { formatted, street, locality, region, postal_code, country }| {
            wit::Address { formatted, street, locality, region, postal_code, country }
        }),
        work: work.map(
            |Work { employee_number, cost_center, organization, division, department, manager }| wit::Work {
                employee_number,
                cost_center,
                organization,
                division,
                department,
                manager,
            },
        ),
    }
}
