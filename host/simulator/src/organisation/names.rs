//! Names for people who are made up by the hundred.

/// Given names with the spelling they have in a mail address.
#[rustfmt::skip]
const GIVEN: [(&str, &str); 60] = [
    ("Amina", "amina"), ("André", "andre"), ("Anjali", "anjali"), ("Beatriz", "beatriz"), ("Björn", "bjorn"),
    ("Caoimhe", "caoimhe"), ("Chiara", "chiara"), ("Chloé", "chloe"), ("Daniel", "daniel"), ("Dmitri", "dmitri"),
    ("Eduardo", "eduardo"), ("Elif", "elif"), ("Emma", "emma"), ("Esther", "esther"), ("Farah", "farah"),
    ("Fatou", "fatou"), ("Finn", "finn"), ("Giulia", "giulia"), ("Grace", "grace"), ("Hannah", "hannah"),
    ("Hiroshi", "hiroshi"), ("Ibrahim", "ibrahim"), ("Ines", "ines"), ("Ivan", "ivan"), ("Jamal", "jamal"),
    ("José", "jose"), ("Jürgen", "juergen"), ("Kateřina", "katerina"), ("Kenji", "kenji"), ("Kwame", "kwame"),
    ("Laila", "laila"), ("Lars", "lars"), ("Linh", "linh"), ("Lucía", "lucia"), ("Magnus", "magnus"),
    ("Maja", "maja"), ("Mehmet", "mehmet"), ("Mei", "mei"), ("Nadia", "nadia"), ("Niamh", "niamh"),
    ("Nikolai", "nikolai"), ("Olga", "olga"), ("Omar", "omar"), ("Paula", "paula"), ("Petra", "petra"),
    ("Priya", "priya"), ("Rafael", "rafael"), ("Ravi", "ravi"), ("Rosa", "rosa"), ("Sakura", "sakura"),
    ("Sebastián", "sebastian"), ("Sofia", "sofia"), ("Søren", "soren"), ("Tariq", "tariq"), ("Tomás", "tomas"),
    ("Ulla", "ulla"), ("Wei", "wei"), ("Yara", "yara"), ("Zeynep", "zeynep"), ("Zoë", "zoe"),
];

/// Family names, likewise.
#[rustfmt::skip]
const FAMILY: [(&str, &str); 60] = [
    ("Abebe", "abebe"), ("Adeyemi", "adeyemi"), ("Andersson", "andersson"), ("Bauer", "bauer"), ("Becker", "becker"),
    ("Bianchi", "bianchi"), ("Castillo", "castillo"), ("Chen", "chen"), ("Costa", "costa"), ("Da Silva", "dasilva"),
    ("De Vries", "devries"), ("Demir", "demir"), ("Diallo", "diallo"), ("Dubois", "dubois"), ("Eriksen", "eriksen"),
    ("Fernández", "fernandez"), ("Fischer", "fischer"), ("García", "garcia"), ("Gupta", "gupta"), ("Haddad", "haddad"),
    ("Hansen", "hansen"), ("Horvat", "horvat"), ("Ivanova", "ivanova"), ("Jansen", "jansen"), ("Kaya", "kaya"),
    ("Kim", "kim"), ("Kowalski", "kowalski"), ("Kumar", "kumar"), ("Lefèvre", "lefevre"), ("López", "lopez"),
    ("Mbeki", "mbeki"), ("Meyer", "meyer"), ("Müller", "mueller"), ("Murphy", "murphy"), ("Nakamura", "nakamura"),
    ("Nguyễn", "nguyen"), ("Novák", "novak"), ("O'Brien", "obrien"), ("Okafor", "okafor"), ("Özdemir", "ozdemir"),
    ("Pereira", "pereira"), ("Petrov", "petrov"), ("Popescu", "popescu"), ("Rossi", "rossi"), ("Sato", "sato"),
    ("Schneider", "schneider"), ("Sharma", "sharma"), ("Singh", "singh"), ("Smith", "smith"), ("Suzuki", "suzuki"),
    ("Tanaka", "tanaka"), ("Tremblay", "tremblay"), ("Usman", "usman"), ("Van Dijk", "vandijk"), ("Virtanen", "virtanen"),
    ("Wang", "wang"), ("Weber", "weber"), ("Yılmaz", "yilmaz"), ("Zhang", "zhang"), ("Zieliński", "zielinski"),
];

/// What departments are called.
const DEPARTMENTS: [&str; 8] =
    ["Engineering", "Finance", "Legal", "Marketing", "Operations", "People", "R&D", "Sales"];

/// What their people do.
const TITLES: [&str; 6] = ["Analyst", "Assistant", "Engineer", "Lead", "Manager", "Specialist"];

/// Words for the names of groups.
const GROUP_WORDS: [&str; 24] = [
    "analytics",
    "apps",
    "archive",
    "billing",
    "build",
    "catalog",
    "checkout",
    "data",
    "edge",
    "fleet",
    "identity",
    "inventory",
    "ledger",
    "logistics",
    "mobile",
    "network",
    "payments",
    "platform",
    "pricing",
    "search",
    "security",
    "storage",
    "support",
    "web",
];

/// What members of a group may do.
const GROUP_ROLES: [&str; 6] = ["admins", "audit", "dev", "ops", "poweruser", "readonly"];

/// A made-up person.
pub(super) struct Person {
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    /// The part of a mail address before the `@`.
    pub(super) mailbox: String,
    pub(super) department: &'static str,
    pub(super) title: &'static str,
}

/// The `index`-th person; no two have one mailbox. People 3600 apart share their name and are told apart by a number.
pub(super) fn person(index: usize) -> Person {
    let (given, given_ascii) = GIVEN[index % GIVEN.len()];
    // The rounds shift against each other, so that each of the 60 × 60 pairs comes once.
    let (family, family_ascii) = FAMILY[(index + index / GIVEN.len()) % FAMILY.len()];
    let round = index / (GIVEN.len() * FAMILY.len());
    let number = if round == 0 { String::new() } else { (round + 1).to_string() };
    Person {
        given,
        family,
        mailbox: format!("{given_ascii}.{family_ascii}{number}"),
        department: DEPARTMENTS[index % DEPARTMENTS.len()],
        title: TITLES[index % TITLES.len()],
    }
}

/// The name of the `index`-th group; no two are the same.
pub(super) fn group(index: usize) -> String {
    let word = GROUP_WORDS[index % GROUP_WORDS.len()];
    let role = GROUP_ROLES[(index / GROUP_WORDS.len()) % GROUP_ROLES.len()];
    match index / (GROUP_WORDS.len() * GROUP_ROLES.len()) {
        0 => format!("aws-{word}-{role}"),
        round => format!("aws-{word}-{role}-{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn ten_thousand_people_have_ten_thousand_mailboxes() {
        let mailboxes: BTreeSet<String> = (0..10_000).map(|index| super::person(index).mailbox).collect();
        assert_eq!(mailboxes.len(), 10_000);
    }

    #[test]
    fn the_first_3600_people_have_different_names() {
        let names: BTreeSet<_> =
            (0..3600).map(super::person).map(|person| (person.given, person.family)).collect();
        assert_eq!(names.len(), 3600);
    }

    #[test]
    fn five_hundred_groups_have_five_hundred_names() {
        let names: BTreeSet<String> = (0..500).map(super::group).collect();
        assert_eq!(names.len(), 500);
    }
}
