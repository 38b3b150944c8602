//! A snapshot that can be handed on: names, addresses, values and ids are others, and what a policy and a plan rest on stays where
//! it can: equality (with and without regard to case), shape and length, what is absent, who is in which group, and order where it
//! does not tell what was replaced.
//!
//! Texts are replaced word by word and everywhere by the same words, so that what is put together from others
//! (`firstName + " " + lastName`, `department + "@" + …`) still is: see [`Redactor::text`].

use std::collections::{BTreeMap, BTreeSet};

use usher_core::account::{Account, Address, PersonName, Work};
use usher_core::actual::{Actual, ActualGroup, ActualUser};
use usher_core::id::{GroupKey, OktaGroupId, OktaUserId, ScimGroupId, ScimUserId};
use usher_core::source::{Attributes, SourceGroup, SourceReading, SourceUser, Value};

use super::pseudonyms::Pseudonyms;
use super::{LookedUp, Snapshot};
use crate::session::Candidates;

/// The names of Okta's own profile attributes (reference okta.md §3.2): the same in every organisation, and what the host's draft
/// of an account is made of.
const OKTAS_OWN: &[&str] = &[
    "city",
    "costCenter",
    "countryCode",
    "department",
    "displayName",
    "division",
    "email",
    "employeeNumber",
    "firstName",
    "honorificPrefix",
    "honorificSuffix",
    "lastName",
    "locale",
    "login",
    "manager",
    "managerId",
    "middleName",
    "mobilePhone",
    "nickName",
    "organization",
    "postalAddress",
    "preferredLanguage",
    "primaryPhone",
    "profileUrl",
    "secondEmail",
    "state",
    "streetAddress",
    "timezone",
    "title",
    "userType",
    "zipCode",
];

/// Words that say what a text is and nothing about anybody.
const KEPT_WORDS: &[&str] = &["http", "https"];

/// What stands before a key that a policy chose.
const CHOSEN: &str = "usher-";

/// A redacted snapshot, and what it lost.
#[derive(Clone, Debug)]
pub struct Redacted {
    /// The snapshot.
    pub snapshot: Snapshot,
    /// What rules can no longer see in it: whole sentences for a person.
    pub lost: Vec<String>,
}

impl Snapshot {
    /// The same with other names, addresses, values and ids. `keep_group_names` keeps the names of groups and of custom
    /// attributes, and the keys that policies chose.
    pub fn redacted(self, keep_group_names: bool) -> Redacted {
        self.redacted_by(keep_group_names, fastrand::Rng::new())
    }

    fn redacted_by(self, keep_group_names: bool, mut random: fastrand::Rng) -> Redacted {
        let mut redactor = Redactor { keep_group_names, ..Redactor::default() };
        // The same way twice, so that nothing is replaced that was not noted: first to note, then to replace.
        let custom = custom_attributes(&self);
        let noted = redactor.snapshot(self);
        redactor.pseudonyms.draw(&mut random);
        let attributes = custom.len();
        if !keep_group_names {
            let names = custom.into_iter().enumerate();
            redactor.attributes = names.map(|(at, name)| (name, format!("custom{:03}", at + 1))).collect();
        }
        redactor.is_noting = false;
        let mut snapshot = redactor.snapshot(noted);
        snapshot.redacted = true;
        Redacted { snapshot, lost: lost(keep_group_names, attributes) }
    }
}

fn lost(keep_group_names: bool, custom_attributes: usize) -> Vec<String> {
    let mut lost = vec![
        "every word and number is another one: rules that compare with a text, a number or a date of their own, or look it up in \
         a table, no longer find it"
            .to_owned(),
        "words and numbers keep their order only among those of the same length, and not even there where more than about a fifth of \
         what is possible occurs, such as single digits; e-mail addresses have other domains"
            .to_owned(),
        "groups whose key holds a digest of their name count as other groups".to_owned(),
    ];
    lost.push(if keep_group_names {
        format!(
            "the names of groups and of custom attributes ({custom_attributes}) are kept, and with them what they tell"
        )
    } else {
        format!(
            "the names of groups and of custom attributes ({custom_attributes}) are others: rules that go by them no longer find \
             them (--keep-group-names keeps them)"
        )
    });
    lost
}

/// Attributes that an organisation made up.
fn custom_attributes(snapshot: &Snapshot) -> BTreeSet<String> {
    let of_users = snapshot.reading.users.values().flat_map(|user| user.profile.keys());
    let of_groups = snapshot.groups.iter().flat_map(|group| group.attributes.keys());
    of_users.chain(of_groups).filter(|name| !OKTAS_OWN.contains(&name.as_str())).cloned().collect()
}

#[derive(Debug)]
struct Redactor {
    keep_group_names: bool,
    /// While noting, everything comes out as it went in.
    is_noting: bool,
    pseudonyms: Pseudonyms,
    /// All ids, to know one that stands as a value.
    ids: BTreeSet<String>,
    /// Other names of custom attributes.
    attributes: BTreeMap<String, String>,
}

impl Default for Redactor {
    fn default() -> Self {
        Self {
            keep_group_names: false,
            is_noting: true,
            pseudonyms: Pseudonyms::default(),
            ids: BTreeSet::new(),
            attributes: BTreeMap::new(),
        }
    }
}

impl Redactor {
    fn snapshot(&mut self, snapshot: Snapshot) -> Snapshot {
        let Snapshot { now, candidates, groups, reading, whereabouts, actual, unread, looked_up, redacted } =
            snapshot;
        // Ids first: they are known when texts are met that are ids.
        let SourceReading { groups: _, users, members } = reading;
        let members = members
            .into_iter()
            .map(|(group, people)| {
                (self.okta_group(group), people.into_iter().map(|it| self.okta_user(it)).collect())
            })
            .collect::<BTreeMap<OktaGroupId, BTreeSet<OktaUserId>>>();
        let whereabouts = whereabouts.into_iter().map(|(id, place)| (self.okta_user(id), place)).collect();
        let groups: Vec<SourceGroup> = groups.into_iter().map(|group| self.group(group)).collect();
        let users = users.into_values().map(|user| self.user(user)).map(|user| (user.id.clone(), user));
        let users = users.collect();
        let candidates = match candidates {
            Candidates::All => Candidates::All,
            Candidates::Named(names) => {
                Candidates::Named(names.iter().map(|name| self.group_name(name)).collect())
            }
        };
        let looked_up = LookedUp {
            users: looked_up.users.into_iter().map(|id| self.okta_user(id)).collect(),
            groups: looked_up
                .groups
                .into_iter()
                .map(|key| GroupKey::new(self.external_id(key.as_str())))
                .collect(),
        };
        let read = groups.iter().filter(|group| members.contains_key(&group.id));
        let read = read.map(|group| (group.id.clone(), group.clone())).collect();
        Snapshot {
            now,
            candidates,
            reading: SourceReading { groups: read, users, members },
            groups,
            whereabouts,
            actual: self.actual(actual),
            unread: unread.into_iter().map(|id| self.scim_group(id)).collect(),
            looked_up,
            redacted,
        }
    }

    fn actual(&mut self, actual: Actual) -> Actual {
        let Actual { users, groups, members, completeness } = actual;
        let members = members
            .into_iter()
            .map(|(group, people)| {
                (self.scim_group(group), people.into_iter().map(|it| self.scim_user(it)).collect())
            })
            .collect();
        let groups = groups.into_values().map(|ActualGroup { id, external_id, display_name }| {
            let id = self.scim_group(id);
            let external_id = external_id.map(|it| self.external_id(&it));
            (id.clone(), ActualGroup { id, external_id, display_name: self.group_name(&display_name) })
        });
        let groups = groups.collect();
        let users = users.into_values().map(|ActualUser { id, external_id, account }| {
            let id = self.scim_user(id);
            let external_id = external_id.map(|it| self.external_id(&it));
            (id.clone(), ActualUser { id, external_id, account: self.account(account) })
        });
        Actual { users: users.collect(), groups, members, completeness }
    }

    fn group(&mut self, group: SourceGroup) -> SourceGroup {
        let SourceGroup { id, name, description, origin, attributes } = group;
        SourceGroup {
            id: self.okta_group(id),
            name: self.group_name(&name),
            description: description.map(|it| self.text(&it)),
            origin,
            attributes: self.values(attributes),
        }
    }

    fn user(&mut self, user: SourceUser) -> SourceUser {
        let SourceUser { id, status, profile } = user;
        SourceUser { id: self.okta_user(id), status, profile: self.values(profile) }
    }

    fn values(&mut self, attributes: Attributes) -> Attributes {
        let replaced = attributes.into_iter().map(|(name, value)| {
            let value = self.value(value);
            (self.attributes.get(&name).cloned().unwrap_or(name), value)
        });
        replaced.collect()
    }

    /// Whether something is true or false says little and decides much: it stays.
    fn value(&mut self, value: Value) -> Value {
        match value {
            Value::Boolean(truth) => Value::Boolean(truth),
            Value::Text(text) => Value::Text(self.text(&text)),
            Value::Texts(texts) => Value::Texts(texts.iter().map(|text| self.text(text)).collect()),
            Value::Integer(number) => Value::Integer(self.integer(number)),
            Value::Integers(numbers) => {
                Value::Integers(numbers.into_iter().map(|number| self.integer(number)).collect())
            }
            Value::Number(number) => Value::Number(self.number(number)),
            Value::Numbers(numbers) => {
                Value::Numbers(numbers.into_iter().map(|number| self.number(number)).collect())
            }
        }
    }

    /// As its digits are replaced where they stand in a text. One of 19 digits may become too large, and is then the largest.
    fn integer(&mut self, number: i64) -> i64 {
        self.text(&number.to_string()).parse().unwrap_or(i64::MAX)
    }

    fn number(&mut self, number: f64) -> f64 {
        let mut text = self.text(&number.to_string());
        // 3.60 would be the same number as 3.6, which stands for another.
        if text.contains('.') && text.ends_with('0') {
            text.push('1');
        }
        text.parse().unwrap_or(f64::MAX)
    }

    fn account(&mut self, account: Account) -> Account {
        let Account {
            user_name,
            active,
            display_name,
            name,
            email,
            phone,
            nick_name,
            title,
            user_type,
            profile_url,
            preferred_language,
            locale,
            timezone,
            address,
            work,
        } = account;
        let PersonName { given, family, formatted, middle, prefix, suffix } = name;
        Account {
            user_name: self.text(&user_name),
            active,
            display_name: self.text(&display_name),
            name: PersonName {
                given: self.text(&given),
                family: self.text(&family),
                formatted: self.optional(formatted),
                middle: self.optional(middle),
                prefix: self.optional(prefix),
                suffix: self.optional(suffix),
            },
            email: self.optional(email),
            phone: self.optional(phone),
            nick_name: self.optional(nick_name),
            title: self.optional(title),
            user_type: self.optional(user_type),
            profile_url: self.optional(profile_url),
            preferred_language: self.optional(preferred_language),
            locale: self.optional(locale),
            timezone: self.optional(timezone),
            address: address.map(|it| self.address(it)),
            work: work.map(|it| self.work(it)),
        }
    }

    fn address(&mut self, address: Address) -> Address {
        let Address { formatted, street, locality, region, postal_code, country } = address;
        Address {
            formatted: self.optional(formatted),
            street: self.optional(street),
            locality: self.optional(locality),
            region: self.optional(region),
            postal_code: self.optional(postal_code),
            country: self.optional(country),
        }
    }

    fn work(&mut self, work: Work) -> Work {
        let Work { employee_number, cost_center, organization, division, department, manager } = work;
        Work {
            employee_number: self.optional(employee_number),
            cost_center: self.optional(cost_center),
            organization: self.optional(organization),
            division: self.optional(division),
            department: self.optional(department),
            manager: self.optional(manager),
        }
    }

    fn optional(&mut self, text: Option<String>) -> Option<String> {
        text.map(|text| self.text(&text))
    }

    fn group_name(&mut self, name: &str) -> String {
        if self.keep_group_names { name.to_owned() } else { self.text(name) }
    }

    /// An Okta id, a key that a policy chose, or what somebody else wrote there.
    fn external_id(&mut self, external_id: &str) -> String {
        match external_id.strip_prefix(CHOSEN) {
            Some(key) => format!("{CHOSEN}{}", self.group_name(key)),
            None if OktaUserId::is_okta_shaped(external_id) || GroupKey::is_ours(external_id) => {
                self.id(external_id)
            }
            None => self.text(external_id),
        }
    }

    /// Word by word: letters for letters, digits for digits, case for case; all between them stays.
    fn text(&mut self, text: &str) -> String {
        if self.ids.contains(text) {
            return self.id(text);
        }
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let kind = Kind::of(first);
            let end = rest.find(|c| Kind::of(c) != kind).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            rest = after;
            match kind {
                Kind::Digit | Kind::Letter => replaced.push_str(&self.word(part)),
                Kind::Other => replaced.push_str(part),
            }
        }
        replaced
    }

    fn word(&mut self, word: &str) -> String {
        let folded = word.to_lowercase();
        if KEPT_WORDS.contains(&folded.as_str()) {
            return word.to_owned();
        }
        if self.is_noting {
            self.pseudonyms.note_word(&folded);
        }
        match self.pseudonyms.of_word(&folded) {
            Some(new) if !self.is_noting => in_the_case_of(word, new),
            _ => word.to_owned(),
        }
    }

    fn id(&mut self, id: &str) -> String {
        if self.is_noting {
            self.pseudonyms.note_id(id);
            self.ids.insert(id.to_owned());
        }
        match self.pseudonyms.of_id(id) {
            Some(new) if !self.is_noting => new.to_owned(),
            _ => id.to_owned(),
        }
    }

    fn okta_user(&mut self, id: OktaUserId) -> OktaUserId {
        OktaUserId::new(self.id(id.as_str()))
    }

    fn okta_group(&mut self, id: OktaGroupId) -> OktaGroupId {
        OktaGroupId::new(self.id(id.as_str()))
    }

    fn scim_user(&mut self, id: ScimUserId) -> ScimUserId {
        ScimUserId::new(self.id(id.as_str()))
    }

    fn scim_group(&mut self, id: ScimGroupId) -> ScimGroupId {
        ScimGroupId::new(self.id(id.as_str()))
    }
}

/// What a character is to a text that is replaced. Digits are those of every script, and what else stands for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Digit,
    Letter,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            c if c.is_numeric() => Self::Digit,
            c if c.is_alphabetic() => Self::Letter,
            _ => Self::Other,
        }
    }
}

/// The new word with capitals where the old one has them.
fn in_the_case_of(old: &str, new: &str) -> String {
    let capitals = old.chars().map(char::is_uppercase).chain(std::iter::repeat(false));
    new.chars().zip(capitals).map(|(c, capital)| if capital { c.to_ascii_uppercase() } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a snapshot with these texts is redacted.
    fn redacted<const N: usize>(texts: [&str; N]) -> [String; N] {
        let mut redactor = Redactor::default();
        for text in texts {
            assert_eq!(redactor.text(text), text);
        }
        redactor.pseudonyms.draw(&mut fastrand::Rng::with_seed(7));
        redactor.is_noting = false;
        texts.map(|text| redactor.text(text))
    }

    #[test]
    fn no_digit_of_any_script_stays() {
        // Arabic-Indic, Devanagari and full-width digits, and numbers that are one character.
        let old = ["\u{664}\u{662}", "\u{96a}\u{968}", "\u{ff14}\u{ff12}", "\u{2167} \u{bd} \u{2463}"];
        for (old, new) in old.iter().zip(redacted(old)) {
            assert_eq!(new.len(), old.chars().count(), "{new}");
            assert!(new.bytes().all(|byte| byte.is_ascii_digit() || byte == b' '), "{new}");
        }
    }

    #[test]
    fn digits_and_letters_are_replaced_apart_and_the_rest_stays() {
        let [street, phone, again] = redacted(["Elm St. 9b", "+1 (555) 010", "9"]);
        assert!(street.ends_with(|c: char| c.is_ascii_lowercase()) && !street.contains('9'), "{street}");
        assert_eq!((street.len(), &street[3..4], &street[6..8]), (10, " ", ". "));
        assert_eq!((&phone[..1], &phone[2..4], &phone[7..9]), ("+", " (", ") "));
        assert_eq!(&street[8..9], again);
    }

    #[test]
    fn different_numbers_stay_different() {
        let numbers: Vec<f64> = (0..100).map(|tenths| f64::from(tenths) / 10.0).collect();
        let mut redactor = Redactor::default();
        for number in &numbers {
            redactor.number(*number);
        }
        redactor.pseudonyms.draw(&mut fastrand::Rng::with_seed(7));
        redactor.is_noting = false;
        let new: BTreeSet<String> =
            numbers.iter().map(|number| redactor.number(*number).to_string()).collect();
        assert_eq!(new.len(), numbers.len(), "{new:?}");
    }
}
