//! A file that passes passes, and one that does not says all that is not as expected.

use std::cell::Cell;

use super::*;
use crate::prelude::*;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    prefix: String,
}

/// Strips a prefix; contractors are closed, whoever is new since the year began is put into a group of their own.
struct Prefix(Config, u64);

impl Policy for Prefix {
    type Config = Config;

    fn configure(config: Config, run: crate::Run) -> Result<Self, Problems> {
        if config.prefix.is_empty() {
            return Err(Problem::at("/prefix", "must not be empty").into());
        }
        Ok(Self(config, run.now))
    }

    fn needs(&self) -> Needs {
        Needs::default().user_attributes(["userType", "level"])
    }

    fn group(&self, group: &Group) -> GroupDecision {
        match group.name.strip_prefix(&self.0.prefix) {
            Some(name) => sync(name).because("prefix", "has the prefix"),
            None => skip().because("no-prefix", "lacks the prefix"),
        }
    }

    fn user(&self, user: &User) -> UserDecision {
        assert_ne!(user.integer("level"), Some(13), "nobody has level 13");
        if user.text("userType") == Some("contractor") {
            let account =
                user.draft.with(|account| account.work_mut().division = Some("external".to_owned()));
            return sync_account(account).because("contractor", "is external");
        }
        if user.text("department").is_some() {
            return hold().because("unseen", "an attribute that was not asked for was handed over");
        }
        keep().groups([TargetGroup::new(format!("since {}", self.1)).key("since")])
    }
}

/// The first of each instance is skipped.
struct Moody(Cell<bool>);

impl Policy for Moody {
    type Config = serde_json::Value;

    fn configure(_: serde_json::Value, _: crate::Run) -> Result<Self, Problems> {
        Ok(Self(Cell::new(true)))
    }

    fn user(&self, _: &User) -> UserDecision {
        if self.0.replace(false) { skip().because("first", "") } else { keep().because("next", "") }
    }
}

/// Decides nothing.
struct Nothing;

impl Policy for Nothing {
    type Config = serde_json::Value;

    fn configure(_: serde_json::Value, _: crate::Run) -> Result<Self, Problems> {
        Ok(Self)
    }

    fn needs(&self) -> Needs {
        Needs::nothing()
    }

    fn group(&self, _: &Group) -> GroupDecision {
        hold()
    }

    fn user(&self, _: &User) -> UserDecision {
        hold()
    }
}

const GOOD: &str = r#"
version = 1
now = 7
config.prefix = "aws-"

[[case]]
name = "groups and people"

[[case.group]]
name = "aws-admins"
expect = { verdict = "sync", groups = ["admins"] }

[[case.group]]
name = "sales"
expect = "skip"

[[case.user]]
login = "ann@acme.example"
attributes = { firstName = "Ann", department = "Sales" }
expect = { verdict = "keep", groups = [{ key = "since", name = "since 7" }], rule = "default" }

[[case.user]]
login = "cy@acme.example"
attributes = { userType = "contractor", lastName = "Day", department = "Sales" }
expect.account = { user-name = "cy@acme.example", work = { division = "external", department = "Sales", manager = "" } }

[[case]]
name = "a prefix must be there"
config = { prefix = "" }
expect-problems = [{ pointer = "/prefix", message = "empty" }]

[[case]]
name = "a misspelt key"
config = { prefx = "aws-" }
expect-problems = [{ message = "unknown field `prefx`" }]
"#;

/// Runs a policy over one file with this text; the file's path is taken out of what is said.
fn run_text<P: Policy>(text: &str, update: bool) -> (Result<(), String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    std::fs::write(&path, text).unwrap();
    let result = run::<P>(&folder.path().join("*.toml"), update);
    let result = result.map_err(|said| said.replace(&path.display().to_string(), "a.toml"));
    (result, std::fs::read_to_string(&path).unwrap())
}

#[test]
fn a_policy_that_does_as_expected_passes() {
    assert_eq!(run_text::<Prefix>(GOOD, false), (Ok(()), GOOD.to_owned()));
}

#[test]
fn all_that_differs_is_said() {
    let text = GOOD
        .replace("[\"admins\"]", "[\"Admins\"]")
        .replace("division = \"external\"", "division = \"internal\"")
        .replace("message = \"empty\"", "message = \"missing\"");
    let expected = "\
a.toml: case `groups and people` fails (line 6)
  group `aws-admins` (line 9)
    groups[0].name
      expected  \"Admins\"
      got       \"admins\"
    it was decided by the rule `prefix`: has the prefix
  user `cy@acme.example` (line 22)
    account.work.division
      expected  \"internal\"
      got       \"external\"
    it was decided by the rule `contractor`: is external

a.toml: case `a prefix must be there` fails (line 27)
  configuration
    expected a problem at \"/prefix\" that says \"missing\"; it was not found
  configuration
    not expected: at \"/prefix\": must not be empty
";
    assert_eq!(run_text::<Prefix>(&text, false).0.unwrap_err(), expected);
}

#[test]
fn an_update_makes_the_file_pass_and_touches_nothing_else() {
    let commented = GOOD.replace("expect = \"skip\"", "# not ours\nexpect = \"skip\" # really");
    let wrong = commented
        .replace("[\"admins\"]", "[\"Admins\"]")
        .replace("division = \"external\"", "division = \"internal\"")
        .replace("expect = \"skip\"", "expect = \"hold\"");
    assert_eq!(run_text::<Prefix>(&wrong, true), (Ok(()), commented));
}

#[test]
fn a_policy_that_remembers_is_caught() {
    let text =
        "version = 1\n[[case]]\nname = \"two\"\n[[case.user]]\nlogin = \"a\"\n[[case.user]]\nlogin = \"b\"\n";
    let said = run_text::<Moody>(text, false).0.unwrap_err();
    assert_eq!(said.matches("decided otherwise when asked in reverse order").count(), 2, "{said}");
    assert_eq!(said.matches("decided otherwise when asked about this one alone").count(), 1, "{said}");
}

#[test]
fn a_panic_is_named_with_its_case() {
    let text = format!(
        "{GOOD}\n[[case]]\nname = \"bad luck\"\n[[case.user]]\nlogin = \"a\"\nattributes.level = 13\n"
    );
    let said = run_text::<Prefix>(&text, false).0.unwrap_err();
    assert!(
        said.starts_with("a.toml: case `bad luck` fails (line 37)\n  policy\n    it panicked: "),
        "{said}"
    );
    assert!(said.contains("nobody has level 13"), "{said}");
}

#[test]
fn what_a_policy_leaves_to_the_host_is_decided_by_default() {
    let text = r#"
version = 1
[[case]]
name = "both"
[[case.group]]
name = "x"
expect = { verdict = "sync", groups = ["x"], rule = "default", message = "the policy does not decide groups" }
[[case.user]]
login = "a"
expect = { verdict = "keep", groups = "", rule = "default", message = "the policy does not decide users" }
"#;
    assert_eq!(run_text::<Nothing>(text, false).0, Ok(()));
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.toml"), "version = 1\nwhat = 2\n").unwrap();
    std::fs::write(folder.path().join("b.toml"), GOOD.replace("\"admins\"", "\"Admins\"")).unwrap();
    std::fs::write(folder.path().join("c.txt"), "none").unwrap();
    let said = run::<Prefix>(&folder.path().join("*.toml"), false).unwrap_err();
    assert_eq!(
        (said.matches("a.toml: line ").count(), said.matches("b.toml: case ").count()),
        (2, 1),
        "{said}"
    );
}

#[test]
fn no_file_is_no_test() {
    let folder = tempfile::tempdir().unwrap();
    let said = run::<Nothing>(&folder.path().join("*.toml"), false).unwrap_err();
    assert!(said.starts_with("no case file matches "), "{said}");
    let said = run::<Nothing>(&folder.path().join("none/*.toml"), false).unwrap_err();
    assert!(said.contains("none"), "{said}");
}

#[test]
fn a_star_stands_for_anything_within_a_name() {
    for (pattern, name, fits) in [
        ("*.toml", "a.toml", true),
        ("*.toml", ".toml", true),
        ("*.toml", "a.tom", false),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-b-b", false),
        ("é*", "éa", true),
        ("a.toml", "a.toml", true),
        ("a.toml", "aa.toml", false),
    ] {
        assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
    }
}
