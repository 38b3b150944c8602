//! Who we are to a registry: what `docker login` left in docker's configuration, asked for as docker does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oci_client::secrets::RegistryAuth;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::error::RegistryError;

/// A helper that asks the network, such as Amazon's, takes a second or two.
const PATIENCE: Duration = Duration::from_secs(30);

/// What helpers say when they have nothing, in all their implementations: not an error.
const NOTHING: &str = "credentials not found";

/// Docker's own registry, and what docker calls it, for historical reasons, where it keeps credentials.
const HUB: (&str, &str) = ("index.docker.io", "https://index.docker.io/v1/");

/// Docker's configuration file: the parts about credentials. It belongs to docker, so other keys are none of our business.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DockerConfig {
    auths: BTreeMap<String, Auth>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase", default)]
struct Auth {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Helped {
    username: String,
    secret: String,
}

/// Where docker keeps its configuration.
pub(crate) fn docker_config() -> Option<PathBuf> {
    let folder = std::env::var_os("DOCKER_CONFIG").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    folder.or_else(|| Some(std::env::home_dir()?.join(".docker"))).map(|folder| folder.join("config.json"))
}

/// What is to be said to a registry: nothing, where nobody logged in.
pub(crate) async fn of(host: &str, config: Option<&Path>) -> Result<RegistryAuth, RegistryError> {
    find(host, config).await.map_err(|cause| RegistryError::Credentials { host: host.to_owned(), cause })
}

async fn find(host: &str, config: Option<&Path>) -> Result<RegistryAuth, String> {
    let Some(path) = config else { return Ok(RegistryAuth::Anonymous) };
    let text = match tokio::fs::read(path).await {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(RegistryAuth::Anonymous),
        Err(error) => return Err(format!("{} cannot be read ({error})", path.display())),
    };
    let config: DockerConfig = serde_json::from_slice(&text)
        .map_err(|error| format!("{} is not as docker writes it ({})", path.display(), place(&error)))?;
    // As docker does: the helper for this host, then the one for all, then what stands in the file.
    let own = config.cred_helpers.get(if host == HUB.0 { HUB.1 } else { host });
    let helper = own.or(config.creds_store.as_ref());
    if let Some(helper) = helper.filter(|helper| !helper.is_empty()) {
        if let Some(auth) = ask(helper, host).await? {
            return Ok(auth);
        }
        if own.is_some() {
            return Ok(RegistryAuth::Anonymous);
        }
    }
    let named = config.auths.iter().find(|(name, _)| host_of(name) == host);
    named.map_or(Ok(RegistryAuth::Anonymous), |(_, auth)| written(auth))
}

/// Where something is wrong in a file of secrets. The error's own words would quote what stands there.
fn place(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Data => "a value of another kind",
        Category::Syntax => "no JSON",
        Category::Eof => "it ends too early",
        Category::Io => "it cannot be read",
    };
    format!("line {}, column {}: {what}", error.line(), error.column())
}

/// Older entries are whole addresses: `https://registry.example.com/v1/`.
fn host_of(name: &str) -> &str {
    let name = name.trim_start_matches("https://").trim_start_matches("http://");
    name.split('/').next().unwrap_or_default()
}

fn written(auth: &Auth) -> Result<RegistryAuth, String> {
    if let Some(token) = filled(&auth.registrytoken) {
        return Ok(RegistryAuth::Bearer(token.to_owned()));
    }
    if filled(&auth.identitytoken).is_some() {
        return Err(NO_IDENTITY_TOKEN.to_owned());
    }
    if let Some(encoded) = filled(&auth.auth) {
        let decoded = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.ok_or("its `auth` is not the base64 that docker writes")?;
        let (user, password) = decoded.split_once(':').ok_or("its `auth` holds no password")?;
        return Ok(RegistryAuth::Basic(user.to_owned(), password.trim_end_matches('\0').to_owned()));
    }
    match (filled(&auth.username), filled(&auth.password)) {
        (Some(user), Some(password)) => Ok(RegistryAuth::Basic(user.to_owned(), password.to_owned())),
        _ => Ok(RegistryAuth::Anonymous),
    }
}

const NO_IDENTITY_TOKEN: &str = "docker keeps an identity token for it, which usher cannot exchange; log in with a user name and a \
                                 password or an access token";

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// Asks `docker-credential-NAME`. None when it knows nothing of this host.
async fn ask(helper: &str, host: &str) -> Result<Option<RegistryAuth>, String> {
    if helper.contains(['/', '\\']) {
        return Err(format!(
            "`{helper}` is a path, and a helper is named by what follows docker-credential-"
        ));
    }
    let program = format!("docker-credential-{helper}");
    let started = Command::new(&program)
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let mut child = started.map_err(|error| format!("{program} cannot be started ({error})"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A helper that has ended without reading tells why by itself.
        let _ = stdin.write_all(if host == HUB.0 { HUB.1 } else { host }.as_bytes()).await;
    }
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
    let output = output
        .map_err(|_| format!("{program} did not answer within {} s", PATIENCE.as_secs()))?
        .map_err(|error| format!("{program} did not end ({error})"))?;
    if !output.status.success() {
        // Docker's own helpers write their complaint to stdout. It never holds a secret.
        let said =
            String::from_utf8_lossy(if output.stdout.is_empty() { &output.stderr } else { &output.stdout })
                .into_owned();
        return match said.contains(NOTHING) {
            true => Ok(None),
            false => Err(format!("{program} says: {}", said.trim().chars().take(300).collect::<String>())),
        };
    }
    let helped: Helped = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{program} answers something else than docker's JSON"))?;
    match helped.username.as_str() {
        "<token>" => Err(NO_IDENTITY_TOKEN.to_owned()),
        _ => Ok(Some(RegistryAuth::Basic(helped.username, helped.secret))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn found(host: &str, config: &str) -> Result<RegistryAuth, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        std::fs::write(&file, config).unwrap();
        find(host, Some(&file)).await
    }

    fn basic(user: &str, password: &str) -> RegistryAuth {
        RegistryAuth::Basic(user.into(), password.into())
    }

    #[tokio::test]
    async fn what_docker_login_wrote_is_read() {
        // "ann:a:b", since a password may hold a colon.
        let config = r#"{"auths": {"ghcr.io": {"auth": "YW5uOmE6Yg=="}, "https://old.example.com/v1/": {"username": "o", "password": "p"}},
            "HttpHeaders": {}}"#;
        assert_eq!(found("ghcr.io", config).await, Ok(basic("ann", "a:b")));
        assert_eq!(found("old.example.com", config).await, Ok(basic("o", "p")));
        assert_eq!(found("evil-ghcr.io", config).await, Ok(RegistryAuth::Anonymous));
    }

    #[tokio::test]
    async fn who_never_logged_in_is_nobody() {
        assert_eq!(find("ghcr.io", None).await, Ok(RegistryAuth::Anonymous));
        assert_eq!(find("ghcr.io", Some(Path::new("no/such.json"))).await, Ok(RegistryAuth::Anonymous));
        assert_eq!(found("ghcr.io", "{}").await, Ok(RegistryAuth::Anonymous));
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_told_and_not_taken_for_nothing() {
        for (config, said) in [
            ("3", "not as docker"),
            (r#"{"auths": {"ghcr.io": "YW5uOnNlY3JldA=="}}"#, "line 1, column 40: a value of another kind"),
            (r#"{"auths": {"ghcr.io": {"auth": "YW5uOnNlY3JldA==}}}"#, "line 1, column"),
            (r#"{"auths": {"ghcr.io": {"auth": "%"}}}"#, "base64"),
            (r#"{"auths": {"ghcr.io": {"identitytoken": "secret"}}}"#, "identity token"),
            (
                r#"{"credHelpers": {"ghcr.io": "no-such-helper"}}"#,
                "docker-credential-no-such-helper cannot be started",
            ),
            (r#"{"credsStore": "../evil"}"#, "is a path"),
        ] {
            let problem = found("ghcr.io", config).await.unwrap_err();
            assert!(problem.contains(said), "{problem}");
            assert!(!problem.contains("secret") && !problem.contains("YW5uOnNlY3JldA"), "{problem}");
        }
    }
}
