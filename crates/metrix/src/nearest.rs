//! [`nearest`]: which name somebody may have meant.

use strsim::osa_distance;

/// The most similar of the known names, unless more than a third of its letters are different.
pub(crate) fn nearest<N: AsRef<str>>(given: &str, known: impl IntoIterator<Item = N>) -> Option<N> {
    let given = given.to_lowercase();
    let distances = known.into_iter().map(|name| (osa_distance(&given, &name.as_ref().to_lowercase()), name));
    let (distance, name) = distances.min_by_key(|&(distance, _)| distance)?;
    (3 * distance <= name.as_ref().chars().count()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_mended_and_nothing_is_made_of_nothing() {
        let known = ["latency", "Größe", "words"];
        for (given, meant) in [
            ("latancy", Some("latency")),
            ("LATENCY", Some("latency")),
            ("wrods", Some("words")),
            ("größe", Some("Größe")),
            ("grosse", None),
            ("nope", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, known), meant, "{given}");
        }
        assert_eq!(nearest("words", [""; 0]), None);
    }
}
