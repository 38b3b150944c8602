//! The case files that the arguments name, found and read: everything that is wrong with any of them is told at once.

use std::path::{Path, PathBuf};

use usher_cases::CaseFile;

use crate::exit::Failure;

/// A case file.
#[derive(Clone, Debug)]
pub(crate) struct Cases {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) file: CaseFile,
}

/// The files that these places mean: a file is itself, a folder its `*.toml`, and a name with `*` whatever it fits, each once, sorted.
pub(crate) fn find(places: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for place in places {
        let files = if place.is_dir() { fitting(place, "*.toml") } else { named(place) };
        if files.is_empty() {
            return Err(Failure::usage(anyhow::anyhow!(
                "there are no case files at {}\nhint: a policy's cases lie in its folder `cases`, as .toml files; --cases names \
                 others; docs/cases.md says what stands in them",
                place.display()
            )));
        }
        found.extend(files);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Reads them all.
pub(crate) fn read(paths: Vec<PathBuf>) -> Result<Vec<Cases>, Failure> {
    let mut read = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                problems.push(format!("{shown}: it is no text; a policy is named before --cases"));
                continue;
            }
            Err(error) => {
                problems.push(format!("{shown}: {error}"));
                continue;
            }
        };
        match CaseFile::parse(&text) {
            Ok(file) => read.push(Cases { path, text, file }),
            Err(error) => {
                let told = error
                    .problems
                    .iter()
                    .map(|problem| format!("{shown}:{}: {}", problem.line, problem.message));
                problems.extend(told);
            }
        }
    }
    if problems.is_empty() {
        return Ok(read);
    }
    Err(Failure::usage(anyhow::anyhow!(
        "these cases cannot be read:\n  {}\nhint: docs/cases.md says what stands in a case file",
        problems.join("\n  ")
    )))
}

fn named(place: &Path) -> Vec<PathBuf> {
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if place.is_file() || !name.contains('*') {
        // One that is not there is told as such when it is read.
        return vec![place.to_owned()];
    }
    fitting(place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")), &name)
}

fn fitting(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let fits = entries.filter(|entry| fits(&entry.file_name().to_string_lossy(), pattern));
    fits.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
}

/// Whether a name fits a pattern in which `*` stands for anything. As in a shell, a hidden file wants its dot named.
fn fits(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    if first.is_empty() && name.starts_with('.') {
        return false;
    }
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (name, pattern) in
            [("a.toml", "*.toml"), ("a.toml", "a*"), ("abcabc", "*b*c"), ("ab", "ab"), ("ab", "a*b")]
        {
            assert!(fits(name, pattern), "{name} {pattern}");
        }
        for (name, pattern) in
            [(".a.toml", "*.toml"), ("a.toml", "a"), ("ab", "ab*b"), ("ab", "b*"), ("ab", "*a")]
        {
            assert!(!fits(name, pattern), "{name} {pattern}");
        }
    }

    #[test]
    fn a_folder_means_its_toml_files_each_once() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.toml", "a.toml", "notes.md"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let at = |name: &str| folder.path().join(name);
        let found = find(&[folder.path().to_owned(), at("a*"), at("b.toml")]).unwrap();
        assert_eq!(found, [at("a.toml"), at("b.toml")]);
    }

    #[test]
    fn a_folder_without_cases_is_not_a_success() {
        let folder = tempfile::tempdir().unwrap();
        assert!(find(&[folder.path().to_owned()]).is_err());
        assert!(find(&[folder.path().join("*.toml")]).is_err());
    }
}
