//! The few filters that the service knows (reference §2.4). It knows only `eq`, only the listed pairs, and only values
//! in double quotes.

use super::refusal::Refusal;

/// A filter on users.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum UserFilter {
    All,
    Id(String),
    UserName(String),
    ExternalId(String),
    /// The members of a group.
    Group(String),
    IdAndManager {
        id: String,
        manager: String,
    },
}

/// A filter on groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum GroupFilter {
    All,
    Id(String),
    DisplayName(String),
    ExternalId(String),
    /// The groups of a user.
    Member(String),
    IdAndMember {
        id: String,
        member: String,
    },
}

impl UserFilter {
    /// Reads a filter; the store before 2025 (`old`) did not know `groups.value`.
    pub(crate) fn parse(filter: Option<&str>, old: bool) -> Result<Self, Refusal> {
        let Some(filter) = filter else { return Ok(Self::All) };
        match clauses(filter)?.as_slice() {
            [("id", id)] => Ok(Self::Id(id.clone())),
            [("userName", name)] => Ok(Self::UserName(name.clone())),
            [("externalId", id)] => Ok(Self::ExternalId(id.clone())),
            [("groups.value", group)] if !old => Ok(Self::Group(group.clone())),
            [("id", id), ("manager", manager)] | [("manager", manager), ("id", id)] => {
                Ok(Self::IdAndManager { id: id.clone(), manager: manager.clone() })
            }
            _ => Err(Refusal::Unparsable),
        }
    }
}

impl GroupFilter {
    /// Reads a filter; the store before 2025 (`old`) did not know `members.value`. AWS's prose says `member`, its
    /// sample `members`: both are taken.
    pub(crate) fn parse(filter: Option<&str>, old: bool) -> Result<Self, Refusal> {
        let Some(filter) = filter else { return Ok(Self::All) };
        match clauses(filter)?.as_slice() {
            [("id", id)] => Ok(Self::Id(id.clone())),
            [("displayName", name)] => Ok(Self::DisplayName(name.clone())),
            [("externalId", id)] => Ok(Self::ExternalId(id.clone())),
            [("members.value", member)] if !old => Ok(Self::Member(member.clone())),
            [("id", id), ("members" | "member", member)] | [("members" | "member", member), ("id", id)] => {
                Ok(Self::IdAndMember { id: id.clone(), member: member.clone() })
            }
            _ => Err(Refusal::Unparsable),
        }
    }
}

/// Splits `a eq "…" and b eq "…"` into names and values.
fn clauses(filter: &str) -> Result<Vec<(&str, String)>, Refusal> {
    let mut rest = filter;
    let mut clauses = Vec::new();
    loop {
        let (name, after) = word(rest)?;
        let (operator, after) = word(after)?;
        if operator != "eq" {
            return Err(Refusal::Unparsable);
        }
        let (value, after) = quoted(after.trim_start())?;
        clauses.push((name, value));
        if after.trim().is_empty() {
            return Ok(clauses);
        }
        let (conjunction, after_and) = word(after)?;
        if conjunction != "and" || !after.starts_with(' ') {
            return Err(Refusal::Unparsable);
        }
        rest = after_and;
    }
}

/// The next word and what stands behind the blank after it.
fn word(text: &str) -> Result<(&str, &str), Refusal> {
    text.trim_start().split_once(' ').ok_or(Refusal::Unparsable)
}

/// A value in double quotes, with JSON's escapes, and what stands behind it.
pub(super) fn quoted(text: &str) -> Result<(String, &str), Refusal> {
    if !text.starts_with('"') {
        return Err(Refusal::Unparsable);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    match values.next() {
        Some(Ok(value)) => Ok((value, &text[values.byte_offset()..])),
        _ => Err(Refusal::Unparsable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(filter: &str) -> Result<UserFilter, Refusal> {
        UserFilter::parse(Some(filter), false)
    }

    fn groups(filter: &str) -> Result<GroupFilter, Refusal> {
        GroupFilter::parse(Some(filter), false)
    }

    #[test]
    fn users_are_found_in_five_ways() {
        let of = |text: &str| text.to_owned();
        assert_eq!(users(r#"userName eq "ann@x.example""#), Ok(UserFilter::UserName(of("ann@x.example"))));
        assert_eq!(users(r#"externalId eq "00u1""#), Ok(UserFilter::ExternalId(of("00u1"))));
        assert_eq!(users(r#"groups.value eq "g1""#), Ok(UserFilter::Group(of("g1"))));
        assert_eq!(users(r#"id eq "u1""#), Ok(UserFilter::Id(of("u1"))));
        let pair = Ok(UserFilter::IdAndManager { id: of("u1"), manager: of("m1") });
        assert_eq!(users(r#"id eq "u1" and manager eq "m1""#), pair);
        assert_eq!(users(r#"manager eq "m1" and id eq "u1""#), pair);
    }

    #[test]
    fn groups_are_found_in_five_ways() {
        let of = |text: &str| text.to_owned();
        assert_eq!(
            groups(r#"displayName eq "R&D \"x\"\\""#),
            Ok(GroupFilter::DisplayName(of(r#"R&D "x"\"#)))
        );
        assert_eq!(groups(r#"externalId eq "00g1""#), Ok(GroupFilter::ExternalId(of("00g1"))));
        assert_eq!(groups(r#"members.value eq "u1""#), Ok(GroupFilter::Member(of("u1"))));
        assert_eq!(groups(r#"id eq "g1""#), Ok(GroupFilter::Id(of("g1"))));
        let pair = Ok(GroupFilter::IdAndMember { id: of("g1"), member: of("u1") });
        for filter in [
            r#"id eq "g1" and members eq "u1""#,
            r#"members eq "u1" and id eq "g1""#,
            r#"id eq "g1" and member eq "u1""#,
        ] {
            assert_eq!(groups(filter), pair, "{filter}");
        }
    }

    #[test]
    fn every_other_filter_is_refused() {
        for filter in [
            "",
            "userName",
            "userName eq ann",
            "userName eq 'ann'",
            r#"userName co "ann""#,
            r#"userName pr"#,
            r#"username eq "ann""#,
            r#"userName EQ "ann""#,
            r#"displayName eq "Ann""#,
            r#"userName eq "ann" or externalId eq "00u1""#,
            r#"userName eq "ann" and externalId eq "00u1""#,
            r#"userName eq "ann"and id eq "u""#,
            r#"(userName eq "ann")"#,
            r#"userName eq "ann" x"#,
            r#"userName eq "ann"#,
            r#"emails.value eq "ann@x.example""#,
            r#"emails[type eq "work"]"#,
            r#"id eq "a" and manager eq "b" and manager eq "b""#,
        ] {
            assert_eq!(users(filter), Err(Refusal::Unparsable), "{filter}");
        }
        for filter in
            [r#"displayName sw "a""#, r#"members eq "u1""#, r#"displayname eq "a""#, r#"userName eq "a""#]
        {
            assert_eq!(groups(filter), Err(Refusal::Unparsable), "{filter}");
        }
    }

    #[test]
    fn the_old_store_does_not_know_the_membership_filters() {
        assert_eq!(UserFilter::parse(Some(r#"groups.value eq "g""#), true), Err(Refusal::Unparsable));
        assert_eq!(GroupFilter::parse(Some(r#"members.value eq "u""#), true), Err(Refusal::Unparsable));
        assert!(GroupFilter::parse(Some(r#"id eq "g" and members eq "u""#), true).is_ok());
    }
}
