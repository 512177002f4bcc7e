//! [`marbles`]: a stream that is drawn, item by item, on a line of time.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use tokio::time::{Instant, Sleep};

/// Draws a stream of letters: `marbles("--a-(bc)-|")`.
///
/// Each sign stands for one frame of time, a millisecond unless [`frame`](Marbles::frame) says otherwise: `-` is a frame
/// in which nothing happens, a letter or digit an item, `|` the end. What stands in round brackets happens
/// within one frame, in that order: `(ab|)`. Without a `|` the stream never ends. Spaces are left out.
///
/// The first frame is that of the first poll. The stream needs tokio's timer, best on a paused clock;
/// [`assert_marbles`](super::assert_marbles()) provides both.
///
/// ```
/// use metrix_core::{prelude::*, testing::marbles};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let start = tokio::time::Instant::now();
/// let readings = marbles("-a--(bc|)").values([('a', 1.5), ('b', 2.5), ('c', 3.5)]).frame(Duration::from_secs(1));
/// assert_eq!(readings.collect::<Vec<f64>>().await, [1.5, 2.5, 3.5]);
/// assert_eq!(start.elapsed(), Duration::from_secs(4));
/// # }
/// ```
///
/// # Panics
/// If the drawing is none; the message says where. [`str::parse`] gives the error instead.
#[track_caller]
pub fn marbles(drawing: &str) -> Marbles<char> {
    drawing.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A drawn stream, made by [`marbles()`].
#[must_use = "streams do nothing unless polled"]
pub struct Marbles<T> {
    /// The items with their frames and letters, the last to come first.
    pub(super) items: Vec<(u32, char, T)>,
    pub(super) end: Option<u32>,
    /// How many frames are drawn.
    pub(super) frames: u32,
    pub(super) frame: Duration,
    playing: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<T> Marbles<T> {
    /// Makes each frame last this long: a whole number of milliseconds, which is as fine as tokio's timers are.
    ///
    /// # Panics
    /// If that is not a whole number of milliseconds, or none.
    #[track_caller]
    pub fn frame(self, frame: Duration) -> Self {
        let whole = frame.subsec_nanos() % 1_000_000 == 0;
        assert!(
            whole && !frame.is_zero(),
            "a frame of {frame:?} is not possible: it must be whole milliseconds, and at least 1ms"
        );
        Self { frame, ..self }
    }

    fn at(&self, start: Instant, frame: u32) -> Instant {
        start + self.frame * frame
    }
}

impl Marbles<char> {
    /// Puts values in the place of the letters.
    ///
    /// # Panics
    /// If a letter has no value.
    #[track_caller]
    pub fn values<T: Clone>(self, values: impl IntoIterator<Item = (char, T)>) -> Marbles<T> {
        let values: Vec<(char, T)> = values.into_iter().collect();
        let value = |letter| match values.iter().find(|(name, _)| *name == letter) {
            Some((_, value)) => value.clone(),
            None => panic!("the letter `{letter}` is drawn but has no value: add ('{letter}', ...) to the values"),
        };
        let Self { items, end, frames, frame, playing } = self;
        let items = items.into_iter().map(|(at, letter, _)| (at, letter, value(letter))).collect();
        Marbles { items, end, frames, frame, playing }
    }
}

impl<T> Stream for Marbles<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        let start = match &this.playing {
            Some((start, _)) => *start,
            None => Instant::now(),
        };
        let Some(next) = this.items.last().map(|(frame, ..)| *frame).or(this.end) else {
            return Poll::Pending;
        };
        let at = this.at(start, next);
        let (_, sleep) = this.playing.get_or_insert_with(|| (start, Box::pin(tokio::time::sleep_until(at))));
        // A timer never fires in the millisecond in which it is set, but the first frame has begun already.
        if Instant::now() < at {
            if sleep.deadline() != at {
                sleep.as_mut().reset(at);
            }
            ready!(sleep.as_mut().poll(cx));
        }
        Poll::Ready(this.items.pop().map(|(.., item)| item))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.items.len();
        (left, Some(left))
    }
}

impl<T> Unpin for Marbles<T> {}

impl<T: fmt::Debug> fmt::Debug for Marbles<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Marbles").field("items", &self.items).field("end", &self.end).finish_non_exhaustive()
    }
}

impl FromStr for Marbles<char> {
    type Err = MarblesError;

    fn from_str(drawing: &str) -> Result<Self, MarblesError> {
        let mut items = Vec::new();
        let mut end = None;
        let mut frames = 0;
        let mut group = None;
        for (place, sign) in drawing.chars().enumerate() {
            let error = |problem| MarblesError { drawing: drawing.into(), place, problem };
            if end.is_some() && !(sign.is_whitespace() || sign == ')' && group.is_some()) {
                return Err(error(Problem::AfterEnd));
            }
            match sign {
                _ if sign.is_whitespace() => continue,
                '(' if group.is_none() => group = Some(place),
                ')' if group.is_some() => group = None,
                '|' => end = Some(frames),
                '-' if group.is_none() => {}
                '-' => return Err(error(Problem::TimeInGroup)),
                '(' => return Err(error(Problem::GroupInGroup)),
                ')' => return Err(error(Problem::NoGroup)),
                _ if sign.is_alphanumeric() => items.push((frames, sign, sign)),
                _ => return Err(error(Problem::NoSign(sign))),
            }
            if group.is_none() {
                frames += 1;
            }
        }
        if let Some(place) = group {
            return Err(MarblesError { drawing: drawing.into(), place, problem: Problem::OpenGroup });
        }
        items.reverse();
        Ok(Self { items, end, frames, frame: Duration::from_millis(1), playing: None })
    }
}

/// What is wrong with a drawing, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarblesError {
    drawing: String,
    place: usize,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    AfterEnd,
    TimeInGroup,
    GroupInGroup,
    NoGroup,
    OpenGroup,
    NoSign(char),
}

impl fmt::Display for MarblesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { drawing, place, problem } = self;
        write!(f, "`{drawing}` is no drawing of a stream: at sign {} ", place + 1)?;
        match problem {
            Problem::AfterEnd => write!(f, "something follows the end: nothing may stand after `|`"),
            Problem::TimeInGroup => write!(f, "time goes on in a group: draw `-` outside of the brackets"),
            Problem::GroupInGroup => write!(f, "a group opens in a group: close the first with `)`"),
            Problem::NoGroup => write!(f, "a group closes that was not opened: add `(` before it"),
            Problem::OpenGroup => write!(f, "a group opens that is not closed: add `)` after it"),
            Problem::NoSign(sign) => {
                write!(f, "`{sign}` means nothing: draw letters and digits, `-`, `(`, `)` and `|`")
            }
        }
    }
}

impl std::error::Error for MarblesError {}
