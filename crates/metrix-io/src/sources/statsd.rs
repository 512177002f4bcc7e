//! StatsD and DogStatsD.
//!
//! [`StatsD`] reads their lines. To listen for them, bind a [`Udp`](super::udp::Udp), a [`TcpLines`](super::tcp_lines::TcpLines)
//! or a [`Unix`](super::unix::Unix) to it.

mod cut;
mod fault;
mod gauges;
mod kind;
mod line;
mod member;
mod number;
mod plain;
mod sections;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;

use metrix::size;

use self::gauges::{Gauges, Key};
use self::line::Line;
use crate::{Kind, LineError, ParseLine, Reading, Sample};

/// Reads lines of StatsD and of DogStatsD, up to version 1.6 of its protocol:
/// `name:value|type|@rate|#tag:value,tag|Ttime`.
///
/// | type | what it is | the reading's value | `@rate` |
/// | --- | --- | --- | --- |
/// | `c` | a counter | the value divided by the rate, so that sums come out right | the value is of so many of all |
/// | `g` | a gauge | the value; with a sign, the sum of it and what the series had before, or 0 | ignored |
/// | `ms` | a timer | the value, in milliseconds | weight 1 / rate |
/// | `h`, `d` | a histogram, a distribution | the value | weight 1 / rate |
/// | `s` | a set | a whole number below 2^53 that stands for the member: to be counted with `distinct` | ignored |
///
/// - A line may have several values, `name:1:2:3|ms`; each is a reading. A set's member may hold colons instead.
/// - As a sign changes a gauge, a gauge is made negative by a 0 before: `a:0|g`, `a:-5|g`. DogStatsD instead takes the sign as
///   a part of the value; for its clients there is [`absolute_gauges`](Self::absolute_gauges).
/// - A tag without a colon has the value `true`. A tag's value may hold colons. Of equal tags the last holds.
/// - `T` is followed by whole seconds since the epoch, on any type.
/// - Where a timer, histogram or distribution is sampled, its values stand for others that were not sent: their number is the
///   [weight](Reading::weight) and not a factor of the value, which would be wrong for means, extremes and quantiles.
///   A stream takes it from a [weighted sender](metrix::MSender::weighted), at the cost of one value.
/// - The container (`c:`), external data (`e:`), the cardinality (`card:`), and whatever else has letters and a colon in its
///   place, are left out.
/// - A set's numbers are the same on every machine and in every version of this crate. Two members have the same number with
///   a probability of 1 in 9 000 million million.
///
/// # Errors
/// A line with a fault that its readings have in common gives no reading; a fault in one of several values leaves out that
/// value, and the first such fault is the error. The kinds are
///
/// | kind | what it is |
/// | --- | --- |
/// | `encoding` | the line is not UTF-8 |
/// | `event`, `service check` | it begins with `_e{` or `_sc\|`: right, but no metric |
/// | `name` | there is none |
/// | `value` | there is none, or it is no number |
/// | `not finite` | the value is infinite or not a number, or is so when divided by the rate or added to the gauge |
/// | `type` | there is none, or none of the table above |
/// | `rate` | it is not above 0 and at most 1 |
/// | `tag` | it has no name, or there are more than 100 |
/// | `time` | it is not in whole seconds since the epoch, or after the year 2262 |
/// | `section` | what is between two bars is nothing that this knows |
///
/// ```
/// use metrix_io::{ParseLine, sources::statsd::StatsD};
///
/// let mut statsd = StatsD::new();
/// let mut read = |line: &'static str| {
///     let mut readings = Vec::new();
///     statsd.parse(line.as_bytes(), &mut |reading| readings.push(reading.into_owned())).map(|()| readings)
/// };
///
/// let sampled = read("requests:3|c|@0.1|#page:/,cached")?;
/// assert_eq!((&*sampled[0].name, sampled[0].value), ("requests", 30.0));
/// assert_eq!(sampled[0].to_tags(), metrix::tags! { "page" => "/", "cached" => true });
///
/// let packed = read("latency:12:7.5|ms")?;
/// assert_eq!([packed[0].value, packed[1].value], [12.0, 7.5]);
///
/// read("workers:10|g")?;
/// assert_eq!(read("workers:-3|g")?[0].value, 7.0);
///
/// let error = read("requests:three|c").unwrap_err();
/// assert_eq!((error.kind, error.column), ("value", 9));
/// # Ok::<(), metrix_io::LineError>(())
/// ```
///
/// Memory: up to 64 bytes for each of the gauges that it [remembers](Self::remember).
#[derive(Clone, Debug)]
pub struct StatsD {
    /// `None` where a sign is a part of the value.
    gauges: Option<Gauges>,
}

impl StatsD {
    /// Where StatsD listens by custom: UDP port 8125, of this machine alone.
    ///
    /// ```
    /// use metrix_io::sources::statsd::StatsD;
    ///
    /// assert!(StatsD::ADDRESS.ip().is_loopback());
    /// assert_eq!(StatsD::ADDRESS.to_string(), "127.0.0.1:8125");
    /// ```
    pub const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8125);

    /// A reader that [remembers](Self::remember) 100 000 gauges.
    pub fn new() -> Self {
        Self { gauges: Some(Gauges::new(size(100_000))) }
    }

    /// Remembers the values of at least this many gauges: those that were set last. It may remember up to twice as many. A
    /// gauge that is changed by a value with a sign after it was forgotten starts at 0 again.
    ///
    /// ```
    /// use metrix_io::{ParseLine, sources::statsd::StatsD};
    ///
    /// let mut statsd = StatsD::new().remember(metrix::size(1));
    /// let mut read = |line: &'static str| {
    ///     let mut value = None;
    ///     statsd.parse(line.as_bytes(), &mut |reading| value = Some(reading.value)).map(|()| value)
    /// };
    /// read("a:5|g")?;
    /// assert_eq!(read("a:+1|g")?, Some(6.0));
    /// read("b:1|g")?;
    /// read("c:1|g")?;
    /// assert_eq!(read("a:+1|g")?, Some(1.0));
    /// assert!(statsd.forgotten() > 0);
    /// # Ok::<(), metrix_io::LineError>(())
    /// ```
    #[must_use]
    pub fn remember(self, gauges: NonZeroUsize) -> Self {
        Self { gauges: Some(Gauges::new(gauges)) }
    }

    /// Takes the sign of a gauge as a part of its value, as DogStatsD does: a gauge is always set and never changed, and none
    /// is remembered. Of this and [`remember`](Self::remember) the last call holds.
    ///
    /// ```
    /// use metrix_io::{ParseLine, sources::statsd::StatsD};
    ///
    /// let mut statsd = StatsD::new().absolute_gauges();
    /// let mut values = Vec::new();
    /// for line in ["outside:4|g", "outside:-5|g"] {
    ///     statsd.parse(line.as_bytes(), &mut |reading| values.push(reading.value))?;
    /// }
    /// assert_eq!(values, [4.0, -5.0]);
    /// # Ok::<(), metrix_io::LineError>(())
    /// ```
    #[must_use]
    pub fn absolute_gauges(self) -> Self {
        Self { gauges: None }
    }

    /// How many gauges have been forgotten, to stay within the bound.
    pub fn forgotten(&self) -> u64 {
        self.gauges.as_ref().map_or(0, Gauges::forgotten)
    }

    /// The value of one of the line's readings, and its weight; `gauge` is what is to be remembered.
    fn value(&mut self, line: &Line<'_>, gauge: Option<Key>, text: &str) -> Result<(f64, f64), LineError> {
        if text.is_empty() {
            return Err(line.fault(text, "value", "no value: write it before the type, as in name:1|c"));
        }
        let (value, weight) = match line.kind {
            Kind::Set => (member::number(text), 1.0),
            Kind::Counter => (number::read(line, text)? / line.rate, 1.0),
            Kind::Sample => (number::read(line, text)?, 1.0 / line.rate),
            Kind::Gauge => {
                let value = number::read(line, text)?;
                let value = match (&mut self.gauges, gauge) {
                    (Some(gauges), Some(key)) => gauges.set(key, value, text.starts_with(['+', '-'])),
                    _ => Some(value),
                };
                (value.unwrap_or(f64::INFINITY), 1.0)
            }
        };
        if value.is_finite() {
            return Ok((value, weight));
        }
        let what = format!("{} becomes infinite: send smaller values", fault::quote(text));
        Err(line.fault(text, "not finite", what))
    }
}

impl Default for StatsD {
    fn default() -> Self {
        Self::new()
    }
}

impl ParseLine for StatsD {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        if line.is_empty() {
            return Ok(());
        }
        let mut shared = Reading::new("", 0.0);
        let line = Line::read(line, &mut shared)?;
        let remembered = self.gauges.as_ref().filter(|_| line.kind == Kind::Gauge);
        let gauge = remembered.map(|gauges| gauges.key(&shared));
        let (before, last) = match line.values.rsplit_once(':') {
            Some((before, last)) if line.kind != Kind::Set => (Some(before), last),
            _ => (None, line.values),
        };
        let mut result = Ok(());
        for text in before.into_iter().flat_map(|before| before.split(':')) {
            match self.value(&line, gauge, text) {
                Ok((value, weight)) => emit(Reading { value, weight, ..shared.clone() }),
                Err(fault) => result = result.and(Err(fault)),
            }
        }
        // Most lines have one value, so that nothing is copied.
        let (value, weight) = match self.value(&line, gauge, last) {
            Ok(value) => value,
            Err(fault) => return result.and(Err(fault)),
        };
        (shared.value, shared.weight) = (value, weight);
        emit(shared);
        result
    }

    /// Gauges have to be remembered in order, and are left to [`parse`](Self::parse).
    #[inline]
    fn samples(&mut self, line: &[u8], emit: &mut dyn FnMut(Sample<'_>)) -> bool {
        plain::read(line).map(|plain| emit(plain.sample())).is_some()
    }
}
