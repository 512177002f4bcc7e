//! [`Kind`]: how a line's values are to be understood.

/// How the values of a line are to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// They are added up.
    Counter,
    /// The last one holds; one with a sign changes it.
    Gauge,
    /// Each is one of many: timers, histograms and distributions.
    Sample,
    /// They are members, of which the different ones are counted.
    Set,
}

impl Kind {
    pub(super) fn read(text: &str) -> Option<Self> {
        match text {
            "c" => Some(Self::Counter),
            "g" => Some(Self::Gauge),
            "ms" | "h" | "d" => Some(Self::Sample),
            "s" => Some(Self::Set),
            _ => None,
        }
    }
}
