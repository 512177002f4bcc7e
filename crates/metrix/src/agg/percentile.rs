//! [`percentile_meant`]: the percentile that somebody may have meant.

/// What is meant by `P99`, `p 99`, `0.99`, `quantile(0.99)`, `q0.99`, `99%`, `percentile(99)` and their like: `p99`.
pub(super) fn percentile_meant(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let begins = text.find(|letter: char| letter.is_ascii_digit() || letter == '.')?;
    let (word, number) = text.split_at(begins);
    let number = number.trim_end_matches(['%', ')', ' ']);
    let number = number.strip_suffix("th").unwrap_or(number);
    // Only digits, and a point among them: nothing that a number can be beside that is meant.
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let number: f64 = number.parse().ok()?;
    let percent = match word.trim_end_matches([' ', '(', '_', '=']) {
        "q" | "quantile" => 100.0 * number,
        "" if number < 1.0 => 100.0 * number,
        "" if text.ends_with(['%', 'h']) => number,
        "p" | "perc" | "percentile" | "pct" => number,
        _ => return None,
    };
    // The product of a decimal fraction is off in its last digits.
    let percent = (percent * 1e9).round() / 1e9;
    (percent <= 100.0).then(|| format!("p{percent}"))
}

#[cfg(test)]
mod tests {
    use super::percentile_meant;
    use crate::Agg;

    #[test]
    fn what_others_write() {
        for (text, ours) in [
            ("P99", "p99"),
            ("P99.9", "p99.9"),
            ("p 50", "p50"),
            ("p(75)", "p75"),
            ("p_95", "p95"),
            ("0.99", "p99"),
            (".5", "p50"),
            ("0.57", "p57"),
            ("0.999", "p99.9"),
            ("quantile(0.99)", "p99"),
            ("Quantile( 0.5 )", "p50"),
            ("q0.9", "p90"),
            ("quantile=1", "p100"),
            ("percentile(99)", "p99"),
            ("99%", "p99"),
            ("95th", "p95"),
        ] {
            assert_eq!(percentile_meant(text).as_deref(), Some(ours), "{text}");
            assert_eq!(Agg::try_from(ours).map(|agg| agg.name().to_owned()).as_deref(), Ok(ours));
        }
    }

    #[test]
    fn what_is_no_percentile() {
        for text in
            ["", "p", "P101", "99", "1.5", "quantile(2)", "quantile", "sum2", "top10", "0.9.9", "0x5", "1e-1", "🦀9"]
        {
            assert_eq!(percentile_meant(text), None, "{text}");
        }
    }
}
