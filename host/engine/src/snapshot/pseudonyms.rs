//! Words and ids that stand for others: equal ones for equal ones, of the same length and in the same order among those of one
//! length. They are drawn at random, so that nothing but equality, length and order can be told from them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

const CONSONANTS: &[u8] = b"bcdfghjklmnprstvwxz";
const VOWELS: &[u8] = b"aeiou";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";
const HEXADECIMAL: &[u8] = b"0123456789abcdef";

/// What may stand in one place of a pseudonym, in ascending order.
type Place = &'static [u8];

/// A drawer of pseudonyms for one set of texts that are alike: first all are collected, then each has its own.
#[derive(Debug, Default)]
pub(super) struct Pseudonyms {
    classes: BTreeMap<Class, BTreeMap<String, String>>,
}

/// Texts that are replaced by texts of the same shape.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// So many letters.
    Letters(usize),
    /// So many digits, and whether the first is a zero: a number must stay as long as it is.
    Digits { length: usize, zero: bool },
    /// An id: this beginning, and then a character for each of the shape's; `x` stands for any, the others for themselves.
    Id { prefix: &'static str, shape: String },
}

impl Class {
    /// Of a folded word: letters or digits only.
    fn of_word(word: &str) -> Self {
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            Self::Digits { length: word.len(), zero: word.starts_with('0') }
        } else {
            Self::Letters(word.chars().count())
        }
    }

    fn of_id(id: &str) -> Self {
        let is_okta_shaped = |prefix: &str| {
            id.len() == 20 && id.starts_with(prefix) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let prefix = ["00u", "00g"].into_iter().find(|prefix| is_okta_shaped(prefix)).unwrap_or_default();
        let shape = id[prefix.len()..].chars().map(|c| if c.is_alphanumeric() { 'x' } else { c }).collect();
        Self::Id { prefix, shape }
    }

    /// What may stand where, when `count` pseudonyms are needed; `more` places are added where so many are not to be had.
    fn places(&self, count: usize, more: usize) -> Vec<Place> {
        match self {
            Self::Letters(length) => {
                let speakable: Vec<Place> =
                    (0..length + more).map(|at| if at % 2 == 0 { CONSONANTS } else { VOWELS }).collect();
                let enough = space(&speakable) >= count.saturating_mul(4);
                if enough { speakable } else { vec![LETTERS; length + more] }
            }
            Self::Digits { length, zero } => {
                let first: Place = if *zero { b"0" } else { b"123456789" };
                let mut places = vec![DIGITS; length + more];
                places[0] = first;
                places
            }
            Self::Id { shape, .. } => {
                let wanted = shape.chars().filter(|c| *c == 'x').count();
                vec![HEXADECIMAL; wanted + more]
            }
        }
    }

    /// A pseudonym from the characters that were drawn.
    fn dress(&self, drawn: &str) -> String {
        let Self::Id { prefix, shape } = self else { return drawn.to_owned() };
        let mut drawn = drawn.chars();
        let filled: String =
            shape.chars().filter_map(|c| if c == 'x' { drawn.next() } else { Some(c) }).collect();
        // What is left over where the shape had too few places.
        format!("{prefix}{filled}{}", drawn.as_str())
    }
}

impl Pseudonyms {
    /// Notes a word of letters or of digits, folded.
    pub(super) fn note_word(&mut self, word: &str) {
        self.note(Class::of_word(word), word);
    }

    /// Notes an id.
    pub(super) fn note_id(&mut self, id: &str) {
        self.note(Class::of_id(id), id);
    }

    fn note(&mut self, class: Class, text: &str) {
        self.classes.entry(class).or_default().entry(text.to_owned()).or_default();
    }

    /// Draws a pseudonym for everything that was noted.
    pub(super) fn draw(&mut self, random: &mut fastrand::Rng) {
        let originals: HashSet<String> = self.classes.values().flat_map(BTreeMap::keys).cloned().collect();
        let mut taken = HashSet::new();
        for (class, texts) in &mut self.classes {
            let drawn = draw(class, texts.len(), &originals, &taken, random);
            for (pseudonym, new) in texts.values_mut().zip(drawn) {
                taken.insert(new.clone());
                *pseudonym = new;
            }
        }
    }

    /// The pseudonym of a folded word that was noted.
    pub(super) fn of_word(&self, word: &str) -> Option<&str> {
        self.of(&Class::of_word(word), word)
    }

    /// The pseudonym of an id that was noted.
    pub(super) fn of_id(&self, id: &str) -> Option<&str> {
        self.of(&Class::of_id(id), id)
    }

    fn of(&self, class: &Class, text: &str) -> Option<&str> {
        self.classes.get(class)?.get(text).map(String::as_str)
    }
}

fn space(places: &[Place]) -> usize {
    places.iter().fold(1_usize, |space, place| space.saturating_mul(place.len()))
}

/// So many different pseudonyms in ascending order. None is a text of the original where there are enough others.
fn draw(
    class: &Class,
    count: usize,
    originals: &HashSet<String>,
    taken: &HashSet<String>,
    random: &mut fastrand::Rng,
) -> Vec<String> {
    for more in 0.. {
        let places = class.places(count, more);
        if space(&places) / 4 > count.saturating_add(originals.len()).saturating_add(taken.len()) {
            // Most draws are good ones.
            let mut found = BTreeSet::new();
            while found.len() < count {
                let drawn: String =
                    places.iter().map(|place| char::from(place[random.usize(..place.len())])).collect();
                let pseudonym = class.dress(&drawn);
                if !taken.contains(&pseudonym) && !originals.contains(&pseudonym) {
                    found.insert(pseudonym);
                }
            }
            return found.into_iter().collect();
        }
        let free: Vec<String> = all(&places)
            .into_iter()
            .map(|drawn| class.dress(&drawn))
            .filter(|pseudonym| !taken.contains(pseudonym))
            .collect();
        let strange: Vec<String> =
            free.iter().filter(|pseudonym| !originals.contains(*pseudonym)).cloned().collect();
        let choice = if strange.len() >= count { strange } else { free };
        // A lone zero has no other to stand for it; longer words have more.
        if choice.len() >= count {
            let mut chosen = random.choose_multiple(choice, count);
            chosen.sort();
            return chosen;
        }
    }
    Vec::new()
}

/// Everything that fits the places. Only called where that is not much more than is needed.
fn all(places: &[Place]) -> Vec<String> {
    places.iter().fold(vec![String::new()], |begun, place| {
        let longer = |start: &String| {
            let start = start.clone();
            place.iter().map(move |byte| format!("{start}{}", char::from(*byte)))
        };
        begun.iter().flat_map(longer).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(words: &[&str], ids: &[&str]) -> Pseudonyms {
        let mut pseudonyms = Pseudonyms::default();
        words.iter().for_each(|word| pseudonyms.note_word(word));
        ids.iter().for_each(|id| pseudonyms.note_id(id));
        pseudonyms.draw(&mut fastrand::Rng::with_seed(7));
        pseudonyms
    }

    #[test]
    fn words_of_one_length_keep_their_order_and_none_stays() {
        let words = ["ada", "bob", "cem", "dan", "éva", "ωmg"];
        let pseudonyms = drawn(&words, &[]);
        let new: Vec<&str> = words.iter().map(|word| pseudonyms.of_word(word).unwrap()).collect();
        assert!(new.is_sorted_by(|one, other| one < other), "{new:?}");
        assert!(new.iter().all(|word| word.len() == 3 && !words.contains(word)), "{new:?}");
        assert_eq!(pseudonyms.of_word("eve"), None);
    }

    #[test]
    fn more_words_than_a_length_has_are_still_told_apart() {
        let many: Vec<String> = ('\u{4e00}'..).take(40).map(String::from).collect();
        let words: Vec<&str> = many.iter().map(String::as_str).chain(["aa", "zz"]).collect();
        let pseudonyms = drawn(&words, &[]);
        let new: BTreeSet<&str> = words.iter().map(|word| pseudonyms.of_word(word).unwrap()).collect();
        assert_eq!(new.len(), words.len());
    }

    #[test]
    fn numbers_stay_numbers_of_the_same_length() {
        let words = ["0", "7", "42", "4711", "0815", "2024"];
        let pseudonyms = drawn(&words, &[]);
        for word in words {
            let new = pseudonyms.of_word(word).unwrap();
            assert_eq!(
                (new.len(), new.starts_with('0')),
                (word.len(), word.starts_with('0')),
                "{word} {new}"
            );
            assert!(new.bytes().all(|byte| byte.is_ascii_digit()), "{new}");
        }
        assert!(pseudonyms.of_word("2024") < pseudonyms.of_word("4711"));
    }

    #[test]
    fn ids_keep_their_shape_and_their_order() {
        let ids = [
            "00u1a2b3c4D5e6F7g8h9",
            "00uZa2b3c4D5e6F7g8h9",
            "00g1a2b3c4D5e6F7g8h9",
            "9a67-00ff",
            "9b67-00ff",
        ];
        let pseudonyms = drawn(&[], &ids);
        let new: Vec<&str> = ids.iter().map(|id| pseudonyms.of_id(id).unwrap()).collect();
        assert!(new[0].starts_with("00u") && new[0].len() == 20 && new[0] < new[1], "{new:?}");
        assert!(new[2].starts_with("00g") && new[2].len() == 20, "{new:?}");
        assert!(new[3].len() == 9 && &new[3][4..5] == "-" && new[3] < new[4], "{new:?}");
        assert!(new.iter().all(|id| !ids.contains(id)), "{new:?}");
    }
}
