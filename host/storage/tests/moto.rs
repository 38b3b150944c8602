//! Objects in moto's S3, which somebody else wrote: `tests/peers` says which version, and installs it once.
//!
//! Region, credentials and address come from the environment, and a test's own cannot be changed safely; so the work is done by the ignored test below,
//! in a child process with an environment of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use usher_storage::{Conflict, Expected, Place, Storage};

/// Does everything that can be done with an object, or says why not.
#[tokio::test]
#[ignore = "the child of the other tests"]
async fn child() {
    let place = Place::parse("s3://acme/folder with blanks/ü+%20/usher.state").unwrap();
    let storage = Storage::open(&place).await.unwrap();
    let read = match storage.read().await {
        Ok(read) => read,
        Err(error) => return println!("error: {error}"),
    };
    assert_eq!(read, None);
    let one = storage.write_if(b"one".to_vec(), Expected::Absent).await.unwrap().unwrap();
    assert_eq!(storage.write_if(b"x".to_vec(), Expected::Absent).await.unwrap(), Err(Conflict));
    let stored = storage.read().await.unwrap().unwrap();
    assert_eq!((stored.bytes.as_slice(), &stored.version), (b"one".as_slice(), &one));
    assert!(stored.age.is_some(), "moto tells both times");
    let stale = Expected::Version(one);
    let two = storage.write_if(b"two".to_vec(), stale.clone()).await.unwrap().unwrap();
    assert_eq!(storage.write_if(b"x".to_vec(), stale).await.unwrap(), Err(Conflict));
    assert_eq!(storage.read().await.unwrap().unwrap().bytes, b"two");
    let large: Vec<u8> = (0..8 << 20).map(|at: u32| at.to_le_bytes()[1]).collect();
    let version = storage.write_if(large.clone(), Expected::Version(two)).await.unwrap().unwrap();
    let stored = storage.read().await.unwrap().unwrap();
    assert!(stored.bytes == large && stored.version == version);
    println!("all done");
}

/// What the child prints with this server.
fn child_with(moto: &Moto) -> String {
    let home = tempfile::tempdir().expect("a folder can be made");
    let output = Command::new(std::env::current_exe().expect("this very program"))
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-real-key")
        .env("AWS_ENDPOINT_URL_S3", &moto.address)
        .output()
        .expect("the child runs");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!printed.contains("not-a-real-key"), "{printed}");
    printed
}

#[test]
fn motos_s3_is_read_and_replaced_on_a_condition() {
    let Some(moto) = Moto::start() else { return };
    moto.makes_a_bucket();
    let printed = child_with(&moto);
    assert!(printed.contains("all done"), "{printed}");
}

#[test]
fn a_bucket_that_moto_does_not_have_and_keys_that_it_does_not_know_are_told() {
    let Some(moto) = Moto::start() else { return };
    let printed = child_with(&moto);
    assert!(printed.contains("error: there is no bucket acme for s3://acme/"), "{printed}");
    moto.lets_nobody_in();
    let printed = child_with(&moto);
    assert!(
        printed.contains("does not accept the credentials") && printed.contains("InvalidAccessKeyId"),
        "{printed}"
    );
}

/// moto's server, which ends with this value.
struct Moto {
    process: Child,
    address: String,
    python: PathBuf,
}

impl Moto {
    /// None where it cannot be installed: said, and a failure where nothing may be skipped.
    fn start() -> Option<Self> {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers");
        let test = std::env::current_exe().expect("this very program");
        let folder = test.ancestors().nth(3).expect("a test lies below the target directory").join("peers");
        let installed = Command::new(peers.join("install")).arg(&folder).output();
        if !installed.as_ref().is_ok_and(|output: &Output| output.status.success()) {
            let required = std::env::var_os("USHER_PEERS").is_some_and(|wish| wish == "required");
            assert!(!required, "moto cannot be installed, and USHER_PEERS=required: {installed:?}");
            // `eprintln!` would be captured and shown for failures only.
            let _ = std::io::stderr().write_all(b"SKIPPED moto's S3: tests/peers/install failed\n");
            return None;
        }
        let python = folder.join("venv/bin/python");
        // Between our asking for a free port and its taking it another may do so: then we try again.
        (0..5).find_map(|_| {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
            let port = listener.local_addr().expect("it listens").port();
            drop(listener);
            let process = Command::new(&python)
                .arg(peers.join("s3_server.py"))
                .arg(port.to_string())
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("python can be started");
            let address = format!("http://127.0.0.1:{port}");
            let mut moto = Self { process, address, python: python.clone() };
            moto.answers().then_some(moto)
        })
    }

    fn answers(&mut self) -> bool {
        let address = self.address.trim_start_matches("http://").to_owned();
        (0..1200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            std::net::TcpStream::connect(&address).is_ok()
                || self.process.try_wait().is_ok_and(|ended| ended.is_some())
        }) && self.process.try_wait().is_ok_and(|ended| ended.is_none())
    }

    fn makes_a_bucket(&self) {
        self.ask("PUT", "/acme", "");
    }

    /// From now on only who has a key of an account is let in, and nobody has one.
    fn lets_nobody_in(&self) {
        self.ask("POST", "/moto-api/reset-auth", "0");
    }

    /// A plain request. moto takes it for one to S3 by its signature, which it does not check.
    fn ask(&self, method: &str, path: &str, body: &str) {
        let script = "import sys, urllib.request as u\n\
                      s = 'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'\n\
                      h = {'Authorization': s, 'Content-Type': 'application/octet-stream'}\n\
                      u.urlopen(u.Request(sys.argv[2], sys.argv[3].encode(), h, method=sys.argv[1]))\n";
        let url = format!("{}{path}", self.address);
        let output = Command::new(&self.python)
            .args(["-c", script, method, &url, body])
            .output()
            .expect("python runs");
        assert!(output.status.success(), "{method} {url}: {output:?}");
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
