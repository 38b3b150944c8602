//! What a run keeps between its runs: whether there is a place for it.

use std::path::Path;

use anyhow::anyhow;
use usher_storage::Place;

use super::findings::{About, Findings};
use crate::configuration::Configuration;
use crate::exit::Failure;
use crate::remembered::Remembered;

/// Looks at the folders of state, lock and journal, and reads the state. Nobody is asked for what lies in S3 when nobody is to be asked.
pub(super) async fn look(configuration: &Configuration, is_offline: bool, findings: &mut Findings) {
    let state = configuration.state.as_ref();
    let lock = configuration.keeping.lock.as_ref();
    let files = [
        ("state", state.and_then(|section| file(&section.place))),
        ("lock", lock.and_then(file)),
        ("journal", configuration.keeping.journal.as_deref()),
    ];
    let mut missing: Vec<(&Path, Vec<&str>)> = Vec::new();
    for (what, path) in files {
        let Some(folder) = path.map(folder).filter(|folder| !folder.is_dir()) else { continue };
        match missing.iter_mut().find(|(other, _)| *other == folder) {
            Some((_, kept)) => kept.push(what),
            None => missing.push((folder, vec![what])),
        }
    }
    let is_missing = !missing.is_empty();
    for (folder, kept) in missing {
        let folder = folder.display();
        let error = anyhow!(
            "the folder {folder} is not there, and {} should be kept in it\nhint: make it; usher makes no folders",
            kept.join(" and ")
        );
        findings.add(About::Kept, Failure::from(error));
    }
    if let Some(section) =
        state.filter(|section| !is_missing && (!is_offline || file(&section.place).is_some()))
        && let Err(failure) = Remembered::find(section).await
    {
        findings.add(About::Kept, failure);
    }
}

fn file(place: &Place) -> Option<&Path> {
    match place {
        Place::File(path) => Some(path),
        Place::S3(_) => None,
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
