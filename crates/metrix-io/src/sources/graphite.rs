//! Graphite.
//!
//! [`Graphite`] reads its lines. To listen for them, bind a [`TcpLines`](super::tcp_lines::TcpLines) to it.

mod path;
mod plain;
mod time;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::excerpt::excerpt;
use crate::{LineError, ParseLine, Reading, Sample};

/// Reads lines of Graphite's plain text: `name;tag=value;tag=value value time`.
///
/// | part | what it is |
/// | --- | --- |
/// | `name` | as it stands, with its dots |
/// | `;tag=value` | none, or up to 100 tags; of equal names the last holds |
/// | `value` | a finite number |
/// | `time` | seconds since the epoch, with or without decimals, to the microsecond; `-1` is now |
///
/// The parts stand apart by any blanks.
///
/// # Errors
/// A line with a fault gives no reading. The kinds are
///
/// | kind | what it is |
/// | --- | --- |
/// | `encoding` | the line is not UTF-8 |
/// | `fields` | it has not three parts |
/// | `name` | there is none |
/// | `tag` | it has no name, no value, or no `=`, or there are more than 100 |
/// | `value` | it is no number |
/// | `not finite` | the value is infinite or not a number |
/// | `time` | it is no number of seconds from 1970 to 2262 |
///
/// ```
/// use metrix_io::{ParseLine, sources::graphite::Graphite};
///
/// let mut read = |line: &'static str| {
///     let mut reading = None;
///     Graphite::new().parse(line.as_bytes(), &mut |read| reading = Some(read.into_owned())).map(|()| reading)
/// };
/// let reading = read("web.load;host=a;core=0 0.25 1431857103")?.unwrap();
/// assert_eq!((&*reading.name, reading.value), ("web.load", 0.25));
/// assert_eq!(reading.to_tags(), metrix::tags! { "host" => "a", "core" => 0 });
/// assert_eq!(reading.at, Some(metrix::Timestamp::from_secs(1_431_857_103)));
///
/// let error = read("web.load high 1431857103").unwrap_err();
/// assert_eq!((error.kind, error.column), ("value", 9));
/// # Ok::<(), metrix_io::LineError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Graphite(());

impl Graphite {
    /// Where Graphite listens by custom: TCP port 2003, of this machine alone.
    ///
    /// ```
    /// use metrix_io::sources::graphite::Graphite;
    ///
    /// assert_eq!(Graphite::ADDRESS.to_string(), "127.0.0.1:2003");
    /// ```
    pub const ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 2003);

    /// A reader, which remembers nothing.
    pub fn new() -> Self {
        Self(())
    }
}

impl ParseLine for Graphite {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        if line.is_empty() {
            return Ok(());
        }
        let text = std::str::from_utf8(line).map_err(|error| {
            LineError::new("encoding", error.valid_up_to(), "the line is not UTF-8 from here on: encode it so")
        })?;
        let mut parts = text.split_ascii_whitespace();
        let (Some(path), Some(value), Some(time), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            let what = "the line has not three parts: write a name, a value and a time, as in web.load 0.25 1431857103";
            return Err(LineError::new("fields", 0, what));
        };
        let mut reading = path::read(text, path)?;
        reading.value = match value.parse::<f64>() {
            Ok(number) if number.is_finite() => number,
            Ok(_) => {
                let what = format!("{:?} is not finite: send finite values", excerpt(value));
                return Err(fault(text, value, "not finite", what));
            }
            Err(_) => {
                let what = format!("{:?} is no number: write digits, as in 12 or 0.5", excerpt(value));
                return Err(fault(text, value, "value", what));
            }
        };
        reading.at = time::read(text, time)?;
        emit(reading);
        Ok(())
    }

    #[inline]
    fn samples(&mut self, line: &[u8], emit: &mut dyn FnMut(Sample<'_>)) -> bool {
        plain::read(line).map(|plain| emit(plain.sample())).is_some()
    }
}

/// A fault of this kind in `part`, which is a part of `line`.
#[cold]
fn fault(line: &str, part: &str, kind: &'static str, message: impl Into<String>) -> LineError {
    LineError::new(kind, part.as_ptr() as usize - line.as_ptr() as usize, message)
}
