//! A bucket in moto's S3, as somebody else sees it.

use reqwest::Method;

use crate::peers::{Peers, Server, script};
use crate::wait::wait;

/// A bucket named `acme`. Its server ends with this value.
pub struct Bucket {
    server: Server,
}

impl Bucket {
    /// An empty one.
    pub fn new(peers: &Peers) -> Self {
        let bucket = Self::missing(peers);
        bucket.ask(Method::PUT, "/acme", Vec::new());
        bucket
    }

    /// A server without it.
    pub fn missing(peers: &Peers) -> Self {
        let server = script("s3_server.py");
        let server = server.to_str().expect("a path that is text");
        Self { server: peers.serve("python", &[server, "{port}"], "/moto-api/") }
    }

    /// `http://127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// Puts an object there, whatever stands there.
    pub fn put(&self, key: &str, content: &str) {
        self.ask(Method::PUT, &format!("/acme/{key}"), content.as_bytes().to_vec());
    }

    /// What an object holds, which must be there.
    pub fn get(&self, key: &str) -> String {
        self.ask(Method::GET, &format!("/acme/{key}"), Vec::new())
    }

    /// From now on only who has a key of its own account is let in, and nobody has one.
    pub fn lets_nobody_in(&self) {
        self.ask(Method::POST, "/moto-api/reset-auth", b"0".to_vec());
    }

    /// Requests of a kind so far, such as `PUT /acme/usher.lock`, that were answered with this status.
    pub fn answered(&self, request: &str, status: u16) -> usize {
        let log = self.server.log();
        let of_kind =
            |line: &&str| line.contains(&format!("\"{request}")) && line.contains(&format!("\" {status} "));
        log.lines().filter(of_kind).count()
    }

    fn ask(&self, method: Method, path: &str, body: Vec<u8>) -> String {
        // moto checks no signature unless it is told to.
        let signature = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request, \
                         SignedHeaders=host;x-amz-date, Signature=0";
        wait(async {
            let request = reqwest::Client::new()
                .request(method, format!("{}{path}", self.address()))
                .header("Authorization", signature)
                .header("X-Amz-Date", "20260101T000000Z")
                .header("Content-Type", "application/octet-stream")
                .body(body);
            let response = request.send().await.expect("moto answers");
            let status = response.status();
            let text = response.text().await.expect("moto's answer is text");
            assert!(status.is_success(), "{path}: {status} {text}");
            text
        })
    }
}
