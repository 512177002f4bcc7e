//! [`PrometheusText`]: reads expositions, line by line.

use std::borrow::Cow;

use metrix::Timestamp;

use super::kinds::Kinds;
use super::line::Line;
use crate::prometheus_format::Format;
use crate::sources::excerpt::excerpt;
use crate::sources::unix_time;
use crate::{Glob, LineError, ParseLine, Reading};

/// Reads what exporters show: Prometheus' text format 0.0.4, or OpenMetrics 1.0.
///
/// A reading has the name and the labels of its series, the value as it is shown, and the time if the line has one. Its
/// [kind](crate::Kind) is that of a counter where a `TYPE` before says so: those of the type `counter`, and `_bucket`, `_sum`
/// and `_count` of a `histogram` or a `summary`; and where there is no `TYPE`, as in what VictoriaMetrics shows, by a name that ends in
/// `_total`, or that is one of [`counters`](Self::counters). Such a value is the total since the exporter began; what it has grown by,
/// [`Scraper`](super::Scraper) finds out. All others are gauges: quantiles of summaries, too, and series without a type.
///
/// Values that are not finite are [skipped](ParseLine::skipped). Helps, units, remarks and exemplars are read over. In labels
/// the escapes are `\\`, `\"` and `\n`. Names in quotes, which Prometheus 3 has beside the usual ones, are faults.
///
/// ```
/// use metrix_io::sources::prometheus::{Format, PrometheusText};
/// use metrix_io::{Kind, ParseLine};
///
/// let mut text = PrometheusText::new(Format::Text);
/// let mut seen = Vec::new();
/// for line in ["# TYPE requests_total counter", "requests_total{page=\"/\"} 1027 1395066363000", "load 0.25"] {
///     text.parse(line.as_bytes(), &mut |reading| {
///         seen.push((reading.name.to_string(), reading.value, reading.kind.unwrap()));
///     })?;
/// }
/// assert_eq!(seen, [("requests_total".into(), 1027.0, Kind::Counter), ("load".into(), 0.25, Kind::Gauge)]);
/// # Ok::<(), metrix_io::LineError>(())
/// ```
///
/// Memory: the types of up to 100 000 families, until it [begins anew](Self::begin).
#[derive(Clone, Debug)]
pub struct PrometheusText {
    format: Format,
    kinds: Kinds,
    has_ended: bool,
    skipped: u64,
}

impl PrometheusText {
    /// Reads this format.
    pub fn new(format: Format) -> Self {
        Self { format, kinds: Kinds::default(), has_ended: false, skipped: 0 }
    }

    /// Takes series that are called so for counters, whatever their type; `*` stands for any characters, `?` for any one. It can be
    /// said several times.
    ///
    /// ```
    /// use metrix_io::sources::prometheus::{Format, PrometheusText};
    /// use metrix_io::{Kind, ParseLine};
    ///
    /// let mut text = PrometheusText::new(Format::Text).counters("*_count");
    /// text.parse(b"requests_count 3", &mut |reading| assert_eq!(reading.kind, Some(Kind::Counter)))?;
    /// # Ok::<(), metrix_io::LineError>(())
    /// ```
    #[must_use]
    pub fn counters(mut self, names: &str) -> Self {
        self.force(names);
        self
    }

    pub(super) fn force(&mut self, counters: &str) {
        self.kinds.force(Glob::new(counters));
    }

    /// Another exposition begins, in this format.
    pub fn begin(&mut self, format: Format) {
        (self.format, self.has_ended) = (format, false);
        self.kinds.clear();
    }

    /// The same exposition is read again, with the types that it was found to have.
    pub(super) fn rewind(&mut self) {
        self.has_ended = false;
    }

    /// Whether the format says where it ends, as OpenMetrics does.
    pub(super) fn says_its_end(&self) -> bool {
        self.format == Format::OpenMetrics
    }

    /// Whether the exposition is whole, as far as lines tell: OpenMetrics says where it ends. The text format ends with a line
    /// break, which whoever splits it into lines has to look for.
    ///
    /// ```
    /// use metrix_io::ParseLine;
    /// use metrix_io::sources::prometheus::{Format, PrometheusText};
    ///
    /// let mut text = PrometheusText::new(Format::OpenMetrics);
    /// text.parse(b"load 0.25", &mut |_| ())?;
    /// assert!(!text.is_whole());
    /// text.parse(b"# EOF", &mut |_| ())?;
    /// assert!(text.is_whole());
    /// # Ok::<(), metrix_io::LineError>(())
    /// ```
    pub fn is_whole(&self) -> bool {
        self.has_ended || self.format == Format::Text
    }

    fn time(&self, text: &str, column: usize) -> Result<Timestamp, LineError> {
        let (digits, unit) = match self.format {
            Format::Text => (unix_time::MILLISECOND, "milliseconds"),
            Format::OpenMetrics => (unix_time::SECOND, "seconds"),
        };
        let nanos = unix_time::nanos(text, digits).ok_or_else(|| {
            let message = format!("`{}` is no time: write {unit} since 1970, or nothing", excerpt(text));
            LineError::new("time", column, message)
        });
        nanos.map(Timestamp::from_nanos)
    }
}

impl ParseLine for PrometheusText {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        let text = std::str::from_utf8(line).map_err(|error| {
            LineError::new("utf8", error.valid_up_to(), "this is not UTF-8: escape nothing, encode it")
        })?;
        if self.has_ended && !text.is_empty() {
            return Err(LineError::new("end", 0, "nothing comes after `# EOF`: leave it out, or `# EOF`"));
        }
        let sample = match Line::parse(text, self.format)? {
            Line::Sample(sample) => sample,
            Line::Type { family, kind } => {
                self.kinds.set(family, kind);
                return Ok(());
            }
            Line::End => {
                self.has_ended = self.format == Format::OpenMetrics;
                return Ok(());
            }
            Line::Nothing => return Ok(()),
        };
        let at = sample.time.map(|time| self.time(time, sample.time_at)).transpose()?;
        if !sample.value.is_finite() {
            self.skipped += 1;
            return Ok(());
        }
        let kind = Some(self.kinds.of(sample.name));
        let reading =
            Reading { tags: sample.labels, at, kind, ..Reading::new(Cow::Borrowed(sample.name), sample.value) };
        emit(reading);
        Ok(())
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }
}

#[cfg(test)]
mod tests;
