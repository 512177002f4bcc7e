//! [`meant`]: what somebody may have meant who wrote what isn't known.

use metrix::nearest;

/// Asks for the nearest of what is known, if a third of its letters differ at most; tells all of it if none is so near.
pub(super) fn meant(given: &str, known: &[&str]) -> String {
    match nearest(given, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("known are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn the_nearest_or_all() {
        let known = ["window", "batch", "name"];
        for (given, expected) in [
            ("widnow", "did you mean `window`?"),
            ("WINDOW", "did you mean `window`?"),
            ("wndw", "did you mean `window`?"),
            ("nome", "did you mean `name`?"),
            ("noms", "known are window, batch, name"),
            ("", "known are window, batch, name"),
        ] {
            assert_eq!(meant(given, &known), expected, "{given}");
        }
    }
}
