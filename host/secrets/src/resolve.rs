//! All references of a run → their values.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;

use secrecy::SecretString;

use crate::error::{Problem, SecretsError, Unresolved};
use crate::parameter_store::ParameterStore;
use crate::reference::SecretRef;
use crate::value;

/// A file with more than this holds something else than a secret; Parameter Store's own bound is 8 KB.
const LONGEST_FILE: u64 = 64 * 1024;

/// Reads secrets.
#[derive(Debug)]
pub struct Secrets;

impl Secrets {
    /// The value of every reference. A reference given twice is read once; all parameters are read in one call (in one
    /// for every ten); without an `ssm:` reference AWS is not asked, and its credentials are not looked for.
    ///
    /// A line's end after a value is taken off. A list of texts (StringList) comes as Parameter Store keeps it, separated
    /// by commas.
    ///
    /// # Errors
    /// [`SecretsError::Unresolved`] with every reference that has no usable value; the other variants when Parameter
    /// Store did not answer at all.
    pub async fn resolve(
        references: &[SecretRef],
    ) -> Result<BTreeMap<SecretRef, SecretString>, SecretsError> {
        resolve_with(references, ParameterStore::from_environment).await
    }

    /// The same for who wants to know everything that is wrong, and can go on without some of the values.
    pub async fn resolve_each(references: &[SecretRef]) -> Resolution {
        each_with(references, ParameterStore::from_environment).await
    }
}

/// What came of reading references.
#[derive(Debug, Default)]
pub struct Resolution {
    /// The values of those that have one.
    pub values: BTreeMap<SecretRef, SecretString>,
    /// Each of the others that was asked for and has no usable value, sorted by reference.
    pub unresolved: Vec<Unresolved>,
    /// Why Parameter Store did not answer at all; then no parameter has a value.
    pub store: Option<SecretsError>,
}

/// The same; `connect` is called only when there is something to ask Parameter Store.
pub(crate) async fn resolve_with<C, F>(
    references: &[SecretRef],
    connect: C,
) -> Result<BTreeMap<SecretRef, SecretString>, SecretsError>
where
    C: FnOnce() -> F,
    F: Future<Output = ParameterStore>,
{
    match each_with(references, connect).await {
        Resolution { store: Some(error), .. } => Err(error),
        Resolution { values, unresolved, store: None } if unresolved.is_empty() => Ok(values),
        Resolution { unresolved, store: None, .. } => Err(SecretsError::Unresolved { unresolved }),
    }
}

pub(crate) async fn each_with<C, F>(references: &[SecretRef], connect: C) -> Resolution
where
    C: FnOnce() -> F,
    F: Future<Output = ParameterStore>,
{
    let references: BTreeSet<&SecretRef> = references.iter().collect();
    let mut values = BTreeMap::new();
    let mut names = Vec::new();
    for reference in references {
        let value = match reference {
            SecretRef::Ssm(name) => {
                names.push(name.clone());
                continue;
            }
            SecretRef::Env(name) => variable(name),
            SecretRef::File(path) => file(path),
        };
        values.insert(reference.clone(), value);
    }
    let mut resolution = Resolution::default();
    if !names.is_empty() {
        match connect().await.read(names).await {
            Ok(parameters) => {
                values.extend(parameters.into_iter().map(|(name, value)| (SecretRef::Ssm(name), value)));
            }
            Err(error) => resolution.store = Some(error),
        }
    }
    for (reference, value) in values {
        match value.and_then(value::checked) {
            Ok(value) => {
                resolution.values.insert(reference, value);
            }
            Err(problem) => resolution.unresolved.push(Unresolved { reference, problem }),
        }
    }
    resolution
}

fn variable(name: &str) -> Result<String, Problem> {
    std::env::var_os(name).ok_or(Problem::NoVariable)?.into_string().map_err(|_| Problem::NotText)
}

fn file(path: &str) -> Result<String, Problem> {
    let unreadable = |error: std::io::Error| Problem::Unreadable { problem: error.to_string() };
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(unreadable)?
        .take(LONGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(Problem::TooLong { most: LONGEST_FILE });
    }
    String::from_utf8(bytes).map_err(|_| Problem::NotText)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;
    use crate::fake_store::{FakeStore, connect_to};

    fn references(texts: &[&str]) -> Vec<SecretRef> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    async fn resolve(
        store: &FakeStore,
        texts: &[&str],
    ) -> Result<BTreeMap<SecretRef, SecretString>, SecretsError> {
        resolve_with(&references(texts), || store.connect()).await
    }

    /// What was resolved, by reference, for comparing.
    fn shown(values: &BTreeMap<SecretRef, SecretString>) -> Vec<(String, &str)> {
        values.iter().map(|(reference, value)| (reference.to_string(), value.expose_secret())).collect()
    }

    /// An error's text; whatever it is, no secret is in it.
    fn refused(result: Result<BTreeMap<SecretRef, SecretString>, SecretsError>) -> String {
        let error = result.unwrap_err();
        assert!(!format!("{error:?}").contains("Hunter2"), "{error:?}");
        error.to_string()
    }

    #[tokio::test]
    async fn all_parameters_are_read_decrypted_in_one_call_each_once() {
        let store =
            FakeStore::with(&[("okta", "00aHunter2"), ("/usher/scim", "Hunter2\n"), ("groups", "a,b c")])
                .await;
        let values =
            resolve(&store, &["ssm:okta", "ssm:groups", "ssm:/usher/scim", "ssm:okta"]).await.unwrap();
        assert_eq!(
            shown(&values),
            [
                ("ssm:/usher/scim".into(), "Hunter2"),
                ("ssm:groups".into(), "a,b c"),
                ("ssm:okta".into(), "00aHunter2")
            ]
        );
        let asked = json!({ "Names": ["/usher/scim", "groups", "okta"], "WithDecryption": true });
        assert_eq!(store.calls(), [asked]);
        assert!(!format!("{values:?}").contains("Hunter2"));
    }

    #[tokio::test]
    async fn more_than_ten_parameters_take_one_call_for_every_ten() {
        let store = FakeStore::answering(|names| {
            let all = names.iter().map(|name| json!({ "Name": name, "Value": format!("value of {name}") }));
            (200, json!({ "Parameters": all.collect::<Vec<_>>() }))
        })
        .await;
        let texts: Vec<String> = (0..23).map(|n| format!("ssm:p{n}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let values = resolve(&store, &texts).await.unwrap();
        assert_eq!(values.len(), 23);
        assert_eq!(values[&SecretRef::Ssm("p17".into())].expose_secret(), "value of p17");
        let sizes: Vec<usize> =
            store.calls().iter().map(|call| call["Names"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [10, 10, 3]);
    }

    #[tokio::test]
    async fn a_version_and_an_arn_find_their_answer_under_the_bare_name() {
        let arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/usher/scim";
        let store = FakeStore::answering(|names| {
            let all = names.iter().map(|asked| match asked.as_str() {
                "okta:3" => json!({ "Name": "okta", "Version": 3, "Selector": ":3", "Value": "third" }),
                "okta" => json!({ "Name": "okta", "Version": 7, "Value": "newest" }),
                _ => json!({ "Name": "/usher/scim", "Value": "by ARN" }),
            });
            (200, json!({ "Parameters": all.collect::<Vec<_>>() }))
        })
        .await;
        let values = resolve(&store, &["ssm:okta:3", "ssm:okta", &format!("ssm:{arn}")]).await.unwrap();
        let expected =
            [(format!("ssm:{arn}"), "by ARN"), ("ssm:okta".into(), "newest"), ("ssm:okta:3".into(), "third")];
        assert_eq!(shown(&values), expected);
        assert_eq!(store.calls().len(), 2, "one parameter in two versions is two calls");
    }

    #[tokio::test]
    async fn without_a_parameter_aws_is_not_even_connected_to() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "from file\n").unwrap();
        let file = format!("file:{}", path.display());
        // Cargo sets this variable for every test.
        let texts = [file.as_str(), "env:CARGO_PKG_NAME"];
        let values = resolve_with(&references(&texts), async || panic!("AWS was asked")).await.unwrap();
        assert_eq!(
            shown(&values),
            [("env:CARGO_PKG_NAME".into(), "usher-secrets"), (file.clone(), "from file")]
        );
    }

    #[tokio::test]
    async fn everything_that_is_missing_or_unusable_is_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            format!("file:{}", path.display())
        };
        let binary = write("binary", b"Hunter2\xff");
        let large = write("large", &[b'x'; 65_537]);
        let store =
            FakeStore::with(&[("empty", " "), ("lines", "Hunter2\nHunter2"), ("fine", "Hunter2")]).await;
        let texts = [
            "ssm:absent",
            "ssm:empty",
            "ssm:fine",
            "ssm:gone",
            "ssm:lines",
            "env:USHER_TEST_UNSET",
            "file:no-such-file",
            &binary,
            &large,
        ];
        let message = refused(resolve(&store, &texts).await);
        for expected in [
            "ssm:absent cannot be read: there is no such parameter in eu-west-1",
            "ssm:gone cannot be read: there is no such parameter in eu-west-1",
            "ssm:empty cannot be read: the value is empty",
            "ssm:lines cannot be read: the value holds control characters",
            "env:USHER_TEST_UNSET cannot be read: the environment variable is not set",
            "file:no-such-file cannot be read: the file cannot be read",
            "binary cannot be read: the value is no UTF-8 text",
            "large cannot be read: the file has more than 65536 bytes",
        ] {
            assert!(message.contains(expected), "{expected} is missing in:\n{message}");
        }
        assert!(!message.contains("ssm:fine"));
        assert_eq!(message.matches("hint: check name, region and account").count(), 1, "{message}");
        assert_eq!(store.calls().len(), 1);
    }

    #[tokio::test]
    async fn who_asks_for_each_gets_what_there_is_beside_what_there_is_not() {
        let store = FakeStore::with(&[("fine", "Hunter2")]).await;
        let references =
            references(&["ssm:fine", "ssm:absent", "env:USHER_TEST_UNSET", "env:CARGO_PKG_NAME"]);
        let Resolution { values, unresolved, store: refusal } =
            each_with(&references, || store.connect()).await;
        assert_eq!(
            shown(&values),
            [("ssm:fine".into(), "Hunter2"), ("env:CARGO_PKG_NAME".into(), "usher-secrets")]
        );
        let unresolved: Vec<String> = unresolved.iter().map(|it| it.reference.to_string()).collect();
        assert_eq!(unresolved, ["ssm:absent", "env:USHER_TEST_UNSET"]);
        assert!(refusal.is_none());
        assert_eq!(store.calls().len(), 1);
    }

    #[tokio::test]
    async fn a_store_that_refuses_takes_no_other_value_with_it() {
        let store = FakeStore::answering(|_| (400, json!({ "__type": "AccessDeniedException" }))).await;
        let references = references(&["ssm:okta", "env:CARGO_PKG_NAME"]);
        let Resolution { values, unresolved, store: refusal } =
            each_with(&references, || store.connect()).await;
        assert_eq!(shown(&values), [("env:CARGO_PKG_NAME".into(), "usher-secrets")]);
        assert!(unresolved.is_empty());
        assert!(matches!(refusal, Some(SecretsError::AccessDenied { .. })), "{refusal:?}");
    }

    async fn refused_by_aws(status: u16, code: &'static str) -> (String, usize) {
        let store = FakeStore::answering(move |_| {
            let kind = format!("com.amazonaws.ssm#{code}");
            (status, json!({ "__type": kind, "message": "what AWS says" }))
        })
        .await;
        let message = refused(resolve(&store, &["ssm:okta", "ssm:scim"]).await);
        assert!(message.contains("ssm:okta, ssm:scim in eu-west-1"), "{message}");
        assert!(message.contains(&format!("{code}: what AWS says")), "{message}");
        (message, store.calls().len())
    }

    #[tokio::test]
    async fn a_refusal_names_the_rights_that_are_needed() {
        let (message, calls) = refused_by_aws(400, "AccessDeniedException").await;
        assert!(message.contains("ssm:GetParameters") && message.contains("kms:Decrypt"), "{message}");
        assert_eq!(calls, 1, "a refusal is not repeated");
    }

    #[tokio::test]
    async fn expired_credentials_are_told_from_missing_rights() {
        let (message, calls) = refused_by_aws(400, "ExpiredTokenException").await;
        assert!(
            message.contains("does not accept the credentials") && message.contains("aws sso login"),
            "{message}"
        );
        assert_eq!(calls, 1);
    }

    #[tokio::test]
    async fn throttling_is_waited_out_and_then_told() {
        let (message, calls) = refused_by_aws(400, "ThrottlingException").await;
        assert!(message.contains("AWS throttles"), "{message}");
        assert_eq!(calls, 5);
    }

    #[tokio::test]
    async fn a_key_that_is_gone_and_a_failing_service_are_told_in_aws_words() {
        assert!(refused_by_aws(400, "InvalidKeyId").await.0.contains("KMS key"));
        assert!(refused_by_aws(500, "InternalServerError").await.0.contains("run again"));
    }

    #[tokio::test]
    async fn a_store_that_is_not_there_is_unreachable() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let store = connect_to(&url).await;
        let message = refused(resolve_with(&references(&["ssm:okta"]), async || store).await);
        assert!(
            message.contains("cannot be reached to read ssm:okta") && message.contains("refused"),
            "{message}"
        );
    }
}
