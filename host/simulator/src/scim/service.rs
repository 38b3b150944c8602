//! One request to one answer: who asks, what for, and what becomes of the store.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use super::ScimSettings;
use super::api::{Api, Endpoint};
use super::discovery;
use super::filter::{GroupFilter, UserFilter};
use super::group::GroupAttributes;
use super::group_patch::GroupPatch;
use super::listing::{ListQuery, Page};
use super::refusal::Refusal;
use super::store::{GroupNumber, Record, Store, UserNumber};
use super::throttle::Throttle;
use super::user::UserAttributes;
use super::user_patch;

/// A request as the wire brought it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// With the tenant and `/scim/v2`.
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) authorization: Option<&'a str>,
    /// The `Host` header, for the only two locations that the service names.
    pub(crate) host: &'a str,
    pub(crate) body: &'a [u8],
}

/// A request that was done: its status, and its body unless there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Success {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
}

impl Success {
    fn new(status: u16, body: Value) -> Self {
        Self { status, body: Some(body) }
    }

    fn empty() -> Self {
        Self { status: 204, body: None }
    }
}

/// The state of one tenant.
#[derive(Debug, Default)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) counts: BTreeMap<String, u64>,
    throttle: Throttle,
}

impl Service {
    /// Answers a request. Every request is counted, refused ones too.
    pub(crate) fn answer(
        &mut self,
        request: &Request<'_>,
        tenant: &str,
        settings: &ScimSettings,
    ) -> Result<Success, Refusal> {
        let (given_tenant, below) = split_path(request.path);
        let endpoint = below.and_then(Endpoint::parse);
        let template = endpoint.as_ref().map_or("(unknown path)", Endpoint::template);
        *self.counts.entry(format!("{} {template}", request.method)).or_default() += 1;

        // AWS does not tell a wrong tenant from a wrong token.
        let token = request.authorization.and_then(|value| value.strip_prefix("Bearer "));
        let is_known = settings.token.with(|known| token == Some(known.as_str()));
        if given_tenant != tenant || !is_known {
            return Err(Refusal::Unauthorized);
        }
        let endpoint = endpoint.ok_or(Refusal::NoSuchPath)?;
        let api = endpoint.operation(request.method)?;
        if !self.throttle.admits(api, settings, Instant::now()) {
            return Err(Refusal::Throttled);
        }
        let success = self.perform(api, &endpoint, request, tenant, settings)?;
        if api.is_write() && self.throttle.denies_the_write_just_done(settings) {
            return Err(Refusal::Throttled);
        }
        Ok(success)
    }

    fn perform(
        &mut self,
        api: Api,
        endpoint: &Endpoint<'_>,
        request: &Request<'_>,
        tenant: &str,
        settings: &ScimSettings,
    ) -> Result<Success, Refusal> {
        let id = match endpoint {
            Endpoint::User(id) | Endpoint::Group(id) | Endpoint::Schema(id) => id,
            _ => "",
        };
        match api {
            Api::ListUsers => self.list_users(request.query, settings),
            Api::CreateUser => {
                let attributes = UserAttributes::from_request(&json(request.body)?)?;
                Ok(Success::new(201, self.store.insert_user(Record::new(), attributes)?.to_json()))
            }
            Api::GetUser => Ok(Success::new(200, self.store.users()[&self.user(id)?].to_json())),
            Api::PutUser => {
                let number = self.user(id)?;
                let attributes = UserAttributes::from_request(&json(request.body)?)?;
                Ok(Success::new(201, self.store.replace_user(number, attributes)?.to_json()))
            }
            Api::PatchUser => {
                let number = self.user(id)?;
                let current = &self.store.users()[&number].attributes;
                let attributes = user_patch::patched(&json(request.body)?, current)?;
                Ok(Success::new(200, self.store.replace_user(number, attributes)?.to_json()))
            }
            Api::DeleteUser => {
                self.store.delete_user(self.user(id)?);
                Ok(Success::empty())
            }
            Api::ListGroups => self.list_groups(request.query, settings),
            Api::CreateGroup => self.create_group(&json(request.body)?, settings),
            Api::GetGroup => Ok(Success::new(200, self.store.groups()[&self.group(id)?].to_json())),
            Api::PatchGroup => self.patch_group(self.group(id)?, &json(request.body)?, settings),
            Api::DeleteGroup => {
                self.store.delete_group(self.group(id)?);
                Ok(Success::empty())
            }
            Api::ServiceProviderConfig => Ok(Success::new(200, discovery::service_provider_config())),
            Api::ListSchemas => Ok(Success::new(200, discovery::schemas())),
            Api::GetSchema => {
                discovery::schema(id).map(|schema| Success::new(200, schema)).ok_or(Refusal::Unparsable)
            }
            Api::ListResourceTypes => {
                let base = format!("http://{}/{tenant}/scim/v2", request.host);
                Ok(Success::new(200, discovery::resource_types(&base)))
            }
        }
    }

    fn user(&self, id: &str) -> Result<UserNumber, Refusal> {
        self.store.user_by_id(id).ok_or(Refusal::NoSuchUser)
    }

    fn group(&self, id: &str) -> Result<GroupNumber, Refusal> {
        self.store.group_by_id(id).ok_or(Refusal::NoSuchGroup)
    }

    fn list_users(&self, query: &str, settings: &ScimSettings) -> Result<Success, Refusal> {
        let query = ListQuery::parse(query)?;
        let filter = UserFilter::parse(query.filter.as_deref(), settings.old)?;
        let page = Page::new(&query, &("users", &filter), settings)?;
        let users = self.store.users();
        let from = UserNumber(page.after + 1);
        let numbers: Box<dyn Iterator<Item = UserNumber>> = match &filter {
            UserFilter::All => Box::new(users.range(from..).map(|(number, _)| *number)),
            UserFilter::Id(id) => Box::new(self.store.user_by_id(id).into_iter()),
            UserFilter::UserName(name) => Box::new(self.store.user_by_name(name).into_iter()),
            UserFilter::ExternalId(id) => Box::new(self.store.user_by_external_id(id).into_iter()),
            // For an unknown group ListUsers documents no 404 (reference §9, 8).
            UserFilter::Group(id) => {
                let group = self.store.group_by_id(id).map(|number| &self.store.groups()[&number]);
                Box::new(group.into_iter().flat_map(move |group| group.members.range(from..).copied()))
            }
            UserFilter::IdAndManager { id, manager } => {
                let managed = |number: &UserNumber| users[number].attributes.manager() == Some(manager);
                Box::new(self.store.user_by_id(id).filter(managed).into_iter())
            }
        };
        let numbers = numbers.filter(|number| *number >= from);
        Ok(Success::new(200, page.answer(numbers, |number| number.0, |number| users[&number].to_json())))
    }

    fn list_groups(&self, query: &str, settings: &ScimSettings) -> Result<Success, Refusal> {
        let query = ListQuery::parse(query)?;
        let filter = GroupFilter::parse(query.filter.as_deref(), settings.old)?;
        let page = Page::new(&query, &("groups", &filter), settings)?;
        let groups = self.store.groups();
        let from = GroupNumber(page.after + 1);
        let numbers: Box<dyn Iterator<Item = GroupNumber>> = match &filter {
            GroupFilter::All => Box::new(groups.range(from..).map(|(number, _)| *number)),
            GroupFilter::Id(id) => Box::new(self.store.group_by_id(id).into_iter()),
            GroupFilter::DisplayName(name) => Box::new(self.store.group_by_name(name).into_iter()),
            GroupFilter::ExternalId(id) => Box::new(self.store.group_by_external_id(id).into_iter()),
            // A member that does not exist is the one thing for which ListGroups documents a 404.
            GroupFilter::Member(id) => {
                Box::new(self.store.users()[&self.user(id)?].groups.range(from..).copied())
            }
            GroupFilter::IdAndMember { id, member } => {
                let member = self.user(member)?;
                let holds = |number: &GroupNumber| groups[number].members.contains(&member);
                Box::new(self.store.group_by_id(id).filter(holds).into_iter())
            }
        };
        let numbers = numbers.filter(|number| *number >= from);
        Ok(Success::new(
            200,
            page.answer(numbers, |number| number.0, |number| groups[&number].to_list_json()),
        ))
    }

    /// CreateGroup documents no 404, so a member that does not exist is a 400 here.
    fn create_group(&mut self, body: &Value, settings: &ScimSettings) -> Result<Success, Refusal> {
        let (attributes, ids) = GroupAttributes::from_request(body)?;
        let members = ids
            .iter()
            .map(|id| self.store.user_by_id(id).ok_or(Refusal::Unparsable))
            .collect::<Result<Vec<UserNumber>, Refusal>>()?;
        self.admit_members(ids.len(), settings)?;
        Ok(Success::new(201, self.store.insert_group(Record::new(), attributes, &members)?.to_json()))
    }

    /// To add a member again and to remove one that is not in the group is no error; to name a user that does not exist
    /// is (what AWS does is unknown for all three, reference §9, 6). A refused PATCH changes nothing.
    fn patch_group(
        &mut self,
        number: GroupNumber,
        body: &Value,
        settings: &ScimSettings,
    ) -> Result<Success, Refusal> {
        let patch = GroupPatch::parse(body, &self.store.groups()[&number].attributes)?;
        let (mut add, mut remove) = (Vec::new(), Vec::new());
        for (id, member) in &patch.members {
            let user = self.user(id)?;
            if *member { add.push(user) } else { remove.push(user) }
        }
        self.admit_members(patch.changes, settings)?;
        self.store.change_group(number, patch.attributes, &add, &remove)?;
        Ok(Success::empty())
    }

    fn admit_members(&mut self, changes: usize, settings: &ScimSettings) -> Result<(), Refusal> {
        let admitted = changes == 0 || self.throttle.admits_members(changes, settings, Instant::now());
        if admitted { Ok(()) } else { Err(Refusal::Throttled) }
    }
}

/// The tenant, and what stands behind `/scim/v2/`.
fn split_path(path: &str) -> (&str, Option<&str>) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (tenant, rest) = path.split_once('/').unwrap_or((path, ""));
    (tenant, rest.strip_prefix("scim/v2/"))
}

fn json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::Unparsable)
}
