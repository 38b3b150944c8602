//! Lengths of time as people write them: `30d`, `1h`, `1h 30m`.

use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// Reads one that is not nothing.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "must be a length of time such as \"90s\", \"15m\", \"6h\" or \"30d\"".to_owned();
    let span: Span = text.trim().parse().map_err(|_| wrong())?;
    if span.get_years() != 0 || span.get_months() != 0 {
        return Err(
            "must be given in weeks, days, hours, minutes and seconds: months are not all of one length"
                .to_owned(),
        );
    }
    let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let length = Duration::try_from(length).map_err(|_| "must not be negative".to_owned())?;
    if length < Duration::from_secs(1) {
        return Err("must be a second at least".to_owned());
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_people_write_them() {
        let seconds = |text| parse(text).map(|length| length.as_secs());
        assert_eq!(seconds("30d"), Ok(30 * 86_400));
        assert_eq!(seconds("2w"), Ok(14 * 86_400));
        assert_eq!(seconds("1h 30m"), Ok(5_400));
        assert_eq!(seconds(" 90s "), Ok(90));
    }

    #[test]
    fn what_is_no_length_is_told() {
        for text in ["", "30", "soon", "1mo", "1y", "-1h", "0s", "10ms"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
