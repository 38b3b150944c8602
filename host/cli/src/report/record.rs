//! Which case files were recorded, for stderr.

use crate::record::Recorded;
use crate::shell::quoted;

/// A line for each file with the command that tries it, and one that says what to do with them. Not escaped.
pub(crate) fn lines(recorded: &[Recorded], is_redacted: bool) -> Vec<String> {
    let mut lines: Vec<String> = recorded.iter().map(line).collect();
    if !recorded.is_empty() {
        lines.push(
            match is_redacted {
                true => {
                    "they come from a redacted snapshot, so they may be committed if the policy's configuration may: that stands in them as \
                     it is"
                }
                false => {
                    "they hold personal data, and only you may read them; for cases to commit, record from a snapshot that was saved with \
                     --redact"
                }
            }
            .to_owned(),
        );
    }
    lines
}

fn line(recorded: &Recorded) -> String {
    let Recorded { policy, component, path, groups, groups_asked, users, users_asked } = recorded;
    let path = path.display().to_string();
    let count = |recorded: &usize, asked: &usize| match recorded == asked {
        true => recorded.to_string(),
        false => format!("{recorded} of {asked}"),
    };
    let limited = match groups < groups_asked || users < users_asked {
        true => " (--record-each sets how many of each rule)",
        false => "",
    };
    format!(
        "recorded what {policy} was asked in {path}: groups {}, people {}{limited}; to try it: usher plugin test {} --cases {}",
        count(groups, groups_asked),
        count(users, users_asked),
        quoted(component),
        quoted(&path),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_told_with_the_way_to_have_it() {
        let mut recorded = Recorded {
            policy: "local".to_owned(),
            component: "our policy.wasm".to_owned(),
            path: "cases/local.toml".into(),
            groups: 2,
            groups_asked: 2,
            users: 1_000,
            users_asked: 1_000,
        };
        let whole = "recorded what local was asked in cases/local.toml: groups 2, people 1000; to try it: usher plugin test \
                     'our policy.wasm' --cases cases/local.toml";
        assert_eq!(line(&recorded), whole);
        recorded.users_asked = 5_000;
        let part = "people 1000 of 5000 (--record-each sets how many of each rule); to try it";
        assert_eq!(line(&recorded), whole.replace("people 1000; to try it", part));
    }

    #[test]
    fn it_is_said_whether_they_may_be_handed_on() {
        assert_eq!(lines(&[], false), Vec::<String>::new());
        let recorded = [Recorded {
            policy: "local".to_owned(),
            component: "local.wasm".to_owned(),
            path: "cases/local.toml".into(),
            groups: 1,
            groups_asked: 1,
            users: 1,
            users_asked: 1,
        }];
        let last = |is_redacted| lines(&recorded, is_redacted).pop().expect("a line");
        assert!(last(true).contains("may be committed if") && !last(true).contains("personal data"));
        assert!(last(false).contains("hold personal data") && last(false).contains("--redact"));
    }
}
