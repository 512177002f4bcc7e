//! [`nearest`]: which name somebody may have meant.

use strsim::osa_distance;

/// Gives the known name that somebody most probably meant who wrote one that isn't known: the most similar, in small or
/// capital letters; the first of those that are equally similar. `None` if more than a third of its letters would have to
/// be changed, left out, added or swapped with their neighbours.
///
/// ```
/// use metrix::nearest;
///
/// assert_eq!(nearest("latancy", ["latency", "words"]), Some("latency"));
/// assert_eq!(nearest("requests", ["latency", "words"]), None);
/// ```
pub fn nearest<N: AsRef<str>>(given: &str, known: impl IntoIterator<Item = N>) -> Option<N> {
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
