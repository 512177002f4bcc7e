//! [`KindsTaken`]: of which kinds the measurements are that a stream takes.

use std::fmt;

use metrix_io::Kind;

use crate::config::problem::Read;
use crate::config::value::{Value, all};

/// Of which kinds the measurements are that a stream takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KindsTaken {
    /// Of any, and also those of which nobody says it.
    All,
    Only(Vec<Kind>),
}

const KINDS: [(&str, Kind); 4] =
    [("counter", Kind::Counter), ("gauge", Kind::Gauge), ("sample", Kind::Sample), ("set", Kind::Set)];

/// One kind, or a list of some.
pub(super) fn read(value: &Value<'_>) -> Read<KindsTaken> {
    let entries = value.entries().unwrap_or_else(|| vec![value.clone()]);
    if entries.is_empty() {
        return Err(value.wrong("`kind` has no kind in it: name one, or leave it out"));
    }
    all(entries.iter().map(kind)).map(KindsTaken::Only)
}

fn kind(value: &Value<'_>) -> Read<Kind> {
    match value.raw().as_str() {
        None => Err(value.is_no("a kind, or a list of kinds")),
        Some(one @ ("timer" | "histogram" | "distribution")) => {
            let what = &value.what;
            Err(value.wrong(format!("{what} can't be `{one}`: timers, histograms and distributions are `sample`")))
        }
        Some(_) => value.one_of(&KINDS),
    }
}

impl KindsTaken {
    /// Whether measurements of this kind are taken; `None` if nobody says of which they are.
    pub(crate) fn take(&self, kind: Option<Kind>) -> bool {
        match self {
            Self::All => true,
            Self::Only(kinds) => kind.is_some_and(|kind| kinds.contains(&kind)),
        }
    }

    /// Whether others take all together what these do.
    pub(crate) fn are_among<'a>(&self, others: impl Iterator<Item = &'a Self> + Clone) -> bool {
        let is_taken = |kind: &Kind| others.clone().any(|other| other.take(Some(*kind)));
        match self {
            Self::All => others.clone().any(|other| *other == Self::All),
            Self::Only(kinds) => kinds.iter().all(is_taken),
        }
    }
}

/// As a configuration has them.
impl fmt::Display for KindsTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Only(kinds) = self else { return f.write_str("any") };
        let names = KINDS.iter().filter(|(_, kind)| kinds.contains(kind)).map(|(name, _)| *name);
        f.write_str(&names.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_leave() {
        use Kind::{Counter, Gauge, Set};
        use KindsTaken::{All, Only};

        let [counters, gauges, sets] = [Counter, Gauge, Set].map(|kind| Only(vec![kind]));
        let both = Only(vec![Counter, Gauge]);
        for (kinds, others, expected) in [
            (&All, vec![&both], false),
            (&All, vec![&sets, &All], true),
            (&sets, vec![&All], true),
            (&sets, vec![&both], false),
            (&both, vec![&counters], false),
            (&both, vec![&counters, &gauges], true),
            (&counters, vec![], false),
        ] {
            assert_eq!(kinds.are_among(others.iter().copied()), expected, "{kinds} {others:?}");
        }
        assert_eq!((both.take(Some(Gauge)), both.take(Some(Set)), both.take(None)), (true, false, false));
        assert_eq!((All.take(None), Only(vec![Set, Counter]).to_string().as_str()), (true, "counter, set"));
    }
}
