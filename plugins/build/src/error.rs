//! Why a policy could not be built, with the command that mends it.

use std::path::PathBuf;

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// `rustc` could not be asked.
    #[error(
        "could not run `{rustc}` to look for the target wasm32-unknown-unknown: {source}\nhint: install Rust by https://rustup.rs, or set RUSTC"
    )]
    NoRustc {
        /// The command that was tried.
        rustc: String,
        /// What the system said.
        source: std::io::Error,
    },

    /// The target is missing and there is no rustup that could add it.
    #[error(
        "the Rust target wasm32-unknown-unknown is not installed for {toolchain}, and rustup is not there to add it\nhint: run `rustup target add wasm32-unknown-unknown`, or install your distribution's package with that target's standard library"
    )]
    NoTarget {
        /// Which compiler lacks it, as its own version line.
        toolchain: String,
    },

    /// rustup was asked to add the target and could not.
    #[error(
        "the Rust target wasm32-unknown-unknown is not installed for {toolchain}, and `{command}` failed: {cause}\nhint: run `{command}` yourself and build again"
    )]
    TargetNotAdded {
        /// Which compiler lacks it, as its own version line.
        toolchain: String,
        /// What was run.
        command: String,
        /// What it said last.
        cause: String,
    },

    /// Cargo could not be started.
    #[error(
        "could not run `{cargo}` to build the policy `{package}`: {source}\nhint: install Rust by https://rustup.rs, or set CARGO"
    )]
    NoCargo {
        /// The command that was tried.
        cargo: String,
        /// Which policy.
        package: String,
        /// What the system said.
        source: std::io::Error,
    },

    /// The crate does not compile, or cargo could not get at what it needs.
    #[error("cargo could not build the policy `{package}` for wasm32-unknown-unknown:\n{output}")]
    Cargo {
        /// Which policy.
        package: String,
        /// Everything that cargo said.
        output: String,
    },

    /// There is no package in the folder.
    #[error(
        "there is no package in {folder}\nhint: name the folder of one policy, the one with its Cargo.toml, package.json or policy.py",
        folder = folder.display()
    )]
    NoPackage {
        /// Where one was looked for.
        folder: PathBuf,
    },

    /// The crate makes no WebAssembly module.
    #[error(
        "the crate `{package}` makes no WebAssembly module\nhint: a policy's Cargo.toml says `[lib]` and `crate-type = [\"cdylib\", \"rlib\"]`"
    )]
    NoModule {
        /// Which policy.
        package: String,
    },

    /// The module cannot become a component, most often because it imports something that is in no WIT.
    #[error(
        "the module of `{package}` cannot become a component: {cause}\nhint: a policy exports itself once, with `usher_guest::export!(Type)`, and imports nothing of its own"
    )]
    NotAComponent {
        /// Which policy.
        package: String,
        /// What wit-component said.
        cause: String,
    },

    /// The bytes have no imports and exports to speak of.
    #[error("its imports and exports cannot be read: {cause}")]
    NoOutline {
        /// What wit-component said.
        cause: String,
    },

    /// A program that the policy's language needs is missing.
    #[error(
        "the policy in {folder} needs `{tool}`, which is not there\nhint: {hint}",
        folder = folder.display()
    )]
    NoTool {
        /// Which one.
        tool: &'static str,
        /// Of which policy.
        folder: PathBuf,
        /// How to get it.
        hint: &'static str,
    },

    /// The Node.js that is there is too old for the tools.
    #[error(
        "the policy in {folder} needs Node.js 20.19 or newer (of 22, 22.12 or newer), and the one that is there is {found}\nhint: {hint}",
        folder = folder.display()
    )]
    OldNode {
        /// Of which policy.
        folder: PathBuf,
        /// What it says of itself.
        found: String,
        /// How to get a newer one.
        hint: &'static str,
    },

    /// A program did not like the policy.
    #[error("{tool} could not build the policy in {folder}:\n{output}", folder = folder.display())]
    Tool {
        /// Which one.
        tool: &'static str,
        /// Which policy.
        folder: PathBuf,
        /// Everything that it said.
        output: String,
    },

    /// The file that says what the policy is called does not say it.
    #[error("{path} does not describe a policy: {cause}", path = path.display())]
    Description {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },

    /// A file or folder of the build could not be used.
    #[error("could not use {path} while building a policy: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
