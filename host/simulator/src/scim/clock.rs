//! Points in time, in the two notations of the service.

use jiff::Timestamp;

/// As `meta.created` has it: UTC, whole seconds, `Z`.
pub(crate) fn meta_stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As error bodies have it: no zone, milliseconds without trailing zeros but at least one digit, which is how
/// `java.sql.Timestamp` prints itself (reference §2.8).
pub(crate) fn error_stamp(at: Timestamp) -> String {
    let milliseconds = format!("{:03}", at.subsec_millisecond());
    let kept = milliseconds.trim_end_matches('0');
    let kept = if kept.is_empty() { "0" } else { kept };
    format!("{}.{kept}", at.strftime("%Y-%m-%d %H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_stamps_lose_their_trailing_zeros() {
        let stamps: Vec<String> = [
            "2026-02-03T09:15:27.610Z",
            "2026-02-03T09:15:27.014Z",
            "2026-02-03T09:15:27.856Z",
            "2026-02-03T09:15:27Z",
        ]
        .iter()
        .map(|at| error_stamp(at.parse().unwrap()))
        .collect();
        assert_eq!(
            stamps,
            [
                "2026-02-03 09:15:27.61",
                "2026-02-03 09:15:27.014",
                "2026-02-03 09:15:27.856",
                "2026-02-03 09:15:27.0"
            ]
        );
    }

    #[test]
    fn meta_stamps_have_whole_seconds() {
        assert_eq!(meta_stamp("2026-02-03T09:15:27.610Z".parse().unwrap()), "2026-02-03T09:15:27Z");
    }
}
