//! Version 0.1 of the contract: the bindings that wasmtime makes from `wit/`, and every conversion between their types and
//! the model's. Nothing outside this file sees a type of theirs.

use std::collections::BTreeMap;

use usher_core::account::{Account, Address, PersonName, Work};
use usher_core::decision::{GroupDecision, GroupVerdict, Reason, TargetGroup, UserDecision, UserVerdict};
use usher_core::desired::UserToDecide;
use usher_core::id::{OktaGroupId, OktaUserId};
use usher_core::source::{Attributes, GroupOrigin, SourceGroup, UserStatus, Value};
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{Engine, Result, Store};

use self::bindings::exports::usher::policy::policy as wit_policy;
use self::bindings::usher::policy::{log as wit_log, types as wit};
use crate::contract::{Contract, Plugin};
use crate::error::ConfigProblem;
use crate::loaded::Description;
use crate::log::Level;
use crate::needs::Needs;
use crate::sandbox::Sandbox;

#[allow(missing_docs, unreachable_pub, reason = "made by a macro")]
mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "plugin" });
}

/// The minor version this module serves: `0.1.` and any patch (reference wasm.md §1.3).
pub(crate) const MINOR: &str = "0.1";

impl wit_log::Host for Sandbox {
    fn write(&mut self, level: wit_log::Level, message: String) {
        let level = match level {
            wit_log::Level::Debug => Level::Debug,
            wit_log::Level::Info => Level::Info,
            wit_log::Level::Warn => Level::Warn,
            wit_log::Level::Error => Level::Error,
        };
        Sandbox::write(self, level, &message);
    }
}

impl wit::Host for Sandbox {}

/// A compiled plugin of this version.
pub(crate) struct Compiled {
    instance: InstancePre<Sandbox>,
    exports: bindings::PluginIndices,
}

impl Compiled {
    /// Connects the component's imports and finds its exports.
    pub(crate) fn new(engine: &Engine, component: &Component) -> Result<Self> {
        let mut linker = Linker::new(engine);
        bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |sandbox| sandbox)?;
        let instance = linker.instantiate_pre(component)?;
        let exports = bindings::PluginIndices::new(&instance)?;
        Ok(Self { instance, exports })
    }
}

impl Contract for Compiled {
    fn start(&self, store: &mut Store<Sandbox>) -> Result<Result<Box<dyn Plugin>>> {
        let instance = self.instance.instantiate(&mut *store)?;
        // Only here are the types of the exports compared with ours.
        let running = self.exports.load(store, &instance);
        Ok(running.map(|plugin| Box::new(Running(plugin)) as Box<dyn Plugin>))
    }
}

struct Running(bindings::Plugin);

impl Plugin for Running {
    fn describe(&self, store: &mut Store<Sandbox>) -> Result<Description> {
        let wit_policy::Description { name, version, summary, config_schema } =
            self.0.usher_policy_policy().call_describe(store)?;
        Ok(Description { name, version, summary, config_schema })
    }

    fn configure(
        &self,
        store: &mut Store<Sandbox>,
        config: &str,
        now: u64,
    ) -> Result<Result<Needs, Vec<ConfigProblem>>> {
        let run = wit_policy::RunContext { now };
        let answer = self.0.usher_policy_policy().call_configure(store, config, run)?;
        Ok(answer.map(needs).map_err(|problems| problems.into_iter().map(config_problem).collect()))
    }

    fn decide_groups(
        &self,
        store: &mut Store<Sandbox>,
        groups: &[SourceGroup],
        needs: &Needs,
    ) -> Result<Result<Vec<GroupDecision>, String>> {
        let groups: Vec<_> = groups.iter().map(|group| to_group(group, &needs.group_attributes)).collect();
        let answer = self.0.usher_policy_policy().call_decide_groups(store, &groups)?;
        Ok(answer.map(|decisions| decisions.into_iter().map(group_decision).collect()))
    }

    fn decide_users(
        &self,
        store: &mut Store<Sandbox>,
        users: &[UserToDecide],
        needs: &Needs,
    ) -> Result<Result<Vec<UserDecision>, String>> {
        let users: Vec<_> = users.iter().map(|user| to_user(user, &needs.user_attributes)).collect();
        let answer = self.0.usher_policy_policy().call_decide_users(store, &users)?;
        Ok(answer.map(|decisions| decisions.into_iter().map(user_decision).collect()))
    }
}

// Into the sandbox.

fn to_attributes(attributes: &Attributes, wanted: &[String]) -> Vec<wit::Attribute> {
    // `wanted` is sorted, so the result is.
    let found = wanted.iter().filter_map(|name| attributes.get_key_value(name));
    found.map(|(name, value)| wit::Attribute { name: name.clone(), value: to_value(value) }).collect()
}

fn to_value(value: &Value) -> wit::Value {
    match value {
        Value::Text(text) => wit::Value::Text(text.clone()),
        Value::Integer(number) => wit::Value::Integer(*number),
        Value::Number(number) => wit::Value::Number(*number),
        Value::Boolean(truth) => wit::Value::Boolean(*truth),
        Value::Texts(texts) => wit::Value::Texts(texts.clone()),
        Value::Integers(numbers) => wit::Value::Integers(numbers.clone()),
        Value::Numbers(numbers) => wit::Value::Numbers(numbers.clone()),
    }
}

fn to_group(group: &SourceGroup, wanted: &[String]) -> wit::Group {
    wit::Group {
        id: group.id.as_str().to_owned(),
        name: group.name.clone(),
        description: group.description.clone(),
        origin: match group.origin {
            GroupOrigin::Okta => wit::GroupOrigin::Okta,
            GroupOrigin::App => wit::GroupOrigin::App,
            GroupOrigin::BuiltIn => wit::GroupOrigin::BuiltIn,
        },
        attributes: to_attributes(&group.attributes, wanted),
    }
}

fn to_user(user: &UserToDecide, wanted: &[String]) -> wit::User {
    wit::User {
        id: user.source.id.as_str().to_owned(),
        status: match user.source.status {
            UserStatus::Staged => wit::UserStatus::Staged,
            UserStatus::Provisioned => wit::UserStatus::Provisioned,
            UserStatus::Active => wit::UserStatus::Active,
            UserStatus::Recovery => wit::UserStatus::Recovery,
            UserStatus::PasswordExpired => wit::UserStatus::PasswordExpired,
            UserStatus::LockedOut => wit::UserStatus::LockedOut,
            UserStatus::Suspended => wit::UserStatus::Suspended,
            UserStatus::Deprovisioned => wit::UserStatus::Deprovisioned,
            UserStatus::Other => wit::UserStatus::Other,
        },
        groups: user.groups.clone(),
        attributes: to_attributes(&user.source.profile, wanted),
        draft: to_account(user.draft.clone()),
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
        address: address.map(|address| {
            let Address { formatted, street, locality, region, postal_code, country } = address;
            wit::Address { formatted, street, locality, region, postal_code, country }
        }),
        work: work.map(|work| {
            let Work { employee_number, cost_center, organization, division, department, manager } = work;
            wit::Work { employee_number, cost_center, organization, division, department, manager }
        }),
    }
}

// Out of the sandbox.

fn needs(needs: wit_policy::Needs) -> Needs {
    Needs {
        groups: needs.hooks.contains(wit_policy::Hooks::GROUPS),
        users: needs.hooks.contains(wit_policy::Hooks::USERS),
        group_attributes: needs.group_attributes,
        user_attributes: needs.user_attributes,
    }
}

fn config_problem(problem: wit_policy::ConfigProblem) -> ConfigProblem {
    let wit_policy::ConfigProblem { pointer, message, position } = problem;
    ConfigProblem { pointer, message, position }
}

fn group_decision(decision: wit::GroupDecision) -> GroupDecision {
    let wit::GroupDecision { id, verdict, why } = decision;
    GroupDecision {
        id: OktaGroupId::new(id),
        verdict: match verdict {
            wit::GroupVerdict::Sync(groups) => GroupVerdict::Sync(target_groups(groups)),
            wit::GroupVerdict::Skip => GroupVerdict::Skip,
            wit::GroupVerdict::Hold => GroupVerdict::Hold,
        },
        why: reason(why),
    }
}

fn user_decision(decision: wit::UserDecision) -> UserDecision {
    let wit::UserDecision { id, verdict, groups, why } = decision;
    UserDecision {
        id: OktaUserId::new(id),
        verdict: match verdict {
            wit::UserVerdict::Keep => UserVerdict::Keep,
            wit::UserVerdict::Sync(account) => UserVerdict::Sync(Box::new(from_account(account))),
            wit::UserVerdict::Skip => UserVerdict::Skip,
            wit::UserVerdict::Hold => UserVerdict::Hold,
        },
        groups: groups.map(target_groups),
        why: reason(why),
        groups_by_others: BTreeMap::new(),
    }
}

fn target_groups(groups: Vec<wit::TargetGroup>) -> Vec<TargetGroup> {
    let group = |wit::TargetGroup { key, display_name }| TargetGroup { key, display_name };
    groups.into_iter().map(group).collect()
}

fn reason(wit::Reason { rule, message }: wit::Reason) -> Reason {
    Reason::new(rule, message)
}

/// An empty text in place of none is none, and a part without any text is none: the contract has no empty optional text, and
/// two ways to say one thing would show as a difference in every plan.
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
        name: PersonName {
            given,
            family,
            formatted: filled(formatted),
            middle: filled(middle),
            prefix: filled(prefix),
            suffix: filled(suffix),
        },
        email: filled(email),
        phone: filled(phone),
        nick_name: filled(nick_name),
        title: filled(title),
        user_type: filled(user_type),
        profile_url: filled(profile_url),
        preferred_language: filled(preferred_language),
        locale: filled(locale),
        timezone: filled(timezone),
        address: address.map(from_address).filter(|address| *address != Address::default()),
        work: work.map(from_work).filter(|work| *work != Work::default()),
    }
}

fn from_address(address: wit::Address) -> Address {
    let wit::Address { formatted, street, locality, region, postal_code, country } = address;
    Address {
        formatted: filled(formatted),
        street: filled(street),
        locality: filled(locality),
        region: filled(region),
        postal_code: filled(postal_code),
        country: filled(country),
    }
}

fn from_work(work: wit::Work) -> Work {
    let wit::Work { employee_number, cost_center, organization, division, department, manager } = work;
    Work {
        employee_number: filled(employee_number),
        cost_center: filled(cost_center),
        organization: filled(organization),
        division: filled(division),
        department: filled(department),
        manager: filled(manager),
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
