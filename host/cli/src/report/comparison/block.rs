//! People, or groups, of whom the same is to be said: told once, whatever their number.

use std::collections::BTreeMap;

use usher_core::compare::{GroupDifference, NamedGroup, Pair, PersonDifference, Said, Verdict};
use usher_core::content::Why;
use usher_core::plan::AttributeChange;

/// What B means for them, as A has it. Losses are told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Takes,
    Changes,
    Gives,
    /// Nothing but the reason is another.
    OtherReason,
}

/// Those of whom the same is said, for the same rules.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'a> {
    pub(super) kind: Kind,
    pub(super) verdicts: Pair<Verdict>,
    /// None where nobody was asked.
    pub(super) whys: Pair<Option<Because<'a>>>,
    /// What holds of all of them.
    pub(super) facts: Vec<Fact<'a>>,
    pub(super) members: Vec<Member<'a>>,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    /// What holds of this one.
    pub(super) facts: Vec<Fact<'a>>,
}

/// The rule that they have in common, and its message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Because<'a> {
    pub(super) why: &'a Why,
    /// Of whom the message is, where others have another.
    pub(super) of: Option<&'a str>,
}

/// What becomes otherwise.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fact<'a> {
    Account(&'a [AttributeChange]),
    Joins(Vec<&'a str>),
    Leaves(Vec<&'a str>),
    Becomes(Pair<Vec<&'a str>>),
}

/// What those of one block have in common: what B means, the verdicts, the policies and rules, the groups gained and lost.
type Key<'a> = (Kind, Pair<Verdict>, Pair<Option<(&'a str, &'a str)>>, Pair<&'a [NamedGroup]>);

/// Someone or something of which the two say something else.
trait Differing {
    fn kind(&self) -> Kind;
    fn name(&self) -> &str;
    fn said(&self) -> &Pair<Said>;
    /// Groups gained and lost.
    fn moves(&self) -> Pair<&[NamedGroup]>;
    /// What is told of this one.
    fn own(&self) -> Option<Fact<'_>>;
}

impl Differing for PersonDifference {
    fn kind(&self) -> Kind {
        match (self.takes_away(), self.gives()) {
            (true, _) => Kind::Takes,
            (_, true) => Kind::Gives,
            _ => Kind::Changes,
        }
    }

    fn name(&self) -> &str {
        &self.login
    }

    fn said(&self) -> &Pair<Said> {
        &self.said
    }

    fn moves(&self) -> Pair<&[NamedGroup]> {
        Pair { a: &self.lost, b: &self.gained }
    }

    fn own(&self) -> Option<Fact<'_>> {
        (!self.account.is_empty()).then_some(Fact::Account(&self.account))
    }
}

impl Differing for GroupDifference {
    fn kind(&self) -> Kind {
        match (self.takes_away(), self.gives()) {
            (true, _) => Kind::Takes,
            (_, true) => Kind::Gives,
            _ => Kind::Changes,
        }
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn said(&self) -> &Pair<Said> {
        &self.said
    }

    fn moves(&self) -> Pair<&[NamedGroup]> {
        Pair { a: &[], b: &[] }
    }

    fn own(&self) -> Option<Fact<'_>> {
        (!self.becomes.is_same()).then(|| Fact::Becomes(self.becomes.map(|groups| names(groups))))
    }
}

/// People of whom something else becomes.
pub(super) fn people(people: &[PersonDifference]) -> Vec<Block<'_>> {
    blocks(people, None)
}

/// Groups of which something else becomes.
pub(super) fn groups(groups: &[GroupDifference]) -> Vec<Block<'_>> {
    blocks(groups, None)
}

/// People who are decided the same for another reason.
pub(super) fn people_by_reason(people: &[PersonDifference]) -> Vec<Block<'_>> {
    blocks(people, Some(Kind::OtherReason))
}

/// Groups that are decided the same for another reason.
pub(super) fn groups_by_reason(groups: &[GroupDifference]) -> Vec<Block<'_>> {
    blocks(groups, Some(Kind::OtherReason))
}

fn blocks<D: Differing>(differing: &[D], kind: Option<Kind>) -> Vec<Block<'_>> {
    let mut alike = BTreeMap::<Key<'_>, Vec<&D>>::new();
    for one in differing {
        let verdicts = one.said().map(|said| said.verdict);
        let Pair { a, b } = one.said();
        let rules = Pair { a: rule(a), b: rule(b) };
        alike.entry((kind.unwrap_or(one.kind()), verdicts, rules, one.moves())).or_default().push(one);
    }
    alike
        .into_iter()
        .map(|((kind, verdicts, _, moves), members)| block(kind, verdicts, moves, &members))
        .collect()
}

fn rule(said: &Said) -> Option<(&str, &str)> {
    said.why.as_ref().map(|why| (why.policy.as_str(), why.rule.as_str()))
}

fn block<'a, D: Differing>(
    kind: Kind,
    verdicts: Pair<Verdict>,
    moves: Pair<&'a [NamedGroup]>,
    differing: &[&'a D],
) -> Block<'a> {
    let mut facts = Vec::new();
    let mut members: Vec<Member<'a>> = differing
        .iter()
        .map(|one| Member { name: one.name(), facts: one.own().into_iter().collect() })
        .collect();
    // What is the same of all of them is told once.
    if let Some((first, others)) = members.split_first()
        && others.iter().all(|other| other.facts == first.facts)
    {
        for member in &mut members {
            facts = std::mem::take(&mut member.facts);
        }
    }
    if !moves.a.is_empty() {
        facts.push(Fact::Leaves(names(moves.a)));
    }
    if !moves.b.is_empty() {
        facts.push(Fact::Joins(names(moves.b)));
    }
    let whys = Pair { a: because(differing, |said| &said.a), b: because(differing, |said| &said.b) };
    Block { kind, verdicts, whys, facts, members }
}

/// The reason of the first, and whether it is that of all.
fn because<'a, D: Differing>(
    differing: &[&'a D],
    side: impl Fn(&'a Pair<Said>) -> &'a Said,
) -> Option<Because<'a>> {
    let why = |one: &&'a D| side(one.said()).why.as_ref();
    let (first, others) = differing.split_first()?;
    let told = why(first)?;
    let is_of_all = others.iter().all(|other| why(other).is_some_and(|it| it.message == told.message));
    Some(Because { why: told, of: (!is_of_all).then(|| first.name()) })
}

fn names(groups: &[NamedGroup]) -> Vec<&str> {
    groups.iter().map(|group| group.display_name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use usher_core::id::OktaUserId;

    use super::*;

    fn said(verdict: Verdict, rule: &str, message: &str) -> Said {
        let why = Why { policy: "rules".into(), rule: rule.into(), message: message.into() };
        Said { verdict, why: Some(why) }
    }

    fn skipped(login: &str, message: &str) -> PersonDifference {
        PersonDifference {
            id: OktaUserId::new(login),
            login: login.into(),
            said: Pair {
                a: said(Verdict::Sync, "default", ""),
                b: said(Verdict::Skip, "no-contractors", message),
            },
            account: Vec::new(),
            gained: Vec::new(),
            lost: Vec::new(),
        }
    }

    fn titled(login: &str, title: &str) -> PersonDifference {
        let title = AttributeChange { attribute: "title".into(), before: None, after: Some(title.into()) };
        let said = said(Verdict::Sync, "default", "");
        let said = Pair { a: said.clone(), b: said };
        PersonDifference { said, account: vec![title], ..skipped(login, "") }
    }

    fn told<'a>(block: &Block<'a>) -> Vec<&'a str> {
        block.members.iter().map(|member| member.name).collect()
    }

    #[test]
    fn people_of_whom_the_same_is_said_are_told_together_and_losses_first() {
        let people =
            [titled("ann", "Dr"), skipped("bob", "is one"), titled("cem", "Dr"), skipped("dan", "is one")];
        let blocks = super::people(&people);
        assert_eq!(blocks.iter().map(told).collect::<Vec<_>>(), [["bob", "dan"], ["ann", "cem"]]);
        assert_eq!((blocks[0].kind, blocks[1].kind), (Kind::Takes, Kind::Changes));
        assert_eq!(blocks[1].facts, [Fact::Account(&people[0].account)]);
        assert!(blocks[1].members.iter().all(|member| member.facts.is_empty()));
    }

    #[test]
    fn what_is_another_of_each_is_told_of_each() {
        let people = [titled("ann", "Dr"), titled("cem", "Sir")];
        let blocks = super::people(&people);
        assert_eq!(blocks.len(), 1);
        assert_eq!(blocks[0].facts, []);
        assert_eq!(blocks[0].members[1].facts, [Fact::Account(&people[1].account)]);
    }

    #[test]
    fn a_message_that_is_not_that_of_all_says_of_whom_it_is() {
        let people = [skipped("bob", "bob is one"), skipped("dan", "dan is one")];
        let blocks = super::people(&people);
        assert_eq!(blocks.len(), 1);
        let because = blocks[0].whys.b.as_ref().expect("a reason");
        assert_eq!((because.why.message.as_str(), because.of), ("bob is one", Some("bob")));
        assert_eq!(blocks[0].whys.a.as_ref().and_then(|because| because.of), None);
    }
}
