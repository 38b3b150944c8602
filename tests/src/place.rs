//! A folder with a `usher.toml`, from which the program is started.

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::Command;

use crate::outcome::Outcome;
use crate::program;
use crate::running::Running;
use crate::wait::wait;

/// The rule of most tests: every group but Okta's own comes along under its name.
pub const EVERY_GROUP: &str = r#"
[[policy.config.groups]]
name = "every-group"
when = 'group.origin != "built-in"'
sync = "group.name"
"#;

/// What stands in `usher.toml`, and what stands in the environment. All of it may be changed between two runs.
pub struct Place {
    folder: TempDir,
    /// `okta.domain`
    pub okta: String,
    /// `okta.token`
    pub okta_token: String,
    /// `identity_center.scim_endpoint`
    pub scim: String,
    /// `identity_center.token`
    pub scim_token: String,
    /// `timeout_seconds` of both services; none where a test has no service that hangs.
    pub timeout_seconds: Option<u64>,
    /// Everything below the two services.
    pub rest: String,
    /// Environment variables, beside `PATH` and a folder for caches. The last of a name counts.
    pub environment: Vec<(String, String)>,
}

impl Place {
    /// A place whose tokens stand in the Parameter Store at `ssm`, and which takes every group.
    pub fn new(okta: &str, scim: &str, ssm: &str) -> Self {
        let environment = [
            ("AWS_ENDPOINT_URL_SSM", ssm),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "not-a-real-key"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            // A person who has this set must not be shown our insides either.
            ("RUST_BACKTRACE", "1"),
        ];
        Self {
            folder: tempfile::tempdir().expect("a folder can be made"),
            okta: okta.to_owned(),
            okta_token: "ssm:okta_api_token".to_owned(),
            scim: scim.to_owned(),
            scim_token: "ssm:amz_sso_api_token".to_owned(),
            timeout_seconds: None,
            rest: EVERY_GROUP.to_owned(),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        }
    }

    /// A place without services, whose cargo takes crates from where this one did, and asks nobody.
    pub fn with_a_compiler() -> Self {
        let mut place = Self::new("", "", "");
        for name in ["CARGO", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Ok(value) = std::env::var(name) {
                place.set(name, &value);
            }
        }
        let home = std::env::var("HOME").unwrap_or_default();
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if std::env::var_os(name).is_none() {
                place.set(name, &format!("{home}/{folder}"));
            }
        }
        // All that the SDK needs was fetched to build this test.
        place.set("CARGO_NET_OFFLINE", "true");
        place
    }

    /// Where `usher.toml` lies, and where a test may put files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file beside `usher.toml` and returns its name.
    pub fn file(&self, name: &str, content: &[u8]) -> String {
        std::fs::write(self.folder().join(name), content).expect("the folder can be written");
        name.to_owned()
    }

    /// Sets an environment variable for the runs to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// `usher plan …`
    pub fn plan<const N: usize>(&self, arguments: [&str; N]) -> Outcome {
        self.usher("plan", &arguments)
    }

    /// `usher sync …`
    pub fn sync<const N: usize>(&self, arguments: [&str; N]) -> Outcome {
        self.usher("sync", &arguments)
    }

    /// Lets the plan of now pass the guards, as their refusal says to.
    #[track_caller]
    pub fn sync_whatever_it_takes(&self) -> Outcome {
        let hash = self.plan([]).hash();
        self.sync(["--allow", &hash])
    }

    /// Any command, with `usher.toml` as it should be now.
    pub fn usher(&self, command: &str, arguments: &[&str]) -> Outcome {
        self.file("usher.toml", self.configuration().as_bytes());
        self.run(command, arguments)
    }

    /// Any command, with the folder as it is.
    pub fn run(&self, command: &str, arguments: &[&str]) -> Outcome {
        self.start_as_is(command, arguments).ends()
    }

    /// Any command, with `usher.toml` as it should be now, while the test goes on.
    pub fn start(&self, command: &str, arguments: &[&str]) -> Running {
        self.file("usher.toml", self.configuration().as_bytes());
        self.start_as_is(command, arguments)
    }

    fn start_as_is(&self, command: &str, arguments: &[&str]) -> Running {
        let mut usher = Command::new(program::usher());
        usher.arg(command).args(arguments).current_dir(self.folder()).env_clear();
        usher.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        usher.env("HOME", self.folder()).env("XDG_CACHE_HOME", program::keep());
        usher.envs(self.environment.iter().map(|(name, value)| (name, value)));
        usher.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = wait(async { usher.spawn() }).expect("usher can be started");
        Running { command: format!("usher {command} {}", arguments.join(" ")), child }
    }

    fn configuration(&self) -> String {
        let Self { okta, okta_token, scim, scim_token, rest, .. } = self;
        let timeout =
            self.timeout_seconds.map_or(String::new(), |seconds| format!("timeout_seconds = {seconds}\n"));
        format!(
            "[okta]\ndomain = \"{okta}\"\ntoken = \"{okta_token}\"\n{timeout}\n[identity_center]\nscim_endpoint = \"{scim}\"\n\
             token = \"{scim_token}\"\n{timeout}{rest}"
        )
    }
}
