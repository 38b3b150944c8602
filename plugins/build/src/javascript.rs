//! JavaScript and TypeScript: rolldown puts the policy and the SDK into one module, jco makes it a component on QuickJS.
//!
//! Not jco's own bundling: jco 1.35 then looks for the contract in a place that is not there.

use std::path::Path;

use serde_json::Value;

use crate::any_crate::Built;
use crate::error::BuildError;
use crate::node::check_node;
use crate::project::{COMPONENT, Description, Workshop, canonical, read};
use crate::tool::Tool;

const HINT: &str = "run `npm ci` in that folder; `npm install` where there is no package-lock.json";
const ROLLDOWN: Tool = Tool { name: "rolldown", places: &["node_modules/.bin"], hint: HINT };
const JCO: Tool = Tool { name: "jco", places: &["node_modules/.bin"], hint: HINT };

/// The one thing that a component may import.
const LOG: &str = "usher:policy/log@0.1.0";

pub(crate) fn build(folder: &Path) -> Result<Built, BuildError> {
    let folder = canonical(folder)?;
    let (description, main) = described(&folder)?;
    check_node(&folder)?;
    let workshop = Workshop::open(&folder, &description.name)?;
    workshop.write("entry.js", &entry(&folder.join(main), &description))?;
    let bundle =
        ["entry.js", "--format", "esm", "--external", LOG, "--file", "bundle.js", "--logLevel", "warn"];
    ROLLDOWN.run(&folder, &workshop.folder, &bundle)?;
    let component = [
        "componentize",
        "bundle.js",
        // Seen from the folder it runs in: jco takes no other.
        "--wit",
        "wit",
        "--world-name",
        "plugin",
        "--backend",
        "quickjs",
        "--backend-qjs-disable-async",
        "--backend-qjs-stub-wasi",
        "--out",
        COMPONENT,
    ];
    JCO.run(&folder, &workshop.folder, &component)?;
    workshop.built(description.name)
}

/// What package.json says: the policy, and its file.
fn described(folder: &Path) -> Result<(Description, String), BuildError> {
    let path = folder.join("package.json");
    let wrong = |cause: String| BuildError::Description { path: path.clone(), cause };
    let package: Value =
        serde_json::from_str(&read(&path)?).map_err(|error| wrong(format!("it is no JSON: {error}")))?;
    let text = |key: &str| package[key].as_str().map(str::to_owned);
    let name = text("name").ok_or_else(|| wrong("it has no `name`".to_owned()))?;
    let main =
        text("main").ok_or_else(|| wrong("its `main` names no file, such as \"policy.js\"".to_owned()))?;
    let version = text("version").unwrap_or_else(|| "0.0.0".to_owned());
    Ok((Description { name, version, summary: text("description").unwrap_or_default() }, main))
}

/// The module that the component is made of.
fn entry(policy: &Path, description: &Description) -> String {
    let Description { name, version, summary } = description;
    let description = serde_json::json!({ "name": name, "version": version, "summary": summary });
    format!(
        "import definition from {};\nimport {{ component }} from \"usher-guest/component\";\nexport const policy = component(definition, {description});\n",
        Value::from(policy.to_string_lossy())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(text: &str) -> Result<Built, BuildError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package.json"), text).unwrap();
        build(folder.path())
    }

    #[test]
    fn a_package_that_says_too_little_is_told_what_it_lacks() {
        for (text, said) in [("{", "no JSON"), ("{}", "`name`"), (r#"{"name": "ours"}"#, "`main`")] {
            let error = package(text).unwrap_err().to_string();
            assert!(error.contains("package.json") && error.contains(said), "{error}");
        }
    }
}
