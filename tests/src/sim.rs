//! The simulator as a process of its own, with a place from which `usher` is started against it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::org::{self, Org};
use crate::place::Place;
use crate::program;
use crate::wait::wait;

/// A running `usher simulate`. It ends with this value.
pub struct Sim {
    process: Child,
    place: Place,
    org: Org,
    ssm: String,
    control: String,
}

impl Sim {
    /// An organisation in its Okta, nothing in its Identity Center.
    pub fn start(org: Org) -> Self {
        Self::moody(org, [])
    }

    /// The same with options of `usher simulate`: its moods.
    pub fn moody<const N: usize>(org: Org, moods: [&str; N]) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("org.json");
        std::fs::write(&file, org.to_json().to_string()).expect("the folder can be written");
        let mut arguments =
            vec!["--org", file.to_str().expect("a folder for temporary files has a plain name")];
        arguments.extend(moods);
        let mut sim = Self::with(&arguments);
        sim.org = org;
        sim
    }

    /// An organisation that the simulator makes up itself.
    pub fn generated(users: usize, groups: usize, memberships: usize) -> Self {
        let [users, groups, memberships] = [users, groups, memberships].map(|number| number.to_string());
        Self::with(&["--users", &users, "--groups", &groups, "--memberships", &memberships])
    }

    /// The organisation of `usher demo`.
    pub fn human() -> Self {
        Self::with(&[])
    }

    fn with(arguments: &[&str]) -> Self {
        let mut process = Command::new(program::usher())
            .arg("simulate")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("usher can be started");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("stdout is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("the simulator's stdout is text");
        let addresses: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the simulator's first line is no JSON ({error}): {line:?}"));
        let address =
            |name: &str| addresses[name].as_str().unwrap_or_else(|| panic!("no {name}: {line}")).to_owned();
        let ssm = address("ssm");
        Self {
            process,
            place: Place::new(&address("okta"), &address("scim"), &ssm),
            org: Org::new(),
            ssm,
            control: address("control"),
        }
    }

    /// The address of its Parameter Store.
    pub fn ssm(&self) -> &str {
        &self.ssm
    }

    /// A token that the simulator lets in: `okta_api_token` or `amz_sso_api_token`, out of its Parameter Store.
    pub fn token(&self, name: &str) -> String {
        let answer = ssm(&self.ssm, "GetParameters", &json!({ "Names": [name], "WithDecryption": true }));
        answer["Parameters"][0]["Value"].as_str().unwrap_or_else(|| panic!("no {name}: {answer}")).to_owned()
    }

    /// Things happen in Okta.
    pub fn happens(&mut self, event: impl FnOnce(Org) -> Org) {
        self.org = event(std::mem::take(&mut self.org));
        self.put_source(&self.org.to_json());
    }

    /// The organisation as the test knows it.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// Replaces the whole organisation.
    pub fn put_source(&self, source: &Value) {
        self.ask(reqwest::Method::PUT, "/source", Some(source));
    }

    /// The whole organisation.
    pub fn source(&self) -> Value {
        self.ask(reqwest::Method::GET, "/source", None)
    }

    /// What stands in Identity Center.
    pub fn target(&self) -> Target {
        Target::new(&self.ask(reqwest::Method::GET, "/target", None))
    }

    /// Changes what stands in Identity Center behind Usher's back.
    pub fn put_target(&self, target: &Value) {
        self.ask(reqwest::Method::PUT, "/target", Some(target));
    }

    /// Time passes in Okta, and nowhere else.
    pub fn advance(&self, seconds: u32) {
        self.ask(reqwest::Method::POST, "/clock", Some(&json!({ "advance": seconds })));
    }

    /// Makes requests go wrong: see docs/simulator.md.
    pub fn fault(&self, fault: &Value) {
        self.ask(reqwest::Method::POST, "/faults", Some(fault));
    }

    /// Nothing goes wrong any more.
    pub fn clear_faults(&self) {
        self.ask(reqwest::Method::DELETE, "/faults", None);
    }

    /// What was asked since the start or the last `forget_requests`.
    pub fn requests(&self) -> Requests {
        Requests::new(&self.ask(reqwest::Method::GET, "/requests", None))
    }

    /// Counts from 0 again.
    pub fn forget_requests(&self) {
        self.ask(reqwest::Method::POST, "/requests/reset", None);
    }

    fn ask(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let url = format!("{}{path}", self.control);
        wait(async {
            let mut request = reqwest::Client::new().request(method, &url);
            if let Some(body) = body {
                request = request.json(body);
            }
            let response = request.send().await.expect("the simulator answers");
            let status = response.status();
            let text = response.text().await.expect("the simulator's answer is text");
            assert!(status.is_success(), "{url}: {status} {text}");
            if text.is_empty() {
                return Value::Null;
            }
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: no JSON ({error}): {text}"))
        })
    }
}

/// A call of a Parameter Store, as the AWS SDKs make it. Neither the simulator nor moto checks the signature.
pub fn ssm(base: &str, operation: &str, body: &Value) -> Value {
    let signature = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/ssm/aws4_request, \
                     SignedHeaders=host;x-amz-date, Signature=0";
    wait(async {
        let request = reqwest::Client::new()
            .post(base)
            .header("X-Amz-Target", format!("AmazonSSM.{operation}"))
            .header("X-Amz-Date", "20260101T000000Z")
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("Authorization", signature);
        let response = request.body(body.to_string()).send().await.expect("the store answers");
        let status = response.status();
        let text = response.text().await.expect("the store's answer is text");
        assert!(status.is_success(), "{operation}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{operation}: no JSON ({error}): {text}"))
    })
}

impl Drop for Sim {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Deref for Sim {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

impl DerefMut for Sim {
    fn deref_mut(&mut self) -> &mut Place {
        &mut self.place
    }
}

/// Users and groups of a SCIM service, in the form of `GET /_sim/target`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// SCIM users, by the short name of the person whose Okta id they carry, or else by userName.
    pub users: BTreeMap<String, Value>,
    /// `id`, `externalId`, `displayName`, `members`, by displayName.
    pub groups: BTreeMap<String, Value>,
}

impl Target {
    /// Reads `{"users": […], "groups": […]}`.
    pub fn new(target: &Value) -> Self {
        let list =
            |name: &str| target[name].as_array().unwrap_or_else(|| panic!("no {name}: {target}")).clone();
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned();
        let users = list("users");
        let number = users.len();
        let users: BTreeMap<_, _> = users.into_iter().map(|user| (short_name(&user), user)).collect();
        assert_eq!(users.len(), number, "two users of one name");
        let groups = list("groups");
        let number = groups.len();
        let groups: BTreeMap<_, _> =
            groups.into_iter().map(|group| (text(&group["displayName"]), group)).collect();
        assert_eq!(groups.len(), number, "two groups of one name");
        Self { users, groups }
    }

    /// Short names of all users, sorted.
    pub fn people(&self) -> Vec<&str> {
        self.users.keys().map(String::as_str).collect()
    }

    /// Short names of those who may sign in, sorted.
    pub fn active(&self) -> Vec<&str> {
        let active = self.users.iter().filter(|(_, user)| user["active"] == true);
        active.map(|(name, _)| name.as_str()).collect()
    }

    /// Names of all groups, sorted.
    pub fn group_names(&self) -> Vec<&str> {
        self.groups.keys().map(String::as_str).collect()
    }

    /// A user, who must be there.
    #[track_caller]
    pub fn user(&self, name: &str) -> &Value {
        self.users.get(name).unwrap_or_else(|| panic!("no user {name}; there are {:?}", self.people()))
    }

    /// A group, which must be there.
    #[track_caller]
    pub fn group(&self, name: &str) -> &Value {
        self.groups.get(name).unwrap_or_else(|| panic!("no group {name}; there are {:?}", self.group_names()))
    }

    /// Short names of a group's members, sorted.
    #[track_caller]
    pub fn members(&self, group: &str) -> Vec<&str> {
        let members = self.group(group)["members"].as_array().expect("members are a list");
        let mut names: Vec<&str> = members
            .iter()
            .map(|id| {
                let found = self.users.iter().find(|(_, user)| user["id"] == *id);
                found
                    .map(|(name, _)| name.as_str())
                    .unwrap_or_else(|| panic!("{group} has a member {id} who is no user"))
            })
            .collect();
        names.sort_unstable();
        names
    }
}

/// `ann` for who carries the id of `Org::person("ann")`, and otherwise the userName without its domain.
fn short_name(user: &Value) -> String {
    let external_id = user["externalId"].as_str().unwrap_or_default();
    let from_id = external_id.strip_prefix("00u").map(|rest| rest.trim_end_matches('0'));
    if let Some(name) = from_id.and_then(|rest| rest.strip_suffix('x'))
        && org::user_id(name) == external_id
    {
        return name.to_owned();
    }
    let user_name = user["userName"].as_str().unwrap_or_else(|| panic!("a user without userName: {user}"));
    user_name.split('@').next().unwrap_or(user_name).to_owned()
}

/// Requests by service, method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requests {
    /// Of all services.
    pub total: u64,
    /// Of Okta.
    pub okta: BTreeMap<String, u64>,
    /// Of Identity Center.
    pub scim: BTreeMap<String, u64>,
    /// Of Parameter Store.
    pub ssm: BTreeMap<String, u64>,
}

impl Requests {
    fn new(value: &Value) -> Self {
        let part = |name: &str| {
            let counts = value[name].as_object().unwrap_or_else(|| panic!("no {name}: {value}"));
            counts
                .iter()
                .map(|(request, number)| (request.clone(), number.as_u64().expect("a number")))
                .collect()
        };
        Self {
            total: value["total"].as_u64().expect("a number"),
            okta: part("okta"),
            scim: part("scim"),
            ssm: part("ssm"),
        }
    }

    /// Requests that changed, or were to change, something in Identity Center.
    pub fn writes(&self) -> u64 {
        let writes = self.scim.iter().filter(|(request, _)| !request.starts_with("GET "));
        writes.map(|(_, number)| number).sum()
    }

    /// Requests that read from Okta or Identity Center.
    pub fn reads(&self) -> u64 {
        let reads = self.okta.iter().chain(&self.scim).filter(|(request, _)| request.starts_with("GET "));
        reads.map(|(_, number)| number).sum()
    }
}
