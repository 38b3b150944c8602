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
    if !names.is_empty() {
        let parameters = connect().await.read(names).await?;
        values.extend(parameters.into_iter().map(|(name, value)| (SecretRef::Ssm(name), value)));
    }

    let (mut usable, mut unresolved) = (BTreeMap::new(), Vec::new());
    for (reference, value) in values {
        match value.and_then(value::checked) {
            Ok(value) => {
                usable.insert(reference, value);
            }
            Err(problem) => unresolved.push(Unresolved { reference, problem }),
        }
    }
    if unresolved.is_empty() { Ok(usable) } else { Err(SecretsError::Unresolved { unresolved }) }
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
