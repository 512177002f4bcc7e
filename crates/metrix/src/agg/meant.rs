//! [`meant`]: which built-in aggregate somebody may have meant.

use super::built_in::NAMES;
use crate::nearest::nearest;

/// What other libraries call ours.
const ELSEWHERE: [(&str, &str); 10] = [
    ("average", "mean"),
    ("avg", "mean"),
    ("length", "count"),
    ("size", "count"),
    ("std", "stdev"),
    ("stddev", "stdev"),
    ("total", "sum"),
    ("unique", "distinct"),
    ("value", "last"),
    ("var", "variance"),
];

/// The built-in aggregate that is called so elsewhere, or else the one with the nearest name.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    if let Some(&(_, ours)) = ELSEWHERE.iter().find(|(theirs, _)| *theirs == name) {
        return Some(ours);
    }
    nearest(&name, NAMES)
}

#[cfg(test)]
mod tests {
    use super::{ELSEWHERE, meant};
    use crate::agg::built_in::NAMES;

    #[test]
    fn slips_are_mended() {
        for (slip, ours) in
            [("medain", "median"), ("Sum", "sum"), ("conut", "count"), ("stdve", "stdev"), ("rat", "rate")]
        {
            assert_eq!(meant(slip), Some(ours), "{slip}");
        }
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        for name in ["", "foo", "🦀", "quantile"] {
            assert_eq!(meant(name), None, "{name}");
        }
    }

    #[test]
    fn names_from_elsewhere_lead_to_ours() {
        for (theirs, ours) in ELSEWHERE {
            assert!(!NAMES.contains(&theirs) && NAMES.contains(&ours), "{theirs}");
            assert_eq!(meant(theirs), Some(ours));
        }
    }
}
