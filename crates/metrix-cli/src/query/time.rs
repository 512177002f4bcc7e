//! [`seconds`]: times for people.

use metrix::Timestamp;

/// As RFC 3339 has it, in UTC, without the fraction of the second.
pub(super) fn seconds(time: Timestamp) -> String {
    // Down, so that the day and the second are those in which the time lies.
    let whole = time.as_nanos().div_euclid(1_000_000_000);
    Timestamp::from_secs(whole).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_is_cut() {
        assert_eq!(seconds(Timestamp::from_millis(1_999)), "1970-01-01T00:00:01Z");
        assert_eq!(seconds(Timestamp::from_millis(-1)), "1969-12-31T23:59:59Z");
    }
}
