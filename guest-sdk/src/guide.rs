//! From nothing to a policy that decides in production.
//!
//! # What there must be
//!
//! Rust by rustup and the program `usher`; nothing else. `usher plugin new our-policy` writes a project that builds and tests at
//! once; what follows is what stands in it, and how to write it by hand.
//!
//! # The project
//!
//! A library of two kinds: `cdylib` is the policy, `rlib` is what its tests link with. Name, version and description are what reports
//! show and what `usher plugin inspect` prints.
//!
//! ```toml
//! [package]
//! name = "our-policy"
//! version = "0.1.0"
//! edition = "2024"
//! description = "Our own rules"
//!
//! [lib]
//! crate-type = ["cdylib", "rlib"]
//!
//! [dependencies]
//! serde = { version = "1", features = ["derive"] }
//! usher-guest = "0.1"       # or a path: `usher plugin new` puts this crate's source beside the project
//! ```
//!
//! # What is decided
//!
//! For every Okta group [`Policy::group`](crate::Policy::group) says one of:
//!
//! | | in AWS |
//! | --- | --- |
//! | [`sync("Admins")`](crate::decision::sync) | a group of that name, with the members of the Okta group. Its identity is the Okta group's id, so it may be renamed |
//! | `sync("Admins").key("admins")` | the same with an identity of its own: two Okta groups that name one key become one group |
//! | [`sync_all([…])`](crate::decision::sync_all) | several groups with the same members |
//! | [`skip()`](crate::decision::skip) | none. A group that Usher made before is emptied |
//! | [`hold()`](crate::decision::hold) | whatever is there now, untouched, and named in the report |
//!
//! Then for every person in a group that comes along [`Policy::user`](crate::Policy::user) says one of:
//!
//! | | in AWS |
//! | --- | --- |
//! | [`keep()`](crate::decision::keep) | the account that Usher drafted, [`User::draft`](crate::User::draft) |
//! | [`sync_account(…)`](crate::decision::sync_account) | that account; `user.draft.with(\|account\| account.title = None)` is the draft with one thing changed |
//! | [`skip()`](crate::decision::skip) | none. Who has an account because of Usher is treated as one who has left |
//! | [`hold()`](crate::decision::hold) | whatever is there now. When in doubt, this: nobody loses access by it |
//!
//! `keep().groups([…])` puts a person into other groups than the group decisions gave: made from attributes
//! (`TargetGroup::new("dept-Sales")`, no group in Okta needed), or all but one of the person's own,
//! [`User::groups`](crate::User::groups), which are named by their key alone: `TargetGroup::new("").key(key)`.
//!
//! Each of them ends with [`.because(rule, message)`](crate::decision::Decision::because): plans count by the rule, and a person who
//! asks "why me?" is told the message.
//!
//! # What is read
//!
//! Only the attributes that [`Policy::needs`](crate::Policy::needs) names ever enter the sandbox, and they may depend on the configuration:
//!
//! ```
//! use usher_guest::prelude::*;
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Config {
//!     attribute: String,
//! }
//!
//! /// Everybody is in a group named after one attribute.
//! struct ByAttribute(Config);
//!
//! impl Policy for ByAttribute {
//!     type Config = Config;
//!
//!     fn configure(config: Config, _: Run) -> Result<Self, Problems> {
//!         let mut problems = Problems::default();
//!         if config.attribute.is_empty() {
//!             problems.push(Problem::at("/attribute", "must name an attribute, such as \"department\""));
//!         }
//!         // All that is wrong, at once; an empty list is none.
//!         problems.or(Self(config))
//!     }
//!
//!     fn needs(&self) -> Needs {
//!         Needs::default().users_only().user_attributes([self.0.attribute.as_str()])
//!     }
//!
//!     fn user(&self, user: &User) -> UserDecision {
//!         match user.text(&self.0.attribute) {
//!             Some(value) => keep().groups([TargetGroup::new(value)]).because("attribute", format!("has {value}")),
//!             None => hold().because("no-attribute", format!("Okta has no {} for this person", self.0.attribute)),
//!         }
//!     }
//! }
//!
//! usher_guest::export!(ByAttribute);
//!
//! # let policy = usher_guest::test::Run::of::<ByAttribute>(r#"{"attribute": "team"}"#).unwrap();
//! # assert_eq!(policy.user(&User::named("ann").with("team", "red")).own_groups().unwrap()[0].display_name, "red");
//! # assert_eq!(policy.user(&User::named("ann")).rule(), "no-attribute");
//! # assert_eq!(usher_guest::test::Run::of::<ByAttribute>(r#"{"attribute": ""}"#).unwrap_err().len(), 1);
//! ```
//!
//! # How it is tested
//!
//! In Rust, with [`test::Run`](crate::test::Run), in milliseconds and with a debugger. And in case files, which run natively by one line,
//! `usher_guest::test::cases!("cases/*.toml", ByAttribute);`, and by `usher plugin test` in the sandbox itself:
//!
//! ```toml
//! version = 1
//!
//! [config]
//! attribute = "team"
//!
//! [[case]]
//! name = "a person of the red team is in its group"
//!
//! [[case.user]]
//! login = "ann@acme.example"
//! attributes = { team = "red" }
//! expect = { verdict = "keep", groups = ["red"], rule = "attribute" }
//!
//! [[case.user]]
//! login = "bob@acme.example"
//! expect = "hold"
//! ```
//!
//! What is expected is compared in part: what is not written is not looked at. Each case is asked in three orders, and a policy whose
//! answer depends on the order fails.
//!
//! # How it is built and tried
//!
//! ```console
//! $ cargo test                                     # natively
//! $ usher plugin build                             # our-policy.wasm: its imports, its size, its digest
//! $ usher plugin test                              # the case files, in the sandbox
//! $ usher plan --plugin our-policy.wasm            # what it would change; writes nothing
//! $ usher plugin run our-policy.wasm --snapshot monday.json --config usher.toml --user ann@acme.example
//! ```
//!
//! # How it is shipped
//!
//! Pin it in `usher.toml` by the digest that `usher plugin build` printed. Bytes are checked each time they are loaded; others are refused.
//!
//! ```toml
//! [policy]
//! component = "our-policy.wasm"
//! digest = "sha256:…"
//!
//! [policy.config]
//! attribute = "team"
//! ```
//!
//! Several `[[policy]]` make a row, a company's and a local one: each sees what the one before let through, with the account and the
//! groups as it left them.
//!
//! # The sandbox
//!
//! - There is no clock, no network, no file, no chance: only the question. The time of the run is [`Run::now`](crate::Run::now). A crate that wants
//!   more does not compile for `wasm32-unknown-unknown`.
//! - Answers must depend on the configuration, the run and the item alone, not on what was asked before.
//! - A panic, too much work, too much memory or time ends the run before anything is written; the text of a panic is shown. So
//!   an error is never a "no".
//! - Ten million units of work for each item, and a thousand million to configure; 256 MiB of memory; 30 seconds for one call. Simple policies need some
//!   thousands of units. All can be raised where the policy is named.
//! - A rule's name has up to 64 bytes, a message up to 512, and [`log`](crate::log) takes a thousand lines in a run.

#[cfg(test)]
mod tests {
    use usher_cases::CaseFile;

    #[test]
    fn the_case_file_of_the_guide_is_one() {
        let lines = include_str!("guide.rs").lines().filter_map(|line| line.strip_prefix("//!"));
        let text: String = lines.map(|line| format!("{}\n", line.trim_start())).collect();
        let blocks: Vec<_> =
            text.split("```toml\n").skip(1).filter_map(|it| it.split("```").next()).collect();
        let cases = blocks.iter().find(|block| block.starts_with("version = 1")).unwrap();
        let file = CaseFile::parse(cases).unwrap();
        assert_eq!((file.cases.len(), file.cases[0].users.len()), (1, 2));
    }
}
