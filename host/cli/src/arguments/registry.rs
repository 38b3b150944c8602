//! The command lines of `usher plugin push`, `pull`, `sign`, `verify` and `pin`.

use std::path::PathBuf;

use clap::Args;

/// How a registry is asked.
#[derive(Args, Debug)]
pub(crate) struct RegistryArguments {
    /// The certificates (PEM) of a private authority, trusted beside those of the system.
    #[arg(long = "ca", value_name = "FILE", env = "USHER_REGISTRY_CA")]
    pub(crate) authority: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct PushArguments {
    /// The policy: a .wasm file, or builtin:NAME.
    #[arg(value_name = "FILE")]
    pub(crate) policy: String,
    /// Where to: oci://HOST/NAME:TAG.
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PullArguments {
    /// The policy: oci://HOST/NAME:TAG, with a digest or without.
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// Where to put it, instead of NAME.wasm here.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SignArguments {
    /// The policy: a .wasm file, beside which FILE.sigstore.json is put, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// The private key: EC P-256, as PKCS#8 PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArguments {
    /// The policy: a .wasm file, beside which FILE.sigstore.json lies, or oci://….
    #[arg(value_name = "REF")]
    pub(crate) reference: String,
    /// A public key (PEM) whose signature counts; may be given several times.
    #[arg(long = "key", value_name = "FILE")]
    pub(crate) keys: Vec<PathBuf>,
    /// The OpenID issuer that must know the signer.
    #[arg(long, value_name = "URL", requires = "subject")]
    pub(crate) issuer: Option<String>,
    /// The signer, as the issuer knows them.
    #[arg(long, value_name = "NAME", requires = "issuer")]
    pub(crate) subject: Option<String>,
    /// The trust root of another Sigstore instance than the public one.
    #[arg(long, value_name = "FILE", requires = "issuer")]
    pub(crate) trusted_root: Option<PathBuf>,
    /// Take the signers of this policy from a usher.toml.
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["keys", "issuer"])]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PinArguments {
    /// The configuration.
    #[arg(long, short, value_name = "FILE", default_value = "usher.toml", env = "USHER_CONFIG")]
    pub(crate) config: PathBuf,
    /// Also look up anew what the tags of pinned policies mean now.
    #[arg(long)]
    pub(crate) update: bool,
    #[command(flatten)]
    pub(crate) registry: RegistryArguments,
    /// Print the result as JSON on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}
