//! [`assert_marbles`]: compares a stream's outputs and their times with a drawing.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::pin;

use futures_core::Stream;
use tokio::time::{Instant, timeout_at};

use super::Marbles;
use super::paused::paused;

/// How many frames, and how many outputs, after the last that is drawn a stream is still watched for.
const MORE: u32 = 1000;

/// Runs a stream on a paused clock, and compares what comes out, and in which frame, with a drawing.
///
/// The stream is built by `stream` when the clock stands at the first frame. Where the drawing has no `|`, the stream is watched
/// for as many frames as are drawn, and must not end in them.
///
/// ```
/// use metrix_core::{prelude::*, testing::{assert_marbles, marbles}};
/// use std::time::Duration;
///
/// let counts = || marbles("ab---c--|").timed_window(Duration::from_millis(4)).map(|window| window.value.len());
/// assert_marbles(counts, marbles("----2---(1|)").values([('1', 1), ('2', 2)]));
/// ```
///
/// # Panics
/// If they differ: the message shows both drawings, one above the other. Also if it is called from within a tokio
/// runtime, as it brings its own.
#[track_caller]
pub fn assert_marbles<S, T>(stream: impl FnOnce() -> S, expected: Marbles<T>)
where
    S: Stream<Item = T>,
    T: PartialEq + Debug,
{
    let found = paused(watch(stream, &expected));
    let frame = expected.frame;
    let mut expected = Seen {
        end: expected.end,
        frames: expected.frames,
        letters: expected.items.iter().map(|(_, letter, _)| *letter).collect(),
        items: expected.items.into_iter().map(|(at, _, item)| (at, item)).collect(),
    };
    expected.items.reverse();
    expected.letters.reverse();
    if found.items == expected.items && found.end == expected.end {
        return;
    }
    let (expected_line, found_line, legend) = draw(&expected, &found);
    panic!(
        "the stream is not as drawn (a frame is {frame:?}):\n  expected: {expected_line}\n     found: {found_line}\n  where {legend}"
    );
}

/// A stream's outputs with their frames.
struct Seen<T> {
    items: Vec<(u32, T)>,
    letters: Vec<char>,
    end: Option<u32>,
    frames: u32,
}

async fn watch<S: Stream>(stream: impl FnOnce() -> S, expected: &Marbles<S::Item>) -> Seen<S::Item> {
    let start = Instant::now();
    let mut stream = pin!(stream());
    let mut seen = Seen { items: Vec::new(), letters: Vec::new(), end: None, frames: expected.frames };
    let frames = if expected.end.is_some() { expected.frames + MORE } else { expected.frames };
    while seen.items.len() <= expected.items.len() + MORE as usize {
        let next = poll_fn(|cx| stream.as_mut().poll_next(cx));
        let Ok(output) = timeout_at(start + expected.frame * frames, next).await else { break };
        let frame = start.elapsed().as_nanos() / expected.frame.as_nanos();
        // At most `frames`, which is a u32.
        let frame = frame as u32;
        if frame >= frames {
            break;
        }
        match output {
            Some(item) => seen.items.push((frame, item)),
            None => {
                seen.end = Some(frame);
                break;
            }
        }
    }
    seen
}

/// Both drawings, frame below frame, and what their letters mean.
fn draw<T: PartialEq + Debug>(expected: &Seen<T>, found: &Seen<T>) -> (String, String, String) {
    let mut names: Vec<(char, &T)> = Vec::new();
    for (letter, (_, item)) in expected.letters.iter().zip(&expected.items) {
        if !names.contains(&(*letter, item)) {
            names.push((*letter, item));
        }
    }
    let mut unused = ('A'..='Z').chain('a'..='z').chain('0'..='9').filter(|letter| !expected.letters.contains(letter));
    let mut found_letters = Vec::new();
    for (_, item) in &found.items {
        let letter = match names.iter().find(|(_, named)| *named == item) {
            Some((letter, _)) => *letter,
            None => {
                let letter = unused.next().unwrap_or('?');
                names.push((letter, item));
                letter
            }
        };
        found_letters.push(letter);
    }
    let last = expected.items.iter().chain(&found.items).map(|(frame, _)| *frame);
    let frames = last.chain(expected.end).chain(found.end).map(|frame| frame + 1).max().unwrap_or(0);
    let (mut above, mut below) = (String::new(), String::new());
    for frame in 0..frames.max(expected.frames) {
        let (a, b) = (cell(expected, &expected.letters, frame), cell(found, &found_letters, frame));
        let width = a.chars().count().max(b.chars().count());
        above.push_str(&format!("{a:width$}"));
        below.push_str(&format!("{b:width$}"));
    }
    let legend: Vec<String> = names.iter().map(|(letter, item)| format!("{letter} = {item:?}")).collect();
    let legend = if legend.is_empty() { "nothing came out".into() } else { legend.join(", ") };
    (above.trim_end().into(), below.trim_end().into(), legend)
}

/// What is drawn for one frame.
fn cell<T>(seen: &Seen<T>, letters: &[char], frame: u32) -> String {
    let items = seen.items.iter().zip(letters).filter(|((at, _), _)| *at == frame).map(|(_, letter)| *letter);
    let signs: String = items.chain((seen.end == Some(frame)).then_some('|')).collect();
    match signs.chars().count() {
        0 if seen.end.is_some_and(|end| end < frame) => " ".into(),
        0 => "-".into(),
        1 => signs,
        _ => format!("({signs})"),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::time::Duration;

    use crate::testing::{assert_marbles, marbles};

    #[track_caller]
    fn fails(test: impl FnOnce() + std::panic::UnwindSafe, message: &str) {
        let error = catch_unwind(test).expect_err("it must fail");
        assert_eq!(error.downcast_ref::<String>().map(String::as_str), Some(message));
    }

    #[test]
    fn a_drawing_is_itself() {
        for drawing in ["", "|", "-|", "a", "(ab|)", "--a--b-|", "a (bc)-- (d|)", "----"] {
            assert_marbles(|| marbles(drawing), marbles(drawing));
        }
    }

    #[test]
    fn frames_can_be_long() {
        let second = Duration::from_secs(1);
        let slow = || marbles("a-b-|").frame(second);
        assert_marbles(slow, marbles("a-b-|").frame(second));
        assert_marbles(slow, marbles("a---b---|").frame(second / 2));
    }

    #[test]
    fn a_difference_is_shown() {
        let input = || marbles("a--b-|").values([('a', 1), ('b', 2)]);
        let message = "the stream is not as drawn (a frame is 1ms):\n  \
                       expected: a-(xx)-|\n     \
                       found: a--   A-|\n  where a = 1, x = 7, A = 2";
        fails(move || assert_marbles(input, marbles("a-(xx)-|").values([('a', 1), ('x', 7)])), message);
    }
}
