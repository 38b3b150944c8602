//! Names of parameters, as they are asked for and as they are answered.

/// The parameter that a name means, without its selector (`:3`, `:label`): an ARN's name part, or the name. A slash in
/// front does not count, since an ARN does not tell it. AWS answers with the bare name whatever form was asked for.
pub(crate) fn base(name: &str) -> &str {
    let name = if name.starts_with("arn:") {
        name.split_once(":parameter/").map_or(name, |(_, rest)| rest)
    } else {
        name
    };
    name.split(':').next().unwrap_or(name).trim_start_matches('/')
}

/// AWS takes so many names in one GetParameters call (reference aws-identity-center.md §7).
const NAMES_PER_CALL: usize = 10;

/// The fewest calls in which no two names mean the same parameter, so that every answer belongs to one name.
pub(crate) fn calls(names: Vec<String>) -> Vec<Vec<String>> {
    let mut calls: Vec<Vec<String>> = Vec::new();
    for name in names {
        let free = |call: &&mut Vec<String>| {
            call.len() < NAMES_PER_CALL && call.iter().all(|other| base(other) != base(&name))
        };
        match calls.iter_mut().find(free) {
            Some(call) => call.push(name),
            None => calls.push(vec![name]),
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_name_means_the_same_parameter() {
        for name in [
            "/usher/okta",
            "/usher/okta:3",
            "/usher/okta:live",
            "arn:aws:ssm:eu-west-1:111122223333:parameter/usher/okta",
            "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/usher/okta:3",
        ] {
            assert_eq!(base(name), "usher/okta");
        }
        assert_eq!(base("okta_api_token"), "okta_api_token");
    }

    #[test]
    fn ten_names_are_one_call_and_eleven_are_two() {
        let names = |n: usize| (0..n).map(|n| format!("p{n}")).collect::<Vec<_>>();
        assert_eq!(calls(names(10)), [names(10)]);
        assert_eq!(calls(names(11)).iter().map(Vec::len).collect::<Vec<_>>(), [10, 1]);
        assert!(calls(names(0)).is_empty());
    }

    #[test]
    fn two_versions_of_one_parameter_are_asked_for_apart() {
        assert_eq!(calls(vec!["p:1".into(), "p:2".into(), "q".into()]), [vec!["p:1", "q"], vec!["p:2"]]);
    }
}
