//! `[[policy.signers]]`: of whom one must have signed the policy.

use std::path::PathBuf;

use usher_registry::Signer;

use super::reader::Reader;

/// Reads the signers of a policy; none asks for no signature.
pub(super) fn read(reader: &mut Reader<'_>, policy: &str, component: &str) -> Vec<Signer> {
    reader.only_rows(policy, "signers");
    let path = format!("{policy}.signers");
    let Some(length) = reader.length(&path) else { return Vec::new() };
    if component.starts_with("builtin:") {
        reader.complain(
            policy,
            "signers",
            "ask for a signature of a policy that is part of the program; remove them",
        );
    }
    (0..length).filter_map(|at| signer(reader, &path, at)).collect()
}

fn signer(reader: &mut Reader<'_>, path: &str, at: usize) -> Option<Signer> {
    let section = &format!("{path}[{at}]");
    reader.only_keys(section, &["key", "issuer", "subject", "trusted_root"]);
    let mut text = |key| reader.optional(section, key, filled);
    let [key, issuer, subject, trusted_root] = ["key", "issuer", "subject", "trusted_root"].map(&mut text);
    match (key, issuer, subject, trusted_root) {
        (Some(key), None, None, None) => Some(Signer::Key { file: PathBuf::from(key) }),
        (None, Some(issuer), Some(subject), root) => {
            Some(Signer::Identity { issuer, subject, trusted_root: root.map(PathBuf::from) })
        }
        _ => {
            let message =
                "a signer is a `key`, or an `issuer` and a `subject`, to which a `trusted_root` may be added";
            reader.complain_of_item(path, at, message);
            None
        }
    }
}

fn filled(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("is empty") } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::Configuration;
    use crate::configuration::tests::{GOOD, problems};

    fn signers(text: &str) -> Vec<Vec<Signer>> {
        let configuration = Configuration::parse(&format!("{GOOD}{text}")).unwrap();
        configuration.policies.into_iter().map(|policy| policy.signers).collect()
    }

    #[test]
    fn a_signer_is_a_key_or_an_identity() {
        let found = signers(
            "[policy]\ncomponent = \"a.wasm\"\n[[policy.signers]]\nkey = \"release.pub\"\n[[policy.signers]]\nissuer = \"https://i\"\n\
             subject = \"s\"\ntrusted_root = \"root.json\"\n",
        );
        let identity = Signer::Identity {
            issuer: "https://i".into(),
            subject: "s".into(),
            trusted_root: Some("root.json".into()),
        };
        assert_eq!(found, [[Signer::Key { file: "release.pub".into() }, identity]]);
    }

    #[test]
    fn in_a_row_each_policy_has_its_own() {
        let found = signers(
            "[[policy]]\ncomponent = \"a.wasm\"\n[[policy.signers]]\nkey = \"a.pub\"\n[[policy]]\ncomponent = \"b.wasm\"\n\
             [[policy.signers]]\nkey = \"b.pub\"\n",
        );
        assert_eq!(found, [[Signer::Key { file: "a.pub".into() }], [Signer::Key { file: "b.pub".into() }]]);
    }

    #[test]
    fn a_wish_that_is_not_understood_is_no_wish_fulfilled() {
        for (text, line, said) in [
            ("[[policy.signers]]\nisuer = \"a\"\n", 11, "did you mean `issuer`?"),
            ("[[policy.signers]]\nissuer = \"https://i\"\n", 10, "`issuer` and a `subject`"),
            ("[[policy.signers]]\nkey = \"a\"\nsubject = \"s\"\n", 10, "`issuer` and a `subject`"),
            ("[[policy.signers]]\nkey = \"\"\n", 11, "is empty"),
            ("signers = []\n", 10, "one table or more"),
            ("signers = \"a\"\n", 10, "one table or more"),
            ("[policy.signers]\nkey = \"a\"\n", 10, "one table or more"),
        ] {
            let found = problems(&format!("{GOOD}[policy]\ncomponent = \"a.wasm\"\n{text}"));
            assert!(
                found.iter().any(|(at, message)| *at == Some(line) && message.contains(said)),
                "{text}: {found:?}"
            );
        }
        let found = problems(&format!("{GOOD}[[policy]]\n[[policy.signers]]\nkey = \"a\"\n"));
        assert!(found[0].1.contains("part of the program"), "{found:?}");
    }
}
