//! [`Dialect`], [`Negatives`] and [`Type`]: what is understood otherwise by one server and another.

/// How a server understands tags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// After the type, as DogStatsD has them: `requests.mean:12.5|g|#host:a,page:/`. Telegraf, Vector, statsd_exporter and StatsD 0.9
    /// understand them too.
    #[default]
    DogStatsD,
    /// Behind the name, as Graphite has them: `requests.mean;host=a;page=/:12.5|g`. For StatsD in front of Graphite. Blanks in tags, and
    /// `;`, `!`, `^` and `=` in their names, become `_` too, and so does all that is not ASCII.
    Graphite,
    /// Within the name, in the order of their names: `requests.mean.host.a.page._:12.5|g`. For servers that know no tags. What is no
    /// ASCII letter or digit, nor one of `-` and `_`, becomes `_` in a tag, and so does a dot.
    Plain,
}

/// How a gauge is made negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Negatives {
    /// As it is: `a:-5|g`. DogStatsD takes the sign as a part of the value.
    Signed,
    /// By a 0 before: `a:0|g` and `a:-5|g`, in one packet. StatsD takes a sign as a change of the gauge by so much. DogStatsD understands it
    /// too, without [timestamps](super::StatsD::timestamps).
    AfterZero,
}

/// What a server is to take an element as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Type {
    /// `g`: the value holds until there is another one.
    #[default]
    Gauge,
    /// `c`: values are added up.
    Counter,
    /// `ms`: one of many times.
    Timer,
    /// `h`: one of many values.
    Histogram,
    /// `d`: one of many values of several machines, for DogStatsD alone.
    Distribution,
}

impl Type {
    /// As lines have it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Gauge => "g",
            Self::Counter => "c",
            Self::Timer => "ms",
            Self::Histogram => "h",
            Self::Distribution => "d",
        }
    }

    /// Whether DogStatsD takes a time with it.
    pub(super) fn has_time(self) -> bool {
        match self {
            Self::Gauge | Self::Counter => true,
            Self::Timer | Self::Histogram | Self::Distribution => false,
        }
    }
}

impl Dialect {
    /// What its servers take a sign for.
    pub(super) fn negatives(self) -> Negatives {
        match self {
            Self::DogStatsD => Negatives::Signed,
            Self::Graphite | Self::Plain => Negatives::AfterZero,
        }
    }
}
