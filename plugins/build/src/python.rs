//! Python: componentize-py takes the policy, the SDK and CPython into one component.

use std::path::Path;

use toml::Table;

use crate::any_crate::Built;
use crate::error::BuildError;
use crate::project::{COMPONENT, Description, Workshop, canonical, read};
use crate::tool::Tool;

const COMPONENTIZE: Tool = Tool {
    name: "componentize-py",
    places: &[".venv/bin", ".venv/Scripts"],
    hint: "run `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt` in that folder",
};

/// What the component is made of; it finds the author's `policy` beside it.
const ENTRY: &str = "usher_component";

pub(crate) fn build(folder: &Path) -> Result<Built, BuildError> {
    let folder = canonical(folder)?;
    let description = described(&folder)?;
    let workshop = Workshop::open(&folder, &description.name)?;
    workshop.write(&format!("{ENTRY}.py"), &entry(&description))?;
    let (project, vendor) = (folder.to_string_lossy(), folder.join("vendor"));
    let vendor = vendor.to_string_lossy();
    let arguments = [
        "-d",
        "wit",
        "-w",
        "plugin",
        "componentize",
        // Without it the component would import clocks, files and sockets, which Usher grants to nobody.
        "--stub-wasi",
        ENTRY,
        "-p",
        ".",
        "-p",
        &project,
        "-p",
        &vendor,
        "-o",
        COMPONENT,
    ];
    COMPONENTIZE.run(&folder, &workshop.folder, &arguments)?;
    workshop.built(description.name)
}

fn described(folder: &Path) -> Result<Description, BuildError> {
    let path = folder.join("pyproject.toml");
    let wrong = |cause: String| BuildError::Description { path: path.clone(), cause };
    let table: Table = read(&path)?.parse().map_err(|error| wrong(format!("it is no TOML: {error}")))?;
    let text = |key: &str| table.get("project")?.get(key)?.as_str().map(str::to_owned);
    let name = text("name").ok_or_else(|| wrong("its `[project]` has no `name`".to_owned()))?;
    let version = text("version").unwrap_or_else(|| "0.0.0".to_owned());
    Ok(Description { name, version, summary: text("description").unwrap_or_default() })
}

fn entry(description: &Description) -> String {
    let Description { name, version, summary } = description;
    // A text of JSON is one of Python too.
    let [name, version, summary] =
        [name, version, summary].map(|text| serde_json::Value::from(text.as_str()));
    format!(
        "from policy import policy\nfrom usher_guest.component import Contract\n\n_contract = Contract(policy, {name}, {version}, {summary})\n\n\n\
         class Policy:\n    describe = _contract.describe\n    configure = _contract.configure\n    \
         decide_groups = _contract.decide_groups\n    decide_users = _contract.decide_users\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_that_says_too_little_is_told_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let error = || build(folder.path()).unwrap_err().to_string();
        assert!(error().contains("pyproject.toml"), "{}", error());
        for (text, said) in [("[", "no TOML"), ("[project]\n", "`name`")] {
            std::fs::write(folder.path().join("pyproject.toml"), text).unwrap();
            assert!(error().contains(said), "{}", error());
        }
    }
}
