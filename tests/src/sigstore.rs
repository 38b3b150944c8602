//! Signatures by identities of a private Sigstore, made by programs that others wrote: @sigstore/mock is its authority and its logs,
//! @sigstore/sign signs. `tests/peers/sigstore/sign.cjs` brings them together; nobody else is asked.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::guests::javascript;
use crate::peers::{script, skip};

/// Who signs what, and by which Sigstore.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// The bundle is called `NAME.sigstore.json`.
    pub name: &'a str,
    /// Each has keys of its own, and a trust root that is called `SIGSTORE.root.json`.
    pub sigstore: &'a str,
    /// Who knows the signer.
    pub issuer: &'a str,
    /// The signer.
    pub subject: &'a str,
    /// What is signed.
    pub artifact: &'a Path,
    /// Whether that is done by a statement about it, as for what lies in a registry.
    pub by_statement: bool,
    /// How long before the signature the certificate was issued. It holds for ten minutes.
    pub certificate_minutes_ago: u32,
    /// Whether the authority told the log of certificates of it.
    pub in_certificate_log: bool,
}

/// Puts bundles and trust roots into a folder. None when the programs cannot be had: then the test ends here, having said so.
pub fn sign(test: &str, folder: &Path, signings: &[Signing<'_>]) -> Option<()> {
    let tools = match javascript() {
        Ok(tools) => tools,
        Err(why) => {
            skip(test, &why);
            return None;
        }
    };
    let signings: Vec<_> = signings
        .iter()
        .map(|signing| {
            json!({
                "name": signing.name,
                "sigstore": signing.sigstore,
                "issuer": signing.issuer,
                "subject": signing.subject,
                "artifact": signing.artifact,
                "statement": signing.by_statement,
                "certificateMinutesAgo": signing.certificate_minutes_ago,
                "inCertificateLog": signing.in_certificate_log,
            })
        })
        .collect();
    let mut child = tools
        .command("node")
        .arg(script("sigstore/sign.cjs"))
        .arg(folder)
        .env("NODE_PATH", tools.sigstore())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node was there when its programs were installed");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    // The script reads all of it first, and ends the input by itself when it dies early.
    let _ = stdin.write_all(json!({ "signings": signings }).to_string().as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("a script ends");
    assert!(output.status.success(), "sigstore/sign.cjs:\n{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}
