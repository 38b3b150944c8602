//! The small organisation of `usher demo`: people with names of many scripts, and every awkward case once.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::generated::generated_user;
use super::names::Person;
use super::{Group, GroupType, Organisation, User, UserStatus, long_ago, names};

/// How many people the large group has.
const FIELD_SALES: usize = 250;

/// Mailbox, given name, family name, department, title, and the groups they are in.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static [&'static str]);

/// Who they are.
#[rustfmt::skip]
const PEOPLE: [Row; 27] = [
    ("ada.lovelace", "Ada", "Lovelace", "R&D", "Principal Engineer", &["aws-admins", "R&D", "data-platform"]),
    ("amal.haddad", "أمل", "حداد", "Finance", "Controller", &["aws-billing", "aws-auditors"]),
    ("ana.garcia", "Ana María", "García Márquez", "Engineering", "Engineer", &["xx_dev", "data-platform"]),
    ("anna.schmidt", "Anna-Lena", "Schmidt", "Engineering", "Engineer", &["xx_devops"]),
    ("arjun.rao", "अर्जुन", "राव", "R&D", "Researcher", &["R&D"]),
    ("bjork.jonsdottir", "Björk", "Jónsdóttir", "Engineering", "Team Lead", &["aws-admins", "xx_devops"]),
    ("chidi.okafor", "Chidi", "Ọkáfọ̀", "Operations", "Engineer", &["xx_devops"]),
    ("dong.nguyen", "Đông", "Nguyễn", "Engineering", "Engineer", &["xx_dev"]),
    ("eleni.papadaki", "Ελένη", "Παπαδάκη", "Legal", "Counsel", &["aws-auditors"]),
    ("fatima.zahra", "Fatima Zahra", "El Idrissi", "Finance", "Analyst", &["aws-billing"]),
    ("grace.hopper", "Grace", "Hopper", "R&D", "Engineer", &["R&D", "xx_dev"]),
    ("hiroshi.tanaka", "浩", "田中", "東京", "エンジニア", &["東京オフィス", "xx_dev"]),
    ("ines.dacosta", "Inês", "da Costa", "Operations", "Engineer", &["xx_devops", "data-platform"]),
    ("jerome.leveque", "Jérôme", "L'Évêque", "Engineering", "Engineer", &["xx_dev"]),
    ("kim.minjun", "민준", "김", "R&D", "Researcher", &["R&D", "data-platform"]),
    ("lukasz.wojcik", "Łukasz", "Wójcik", "Engineering", "Engineer", &["xx_dev"]),
    ("mariam.beridze", "მარიამ", "ბერიძე", "Finance", "Accountant", &["aws-billing"]),
    ("nino.rossi", "Nino", "Rossi", "Engineering", "Engineer", &["xx_devops"]),
    ("olena.shevchenko", "Олена", "Шевченко", "Engineering", "Engineer", &["xx_dev", "data-platform"]),
    ("ofer.levi", "עופר", "לוי", "R&D", "Researcher", &["R&D"]),
    ("sakura.sato", "さくら", "佐藤", "東京", "マネージャー", &["東京オフィス", "aws-auditors"]),
    ("sean.obrien", "Seán", "O’Brien", "Operations", "Engineer", &["aws-admins", "xx_devops"]),
    ("somchai.suksawat", "สมชาย", "สุขสวัสดิ์", "Operations", "Engineer", &["xx_devops"]),
    ("tigran.petrosyan", "Տիգրան", "Պետրոսյան", "R&D", "Researcher", &["R&D"]),
    ("wei.zhang", "伟", "张", "Engineering", "Engineer", &["xx_dev", "data-platform"]),
    ("yilmaz.isik", "Yılmaz", "Işık", "Engineering", "Engineer", &["xx_dev"]),
    ("zoe.muller", "Zoë", "Müller-Lüdenscheidt", "Legal", "Counsel", &["aws-auditors"]),
];

/// What the groups are for. The last one has no members.
const GROUPS: [(&str, &str); 10] = [
    ("aws-admins", "Everything, everywhere"),
    ("aws-auditors", "Reads everything, changes nothing"),
    ("aws-billing", "Invoices and budgets"),
    ("R&D", "Research & development"),
    ("xx_dev", "Developers of product xx"),
    ("xx_devops", "Those who run product xx"),
    ("data-platform", "The data platform's people"),
    ("東京オフィス", "The Tokyo office"),
    ("field-sales", "Everyone who sells"),
    ("aws-break-glass", "Empty until it burns"),
];

impl Organisation {
    /// Thirty-one people with names of many scripts and 250 more in `field-sales`; ten groups (an empty one, `xx_dev`
    /// beside `xx_devops`, `R&D`) and Okta's own `Everyone`; a person without a last name, a suspended and a
    /// deprovisioned one (both still members), and one whose login is not the mail address.
    pub fn human() -> Self {
        let now = long_ago();
        let mut organisation = Self::default();
        let mut groups: Vec<Group> = GROUPS
            .iter()
            .map(|(name, description)| Group::new(name, GroupType::Okta, now).described(description))
            .collect();
        let mut add = |user: User, names: &[&str]| {
            for group in groups.iter_mut().filter(|group| names.contains(&group.name())) {
                group.members.insert(user.id.clone());
            }
            organisation.insert_user(user);
        };
        for (mailbox, given, family, department, title, groups) in PEOPLE {
            let profile = profile(mailbox, given, Some(family), department, title);
            add(User::new(profile, UserStatus::Active, now), groups);
        }
        awkward_people(now).into_iter().for_each(|(user, groups)| add(user, groups));
        let is_new = |person: &Person| PEOPLE.iter().all(|(mailbox, ..)| *mailbox != person.mailbox);
        for person in (0..).map(names::person).filter(is_new).take(FIELD_SALES) {
            let mut user = generated_user(&person, now);
            user.fields["profile"]["department"] = json!("Sales");
            add(user, &["field-sales"]);
        }
        groups.into_iter().for_each(|group| organisation.insert_group(group));
        organisation.add_everyone(now);
        organisation
    }
}

fn awkward_people(now: Timestamp) -> Vec<(User, &'static [&'static str])> {
    // An Indonesian with one name: Okta sends null once an administrator made the last name optional.
    let one_name = profile("suharti", "Suharti", None, "Operations", "Engineer");
    let mut other_login = profile("margaret.hamilton", "Margaret", Some("Hamilton"), "R&D", "Director");
    other_login.insert("login".to_owned(), json!("mhamilton@corp.example.com"));
    other_login.insert("secondEmail".to_owned(), Value::Null);
    let suspended = profile("pavel.novak", "Pavel", Some("Novák"), "Engineering", "Engineer");
    let deprovisioned = profile("rita.levi", "Rita", Some("Levi-Montalcini"), "R&D", "Researcher");
    vec![
        (User::new(one_name, UserStatus::Active, now), &["xx_devops"]),
        (User::new(other_login, UserStatus::Active, now), &["aws-admins", "R&D"]),
        (User::new(suspended, UserStatus::Suspended, now), &["xx_dev"]),
        (User::new(deprovisioned, UserStatus::Deprovisioned, now), &["R&D", "xx_dev"]),
    ]
}

/// The profile of someone at example.com; no family name is null, as Okta sends it.
pub(super) fn profile(
    mailbox: &str,
    given: &str,
    family: Option<&str>,
    department: &str,
    title: &str,
) -> Map<String, Value> {
    let address = format!("{mailbox}@example.com");
    let mut profile = Map::new();
    profile.insert("login".to_owned(), json!(address));
    profile.insert("email".to_owned(), json!(address));
    profile.insert("firstName".to_owned(), json!(given));
    profile.insert("lastName".to_owned(), json!(family));
    profile.insert("department".to_owned(), json!(department));
    profile.insert("title".to_owned(), json!(title));
    profile
}

#[cfg(test)]
mod tests {
    use crate::Organisation;

    #[test]
    fn every_awkward_case_is_there_once() {
        let organisation = Organisation::human();
        let members = |name: &str| organisation.group_by_name(name).unwrap().members.len();
        assert_eq!(organisation.users().len(), 281);
        assert_eq!(organisation.groups().len(), 11);
        assert_eq!(members("field-sales"), 250);
        assert_eq!(members("aws-break-glass"), 0);
        assert_eq!(members("Everyone"), 281);
        assert_eq!((members("xx_dev"), members("xx_devops"), members("R&D")), (11, 8, 8));
        let count = |status: &str| organisation.users().filter(|user| user.status() == status).count();
        assert_eq!((count("SUSPENDED"), count("DEPROVISIONED"), count("ACTIVE")), (1, 1, 279));
        let nameless = organisation.users().filter(|user| user.attribute("lastName").is_none()).count();
        assert_eq!(nameless, 1);
        let other_login =
            organisation.users().filter(|user| user.attribute("email") != Some(user.login())).count();
        assert_eq!(other_login, 1);
    }

    #[test]
    fn ids_have_the_shape_of_oktas() {
        let organisation = Organisation::human();
        let is_shaped = |id: &str, prefix: &str| id.len() == 20 && id.starts_with(prefix);
        assert!(organisation.users().all(|user| is_shaped(&user.id, "00u")));
        assert!(organisation.groups().all(|group| is_shaped(&group.id, "00g")));
    }
}
