//! The folder of recorded case files: which file is whose, and which of those that are there may be replaced.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use usher_engine::whole_file;
use usher_policy::Digest;

use super::RecordError;

/// How a recorded file begins. The digest of all that follows stands in the second line: a file that somebody has changed is theirs.
const HEAD: &str =
    "# Written by `usher plan --record`, and replaced by it as long as nobody has changed what follows:\n# ";

/// The file of one policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordFile {
    /// What reports call the policy.
    pub(crate) policy: String,
    /// How it is named on a command line.
    pub(crate) component: String,
    pub(crate) path: PathBuf,
}

/// The files of these policies, each of which has a name of its own and a component. The folder is made where it is not there; then
/// only its owner may look into it.
pub(crate) fn files(folder: &Path, policies: Vec<(String, String)>) -> Result<Vec<RecordFile>, RecordError> {
    let mut taken = BTreeSet::new();
    let file = |(policy, component): (String, String)| {
        let path = folder.join(file_name(&policy, &mut taken));
        RecordFile { policy, component, path }
    };
    let files: Vec<_> = policies.into_iter().map(file).collect();
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => files.iter().try_for_each(RecordFile::check)?,
        Ok(_) => return Err(RecordError::NotAFolder(folder.to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(folder).map_err(|source| RecordError::Unusable { path: folder.to_owned(), source })?;
        }
        Err(source) => return Err(RecordError::Unusable { path: folder.to_owned(), source }),
    }
    Ok(files)
}

/// Named after the policy. A name in front of which a dot stands would be hidden, and some file systems know no capitals. No policy
/// has a `+` in its name, so what follows one makes a name that no other policy can have.
fn file_name(policy: &str, taken: &mut BTreeSet<String>) -> String {
    let shown = match policy.strip_prefix('.') {
        Some(rest) => format!("+{rest}"),
        None => policy.to_owned(),
    };
    let mut names = (1..).map(|number| match number {
        1 => shown.clone(),
        number => format!("{shown}+{number}"),
    });
    let free = names.find(|name| taken.insert(name.to_ascii_lowercase()));
    format!("{}.toml", free.unwrap_or(shown))
}

fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

impl RecordFile {
    /// Whether it may be written: it is not there, or it is as a recording left it.
    fn check(&self) -> Result<(), RecordError> {
        match fs::read(&self.path) {
            Ok(bytes) if is_recorded(&bytes) => Ok(()),
            Ok(_) => Err(RecordError::Foreign(self.path.clone())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(source) => Err(RecordError::Unusable { path: self.path.clone(), source }),
        }
    }

    /// Writes it whole, readable for its owner alone. A run takes a while, so it is looked at again.
    pub(super) fn write(&self, about: &str, cases: &str) -> Result<(), RecordError> {
        self.check()?;
        let text = recorded(&format!("{about}\n{cases}"));
        // It ends the last line itself.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        whole_file::write(&self.path, |writer| writer.write_all(text.as_bytes()))
            .map_err(|source| RecordError::Unusable { path: self.path.clone(), source })
    }
}

fn recorded(rest: &str) -> String {
    format!("{HEAD}{}\n{rest}", Digest::of(rest.as_bytes()))
}

fn is_recorded(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(HEAD.as_bytes()) else { return false };
    let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { return false };
    let (digest, rest) = (&rest[..end], &rest[end + 1..]);
    *digest == *Digest::of(rest).to_string().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(policies: &[&str]) -> Vec<String> {
        let mut taken = BTreeSet::new();
        policies.iter().map(|policy| file_name(policy, &mut taken)).collect()
    }

    #[test]
    fn every_policy_has_a_file_of_its_own_that_can_be_seen() {
        assert_eq!(names(&["rules", "a.b-c_1"]), ["rules.toml", "a.b-c_1.toml"]);
        assert_eq!(names(&[".", "..", ".x", "+x"]), ["+.toml", "+..toml", "+x.toml", "+x+2.toml"]);
        // As a file system without capitals sees them.
        assert_eq!(names(&["Acme", "acme", "ACME"]), ["Acme.toml", "acme+2.toml", "ACME+3.toml"]);
    }

    #[test]
    fn what_somebody_has_changed_is_theirs() {
        let text = recorded("about\nversion = 1\n");
        assert!(is_recorded(text.as_bytes()));
        assert!(!is_recorded(text.replace("version = 1", "version = 1 # mine").as_bytes()));
        assert!(!is_recorded(format!("{text}\n").as_bytes()));
        for other in ["", "version = 1\n", HEAD, "# Written by me\n"] {
            assert!(!is_recorded(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn a_file_of_somebody_else_is_neither_replaced_nor_written_over_later() {
        let folder = tempfile::tempdir().unwrap();
        let row = || vec![("rules".to_owned(), "builtin:rules".to_owned())];
        let file = files(folder.path(), row()).unwrap().remove(0);
        file.write("# about", "version = 1\n").unwrap();
        file.write("# about", "version = 1\n\n[config]\n").unwrap();
        assert!(files(folder.path(), row()).is_ok());
        fs::write(&file.path, "version = 1\n").unwrap();
        assert!(matches!(files(folder.path(), row()), Err(RecordError::Foreign(_))));
        assert!(matches!(file.write("# about", "version = 1\n"), Err(RecordError::Foreign(_))));
        assert_eq!(fs::read_to_string(&file.path).unwrap(), "version = 1\n");
        assert!(matches!(files(&file.path, row()), Err(RecordError::NotAFolder(_))));
    }
}
