//! [`ParseLine`]: what turns a line of text into readings.

use std::fmt;

use crate::{Reading, Sample};

/// Turns lines of text into readings: what all protocols of lines have in common, wherever the lines come from.
///
/// One of your own takes one method:
///
/// ```
/// use metrix_io::{Input, LineError, ParseLine, Reading, Step};
///
/// /// Reads lines such as `load 0.25`.
/// struct Words;
///
/// impl ParseLine for Words {
///     fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
///         let text = String::from_utf8_lossy(line);
///         let Some((name, value)) = text.split_once(' ') else {
///             return Err(LineError::new("words", text.len(), "there is no value: write one after a space"));
///         };
///         match value.parse() {
///             Ok(value) => emit(Reading::new(name, value)),
///             Err(_) => return Err(LineError::new("value", name.len() + 1, "write a number, as 0.25")),
///         }
///         Ok(())
///     }
/// }
///
/// let mut input = Input::reader("loads", &b"load 0.25\nload high\nload 0.5\n"[..]).open()?;
/// let (mut sum, mut faults) = (0.0, Vec::new());
/// while input.advance()? == Step::Line {
///     if let Err(error) = Words.parse(input.line(), &mut |reading| sum += reading.value) {
///         faults.push(format!("{}:{}:{error}", input.name(), input.number()));
///     }
/// }
/// assert_eq!(sum, 0.75);
/// assert_eq!(faults, ["loads:2:6: write a number, as 0.25"]);
/// # Ok::<(), metrix_io::InputError>(())
/// ```
pub trait ParseLine {
    /// Gives every reading of the line to `emit`, in order. The line comes without its end (`\n` or `\r\n`), and may be any
    /// bytes. An empty line has no readings.
    ///
    /// A reading may borrow its texts from the line or from `self`; what is to be kept is [made its own](Reading::into_owned).
    ///
    /// # Errors
    /// If the line, or a part of it, is not of the protocol; of several faults it is the first. What was given to `emit`
    /// stands.
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError>;

    /// Gives the measurements of a line that is as most are to `emit`, in order, if the parser has a short way for such lines.
    /// If it tells that the line isn't, what was given is void, and [`parse`](Self::parse) is to be asked, as for a line that is
    /// wrong.
    ///
    /// They are as many as the readings of the line, and each has the value, time and weight of its reading, and the
    /// [key](Sample::key) of that reading's series. So what to do with a series has to be found out only once, from its first
    /// reading; its later lines cost neither tags nor an allocation. What `parse` would count as
    /// [skipped](Self::skipped) is counted.
    fn samples(&mut self, line: &[u8], emit: &mut dyn FnMut(Sample<'_>)) -> bool {
        let _ = (line, emit);
        false
    }

    /// How many readings were left out so far because their line has no value for them, which is no fault.
    fn skipped(&self) -> u64 {
        0
    }
}

/// Why a line, or a part of one, has no readings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineError {
    /// What kind of fault it is, in few words: sources count by it.
    pub kind: &'static str,
    /// Where in the line, in bytes from 0.
    pub column: usize,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl LineError {
    /// A fault of this kind at this byte of the line.
    ///
    /// ```
    /// use metrix_io::LineError;
    ///
    /// let error = LineError::new("value", 5, "write a number, as 0.25");
    /// assert_eq!(error.to_string(), "6: write a number, as 0.25");
    /// ```
    pub fn new(kind: &'static str, column: usize, message: impl Into<String>) -> Self {
        Self { kind, column, message: message.into() }
    }
}

/// The column is counted from 1, as editors do.
impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column + 1, self.message)
    }
}

impl std::error::Error for LineError {}
