//! What two policies make of the same, told as text, as Markdown and as JSON: the same facts. `block` puts together what has the same
//! to be said of it.

mod block;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod text;

use usher_core::compare::{Compared, Comparison, Pair};
use usher_core::content::Type;
use usher_core::plan_hash::PlanHash;

use super::plan::count;
use super::result::PolicyReport;

/// Everything there is to tell of a comparison.
pub(crate) struct ComparisonReport {
    pub(crate) comparison: Comparison,
    pub(crate) sides: Pair<SideReport>,
    /// The policy of a row whose place was taken on both sides.
    pub(crate) replaced: Option<String>,
    /// The file with what both saw.
    pub(crate) snapshot: String,
    /// Whether names in it were replaced.
    pub(crate) redacted: bool,
}

/// What there is to tell of one side.
pub(crate) struct SideReport {
    /// What a person calls it.
    pub(crate) shown: String,
    /// Who decided, in the order in which they were asked.
    pub(crate) policies: Vec<PolicyReport>,
    /// The plan in a line.
    pub(crate) summary: String,
    /// How many operations it has.
    pub(crate) operations: usize,
    pub(crate) hash: PlanHash,
    /// Why the guards would refuse it, a line each; none where they would not.
    pub(crate) refused: Vec<String>,
}

/// One line that counts what differs.
fn headline(comparison: &Comparison) -> String {
    let Comparison { groups, people, operations, conflicts } = comparison;
    let (all_people, all_groups) = (count(people.compared, "person"), count(groups.compared, "group"));
    if comparison.is_same() {
        return format!(
            "Nothing differs: {all_people} and {all_groups} are decided the same for the same reasons, and the plans are \
             the same."
        );
    }
    let (others_of_people, others_of_groups) = (people.otherwise.len(), groups.otherwise.len());
    let is_all_the_same = others_of_people + others_of_groups == 0;
    let mut told = match is_all_the_same {
        true => format!("{all_people} and {all_groups} are decided the same"),
        false => format!(
            "{others_of_people} of {all_people} and {others_of_groups} of {all_groups} are decided otherwise"
        ),
    };
    let others = [(reasons(people), "person"), (reasons(groups), "group")];
    let others: Vec<String> = others
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    if !others.is_empty() {
        let others = others.join(" and ");
        match is_all_the_same {
            true => told.push_str(&format!(", but {others} for another reason")),
            false => told.push_str(&format!("; {others} the same for another reason")),
        }
    }
    let subjects = |wanted: Type| operations.iter().filter(|moved| moved.subject.r#type == wanted).count();
    let differing = [(subjects(Type::User), "person"), (subjects(Type::Group), "group")];
    let differing: Vec<String> = differing
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    match differing.is_empty() {
        true => told.push_str(". The plans are the same."),
        false => told.push_str(&format!(". The plans differ for {}.", differing.join(" and "))),
    }
    let contested = conflicts.a.len() + conflicts.b.len();
    if contested > 0 {
        told.push_str(&format!(" {} in one of them alone.", count(contested, "conflict")));
    }
    told
}

fn reasons<D>(compared: &Compared<D>) -> usize {
    compared.other_reason.len()
}

#[cfg(test)]
mod tests {
    use usher_core::content::Object;
    use usher_core::moved::Moved;

    use super::*;

    fn comparison() -> Comparison {
        Comparison {
            groups: Compared { compared: 1, otherwise: Vec::new(), other_reason: Vec::new() },
            people: Compared { compared: 2, otherwise: Vec::new(), other_reason: Vec::new() },
            operations: Vec::new(),
            conflicts: Pair::default(),
        }
    }

    #[test]
    fn that_nothing_differs_is_said() {
        assert_eq!(
            headline(&comparison()),
            "Nothing differs: 2 people and 1 group are decided the same for the same reasons, and the plans are the same."
        );
    }

    #[test]
    fn plans_that_differ_are_told_though_the_decisions_are_the_same() {
        let moved = |r#type, name: &str| Moved {
            subject: Object { r#type, id: None, external_id: None, name: name.to_owned() },
            no_longer: Vec::new(),
            now: vec!["delete".to_owned()],
        };
        let mut comparison = comparison();
        comparison.operations = vec![moved(Type::User, "ann"), moved(Type::Group, "choir")];
        assert_eq!(
            headline(&comparison),
            "2 people and 1 group are decided the same. The plans differ for 1 person and 1 group."
        );
    }
}
