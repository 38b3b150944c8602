//! A plain HTTP client that knows nothing of Usher's own clients.

#![allow(dead_code, reason = "each test program uses its part")]

use reqwest::header::HeaderMap;
use serde_json::Value;
use usher_simulator::{Options, Organisation, Simulator};

/// The group of `Caller::one_group`.
pub(crate) const THE_GROUP: &str = "aws-analytics-admins";

/// A running simulator and someone who asks it.
pub(crate) struct Caller {
    pub(crate) simulator: Simulator,
    pub(crate) http: reqwest::Client,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Caller {
    pub(crate) async fn new(options: Options) -> Self {
        let simulator = Simulator::start(options).await.expect("loopback has a free port");
        // A proxy of the environment must not come between the test and loopback.
        let http = reqwest::Client::builder().no_proxy().build().expect("the client has no odd settings");
        Self { simulator, http }
    }

    /// An organisation of `users` people in one group that all are in.
    pub(crate) async fn one_group(users: usize, options: Options) -> Self {
        let organisation = Organisation::generated(users, 1, users, 1).expect("one group takes all");
        Self::new(Options { organisation, ..options }).await
    }

    /// Asks Okta with its token; `path` starts with a slash or is a whole address.
    pub(crate) async fn okta(&self, path: &str) -> Answer {
        let token = format!("SSWS {}", self.simulator.okta_token());
        let url = if path.starts_with('/') {
            format!("{}{path}", self.simulator.addresses().okta)
        } else {
            path.to_owned()
        };
        Answer::of(self.http.get(url).header("authorization", token)).await
    }

    /// Asks Okta with these query parameters.
    pub(crate) async fn okta_query(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        let mut url: reqwest::Url = format!("{}{path}", self.simulator.addresses().okta)
            .parse()
            .expect("an address of the simulator");
        url.query_pairs_mut().extend_pairs(query);
        self.okta(url.as_str()).await
    }

    /// All objects of a list, page by page, and how many there were on each page.
    pub(crate) async fn walk(&self, path: &str) -> (Vec<Value>, Vec<usize>) {
        let (mut objects, mut pages) = (Vec::new(), Vec::new());
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.okta(&path).await;
            assert_eq!(answer.status, 200, "{path}");
            pages.push(answer.list().len());
            objects.extend(answer.list().iter().cloned());
            next = answer.link("next");
        }
        (objects, pages)
    }

    pub(crate) async fn control(&self, method: &str, path: &str, body: &str) -> Answer {
        let url = format!("{}{path}", self.simulator.addresses().control);
        let method = method.parse().expect("a method");
        Answer::of(self.http.request(method, url).body(body.to_owned())).await
    }

    /// The id of the group of this name.
    pub(crate) fn group_id(&self, name: &str) -> String {
        let source = self.simulator.source();
        let groups = source["groups"].as_array().expect("a list of groups");
        let group =
            groups.iter().find(|group| group["profile"]["name"] == name).expect("a group of this name");
        group["id"].as_str().expect("an id").to_owned()
    }
}

impl Answer {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn list(&self) -> &[Value] {
        self.body.as_array().expect("a list")
    }

    /// The names of the groups of a list.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.list().iter().map(|group| group["profile"]["name"].as_str().expect("a name")).collect();
        names.sort_unstable();
        names
    }

    pub(crate) fn link(&self, relation: &str) -> Option<String> {
        let lines = self.headers.get_all("link").iter().map(|line| line.to_str().expect("a text"));
        let mut found = lines.filter_map(|line| line.split_once(&format!(">; rel=\"{relation}\"")));
        found.next().map(|(address, _)| address.trim_start_matches('<').to_owned())
    }

    /// Status and error code.
    pub(crate) fn error(&self) -> (u16, &str) {
        (self.status, self.body["errorCode"].as_str().unwrap_or("no error code"))
    }
}
