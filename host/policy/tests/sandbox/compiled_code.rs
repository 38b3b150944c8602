//! Compiled code is kept between runs, and does without when it cannot be.

use std::fs;
use std::path::Path;

use usher_policy::{CompiledCode, Limits, PolicyEngine};

use crate::fixture::{configured, people};

/// Loads and asks once; gives how often code was found.
fn found(place: CompiledCode) -> usize {
    let engine = PolicyEngine::keeping(Limits::default(), place).unwrap();
    let mut policy = configured(&engine, "").unwrap();
    assert_eq!(policy.decide_users(&people(3)).unwrap().len(), 3);
    engine.loads_from_kept_code()
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[test]
fn the_second_run_does_not_compile() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("usher/compiled");
    assert_eq!(found(CompiledCode::In(place.clone())), 0);
    assert_eq!(found(CompiledCode::In(place)), 1);
    assert_eq!(found(CompiledCode::NotKept), 0);
}

#[test]
fn a_folder_that_cannot_be_made_is_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(found(CompiledCode::In(file.join("below"))), 0);
    assert_eq!(found(CompiledCode::In(file)), 0);
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(found(CompiledCode::In(folder.path().to_owned())), 0);
    assert_eq!(entries(folder.path()), 0);
}

/// Only root can give a folder to somebody else, and it is root whom such a folder would harm most.
#[cfg(unix)]
#[test]
fn a_folder_of_somebody_else_is_not_used() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    if chown(folder.path(), Some(65534), None).is_ok() {
        assert_eq!(found(CompiledCode::In(folder.path().to_owned())), 0);
        assert_eq!(entries(folder.path()), 0);
    }
}

#[test]
fn spoilt_code_is_compiled_anew() {
    let folder = tempfile::tempdir().unwrap();
    let place = || CompiledCode::In(folder.path().to_owned());
    assert_eq!(found(place()), 0);
    let mut spoilt = 0;
    spoil(folder.path(), &mut spoilt);
    assert!(spoilt > 0);
    assert_eq!(found(place()), 0);
}

fn spoil(folder: &Path, spoilt: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            spoil(&path, spoilt);
        } else {
            fs::write(&path, "spoilt").unwrap();
            *spoilt += 1;
        }
    }
}
