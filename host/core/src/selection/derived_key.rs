//! The key of a group made from attributes, when the policy gave it none: it comes from the display name.

use crate::id::GroupKey;
use crate::problems::is_key_character;

/// Most characters of the name that are kept when the key cannot be the name itself.
const READABLE: usize = 64;

/// The key of a group of this name. A name that can be a key is its own key. Any other is made readable (`R&D` → `R-D`) and
/// gets a digest of the whole name, so that `R&D` and `R D` stay two groups. Stored in AWS: it must never change.
pub(super) fn of(display_name: &str) -> GroupKey {
    if display_name.len() <= READABLE
        && display_name.chars().all(is_key_character)
        && !display_name.is_empty()
    {
        return GroupKey::chosen(display_name);
    }
    let mut readable = String::new();
    for c in display_name.chars().take(READABLE) {
        if is_key_character(c) {
            readable.push(c);
        } else if !readable.is_empty() && !readable.ends_with('-') {
            readable.push('-');
        }
    }
    let readable = readable.trim_end_matches('-');
    let joint = if readable.is_empty() { "" } else { "-" };
    GroupKey::chosen(&format!("{readable}{joint}{:016x}", digest(display_name)))
}

/// FNV-1a of 64 bits: short, fixed for ever, and nobody gains from a collision (it would be reported as a conflict).
fn digest(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problems::chosen_key_problem;

    fn key(name: &str) -> String {
        of(name).as_str().to_owned()
    }

    #[test]
    fn a_name_that_can_be_a_key_is_its_own() {
        assert_eq!(key("team-Red_1.x"), "usher-team-Red_1.x");
    }

    #[test]
    fn names_that_read_alike_keep_apart() {
        assert_eq!(key("R&D"), "usher-R-D-9f22b019fdfc3117");
        assert_eq!(key("R D"), "usher-R-D-9f29f419fe02c351");
        assert_ne!(key("R-D"), key("R&D"));
        assert_ne!(key(&format!("{}a", "x".repeat(100))), key(&format!("{}b", "x".repeat(100))));
    }

    #[test]
    fn every_name_gives_a_key_that_can_be_written() {
        for name in ["管理者", "  -- ", "é", &"x".repeat(1024), &"é".repeat(1024), &"- ".repeat(90)] {
            let key = key(name);
            assert_eq!(chosen_key_problem(&key["usher-".len()..]), None, "{name}");
        }
    }

    #[test]
    fn the_digest_is_the_published_one() {
        // The test vectors that come with FNV.
        assert_eq!(digest(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(digest("foobar"), 0x8594_4171_f739_67e8);
    }
}
