//! Takes the guest SDK into the binary, so that `usher plugin new` can write a project that builds anywhere: its source, the
//! contract, a Cargo.toml that needs no workspace around it, and the lock file's part that names its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// What a package is made of, beside its Cargo.toml. Tests, benches and examples stay here.
const PARTS: [&str; 3] = ["src", "wit", "README.md"];

/// What of a manifest is for this workspace alone.
const DROPPED: [&str; 7] = ["bench", "dev-dependencies", "example", "lints", "test", "badges", "workspace"];

/// The package that every policy in Rust uses, and its folder.
const SDK: (&str, &str) = ("usher-guest", "guest-sdk");

/// The SDKs that need no more than their files: what the constant is called, the folder, and where it goes in a project.
const OTHER_LANGUAGES: [(&str, &str, &str); 2] = [
    ("JAVASCRIPT", "guest-sdk/js", "vendor/usher-guest"),
    ("PYTHON", "guest-sdk/python/usher_guest", "vendor/usher_guest"),
];

/// What running them leaves behind; their own tests stay here too.
const MADE: [&str; 2] = ["node_modules", "__pycache__"];

fn main() -> Result<(), Box<dyn Error>> {
    let here =
        PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").ok_or("cargo names no CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    let root = here.ancestors().nth(2).ok_or("host/cli lies two folders down")?;
    let mut taken = Taken::new(root)?;
    taken.package(&root.join(SDK.1))?;

    let mut code = String::from(
        "/// Path in the project, and text.\npub(super) const SDK_FILES: &[(&str, &str)] = &[\n",
    );
    for (path, text) in &taken.files {
        writeln!(code, "    ({path:?}, {text:?}),")?;
    }
    for (language, folder, vendored) in OTHER_LANGUAGES {
        let mut other = Taken::new(root)?;
        other.tree(&root.join(folder), vendored)?;
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        writeln!(code, "];\n\npub(super) const {language}_SDK_FILES: &[(&str, &str)] = &[")?;
        for (path, text) in &other.files {
            writeln!(code, "    ({path:?}, {text:?}),")?;
        }
    }
    code.push_str("];\n\n/// Name and text of each package in a lock file, sorted.\n");
    code.push_str("pub(super) const SDK_LOCK: &[(&str, &str)] = &[\n");
    for (name, text) in locked(root, SDK.0)? {
        writeln!(code, "    ({name:?}, {text:?}),")?;
    }
    code.push_str("];\n");
    fs::write(out.join("sdk.rs"), code)?;
    Ok(())
}

/// What was taken so far.
struct Taken {
    workspace: Table,
    files: BTreeMap<String, String>,
    packages: BTreeSet<PathBuf>,
    root: PathBuf,
}

impl Taken {
    fn new(root: &Path) -> Result<Self, Box<dyn Error>> {
        let manifest = read(&root.join("Cargo.toml"))?;
        let workspace = manifest.parse::<Table>()?.remove("workspace").and_then(into_table);
        Ok(Self {
            workspace: workspace.ok_or("the top Cargo.toml has no workspace")?,
            files: BTreeMap::new(),
            packages: BTreeSet::new(),
            root: root.to_owned(),
        })
    }

    /// Takes a package and those of this workspace that it uses, each in `vendor/NAME`. Returns its name.
    fn package(&mut self, folder: &Path) -> Result<String, Box<dyn Error>> {
        let mut manifest = read(&folder.join("Cargo.toml"))?.parse::<Table>()?;
        let package = manifest
            .get_mut("package")
            .and_then(Value::as_table_mut)
            .ok_or("a manifest without a package")?;
        for (key, value) in package.iter_mut().filter(|(_, value)| is_inherited(value)) {
            *value =
                self.workspace["package"].get(key).ok_or("a package's key that the workspace lacks")?.clone();
        }
        // Cargo looks for the file, and a person for where it came from.
        package.remove("publish");
        let name = package["name"].as_str().ok_or("a package without a name")?.to_owned();
        if !self.packages.insert(folder.to_owned()) {
            return Ok(name);
        }
        for key in DROPPED {
            manifest.remove(key);
        }
        self.dependencies(&mut manifest)?;
        for target in manifest.get_mut("target").and_then(Value::as_table_mut).into_iter().flatten() {
            if let Some(table) = target.1.as_table_mut() {
                table.remove("dev-dependencies");
                self.dependencies(table)?;
            }
        }
        let vendored = format!("vendor/{name}");
        let text = format!(
            "# From Usher's repository, as built into `usher`; written for a place outside it.\n\n{}",
            toml::to_string(&manifest)?
        );
        self.files.insert(format!("{vendored}/Cargo.toml"), text);
        for part in PARTS {
            let path = folder.join(part);
            println!("cargo::rerun-if-changed={}", path.display());
            if path.exists() {
                self.tree(&path, &format!("{vendored}/{part}"))?;
            }
        }
        Ok(name)
    }

    fn dependencies(&mut self, table: &mut Table) -> Result<(), Box<dyn Error>> {
        for section in ["dependencies", "build-dependencies"] {
            let Some(dependencies) = table.get_mut(section).and_then(Value::as_table_mut) else { continue };
            for (name, dependency) in dependencies.iter_mut() {
                let mut whole = self.whole(name, dependency)?;
                if let Some(path) = whole.get("path").and_then(Value::as_str).map(|path| self.root.join(path))
                {
                    let package = self.package(&path)?;
                    whole.insert("path".to_owned(), format!("../{package}").into());
                }
                *dependency = Value::Table(whole);
            }
        }
        Ok(())
    }

    /// A dependency with what the workspace says of it.
    fn whole(&self, name: &str, dependency: &Value) -> Result<Table, Box<dyn Error>> {
        let own = spelled_out(dependency).ok_or("a dependency that is no table")?;
        if !is_inherited(dependency) {
            return match own.contains_key("path") {
                true => Err(format!(
                    "{name}: name it in the workspace's dependencies, where its path is looked for"
                )
                .into()),
                false => Ok(own),
            };
        }
        let shared = self.workspace["dependencies"].get(name).and_then(spelled_out);
        let mut whole = shared.ok_or_else(|| format!("{name} is not among the workspace's dependencies"))?;
        for (key, value) in own.into_iter().filter(|(key, _)| key != "workspace") {
            match (whole.get_mut(&key).and_then(Value::as_array_mut), value) {
                (Some(features), Value::Array(more)) => features.extend(more),
                (_, value) => drop(whole.insert(key, value)),
            }
        }
        Ok(whole)
    }

    fn tree(&mut self, path: &Path, name: &str) -> Result<(), Box<dyn Error>> {
        // Follows links: the contract is one.
        if !path.is_dir() {
            self.files.insert(name.to_owned(), read(path)?);
            return Ok(());
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let file_name = entry.file_name().into_string().map_err(|_| "a file's name is not UTF-8")?;
            if MADE.contains(&file_name.as_str()) || file_name.ends_with(".test.js") {
                continue;
            }
            self.tree(&entry.path(), &format!("{name}/{file_name}"))?;
        }
        Ok(())
    }
}

/// The stanzas of `package` and of all that it depends on. Some may be of dependencies that only tests have; cargo drops what it
/// does not need.
fn locked(root: &Path, package: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let lock = read(&root.join("Cargo.lock"))?;
    let stanzas: Vec<&str> = lock.split("\n[[package]]\n").skip(1).map(str::trim_end).collect();
    let mut found = BTreeMap::new();
    let mut wanted = vec![package.to_owned()];
    while let Some(next) = wanted.pop() {
        // A dependency is a name, or a name and a version where there are several.
        let (name, version) =
            next.split_once(' ').map_or((next.as_str(), None), |(name, version)| (name, Some(version)));
        for stanza in &stanzas {
            let table = stanza.parse::<Table>()?;
            let text = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default();
            if text("name") != name || version.is_some_and(|version| version != text("version")) {
                continue;
            }
            let key = (name.to_owned(), text("version").to_owned());
            if found.insert(key, format!("[[package]]\n{stanza}\n")).is_none() {
                let dependencies = table.get("dependencies").and_then(Value::as_array).into_iter().flatten();
                wanted.extend(dependencies.filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    Ok(found.into_iter().map(|((name, _), stanza)| (name, stanza)).collect())
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn spelled_out(dependency: &Value) -> Option<Table> {
    match dependency {
        Value::String(version) => Some(Table::from_iter([("version".to_owned(), version.clone().into())])),
        Value::Table(table) => Some(table.clone()),
        _ => None,
    }
}

fn into_table(value: Value) -> Option<Table> {
    match value {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

fn read(path: &Path) -> Result<String, Box<dyn Error>> {
    if path.is_file() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
