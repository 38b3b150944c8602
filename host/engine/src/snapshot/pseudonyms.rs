//! Words and ids that stand for others: equal ones for equal ones, of the same length and in the same order among those of one
//! length. They are drawn at random, so that nothing but equality, length and order can be told from them.
//!
//! Where so many of one length occur that they must stand for each other (single digits, initials), they keep no order: of nine
//! digits in their order everybody knows which is which.

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
    /// So many digits, and whether the first of several is a zero: a number must stay as long as it is.
    Digits { length: usize, zero: bool },
    /// An id: this beginning, and then a character for each of the shape's; `x` stands for any, the others for themselves.
    Id { prefix: &'static str, shape: String },
}

impl Class {
    /// Of a folded word: letters or digits only, of whichever script.
    fn of_word(word: &str) -> Self {
        let length = word.chars().count();
        if word.starts_with(char::is_numeric) {
            Self::Digits { length, zero: length > 1 && word.starts_with('0') }
        } else {
            Self::Letters(length)
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
                let mut places = vec![DIGITS; length + more];
                places[0] = match zero {
                    true => b"0",
                    false if places.len() == 1 => DIGITS,
                    false => b"123456789",
                };
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
            let old: Vec<&str> = texts.keys().map(String::as_str).collect();
            let drawn = draw(class, &old, &originals, &taken, random);
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

/// How many times the texts that are needed there must be to choose from, so that they may keep their order.
const CHOICE: usize = 4;

/// A pseudonym for each of these texts, which are in ascending order. None stands for itself, and none is any text of the original
/// where there are enough others.
fn draw(
    class: &Class,
    old: &[&str],
    originals: &HashSet<String>,
    taken: &HashSet<String>,
    random: &mut fastrand::Rng,
) -> Vec<String> {
    let count = old.len();
    for more in 0.. {
        let places = class.places(count, more);
        let mut is_in_order = more == 0;
        let mut new: Vec<String> =
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
                found.into_iter().collect()
            } else {
                let free: Vec<String> = all(&places)
                    .into_iter()
                    .map(|drawn| class.dress(&drawn))
                    .filter(|pseudonym| !taken.contains(pseudonym))
                    .collect();
                let strange: Vec<String> =
                    free.iter().filter(|pseudonym| !originals.contains(*pseudonym)).cloned().collect();
                // Were there hardly more than are needed, the order alone would tell which stands for which.
                let is_wide = strange.len() >= CHOICE * count;
                is_in_order &= is_wide;
                let choice = if is_wide { strange } else { free };
                if choice.len() < count {
                    continue;
                }
                random.choose_multiple(choice, count)
            };
        if is_in_order {
            new.sort();
            return new;
        }
        random.shuffle(&mut new);
        if part(&mut new, old) {
            return new;
        }
    }
    Vec::new()
}

/// Lets no text stand for itself: those that do pass theirs on to each other, or a lone one changes with any other. False when
/// there is no other.
fn part(new: &mut [String], old: &[&str]) -> bool {
    let same: Vec<usize> = (0..old.len()).filter(|at| new[*at] == old[*at]).collect();
    match same[..] {
        [] => true,
        [_] if old.len() == 1 => false,
        [lone] => {
            new.swap(lone, (lone + 1) % old.len());
            true
        }
        _ => {
            same.windows(2).for_each(|pair| new.swap(pair[0], pair[1]));
            true
        }
    }
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
    fn half_of_all_digits_are_not_told_by_what_is_left() {
        let draws = (0..40).map(|seed| {
            let mut pseudonyms = Pseudonyms::default();
            ["1", "2", "3", "4", "5"].iter().for_each(|word| pseudonyms.note_word(word));
            pseudonyms.draw(&mut fastrand::Rng::with_seed(seed));
            ["1", "2", "3", "4", "5"].map(|word| pseudonyms.of_word(word).unwrap().to_owned())
        });
        let draws: BTreeSet<[String; 5]> = draws.collect();
        assert!(draws.len() > 30, "{draws:?}");
        assert!(draws.iter().flatten().any(|new| ("1"..="5").contains(&new.as_str())));
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
            let starts_with_zero = |word: &str| word.len() > 1 && word.starts_with('0');
            assert_eq!(
                (new.len(), starts_with_zero(new)),
                (word.len(), starts_with_zero(word)),
                "{word} {new}"
            );
            assert!(new.bytes().all(|byte| byte.is_ascii_digit()), "{new}");
            assert_ne!(new, word);
        }
        assert!(pseudonyms.of_word("2024") < pseudonyms.of_word("4711"));
    }

    #[test]
    fn where_all_of_a_length_occur_none_stands_for_itself() {
        let digits: Vec<String> = (1..=9).map(|digit| digit.to_string()).collect();
        let with_zero: Vec<String> = (0..=9).map(|digit| digit.to_string()).collect();
        let pairs: Vec<String> = (10..=99).map(|number| number.to_string()).collect();
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        for (words, length) in [(&digits, 1), (&with_zero, 1), (&pairs, 2), (&letters, 1)] {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let pseudonyms = drawn(&words, &[]);
            let new: Vec<&str> = words.iter().map(|word| pseudonyms.of_word(word).unwrap()).collect();
            assert!(words.iter().zip(&new).all(|(old, new)| old != new), "{new:?}");
            assert!(new.iter().all(|word| word.len() == length), "{new:?}");
            assert_eq!(new.iter().collect::<BTreeSet<_>>().len(), words.len(), "{new:?}");
            // In their order they would be known by their place.
            assert!(!new.is_sorted(), "{new:?}");
        }
    }

    #[test]
    fn digits_of_any_script_are_numbers() {
        let words = ["\u{664}\u{662}", "\u{966}\u{967}\u{968}", "\u{ff14}\u{ff17}\u{ff11}\u{ff11}", "\u{bd}"];
        let pseudonyms = drawn(&words, &[]);
        for word in words {
            let new = pseudonyms.of_word(word).unwrap();
            assert_eq!(new.len(), word.chars().count(), "{new}");
            assert!(new.bytes().all(|byte| byte.is_ascii_digit()), "{new}");
        }
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
