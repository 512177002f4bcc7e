//! [`Scribe`]: writes lines for people, and lets nobody wait long for whoever reads them.

use std::io;
use std::mem::take;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// So many bytes of lines wait to be written at most, if it is more than one.
const MOST: usize = 1 << 20;

/// So many are written at once, or a line that is longer.
const PIECE: usize = 1 << 16;

/// A write that takes longer is one to something that nobody reads.
const PATIENCE: Duration = Duration::from_secs(1);

/// Writes lines on a thread of its own. As long as they are read, however slowly, nothing is lost: whoever writes waits for room.
/// If nothing has been read for a second, nobody waits any more; what there is no room for is dropped, and counted.
///
/// Memory: about 2 MiB of lines.
#[derive(Clone, Debug)]
pub(crate) struct Scribe(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Whole lines.
    waiting: Vec<u8>,
    is_writing: bool,
    /// Nobody seems to read what is written.
    is_stuck: bool,
    /// Lines that were dropped, and not told of yet.
    dropped: usize,
    /// How many pieces have been written.
    written: u64,
}

impl Scribe {
    /// Starts the thread, which has `write` write whole lines.
    pub(crate) fn start(mut write: impl FnMut(&[u8]) + Send + 'static) -> io::Result<Self> {
        let scribe = Self(Arc::default());
        let own = scribe.clone();
        thread::Builder::new().name("scribe".to_owned()).spawn(move || {
            loop {
                let lines = own.next();
                let mut rest = &lines[..];
                while !rest.is_empty() {
                    let (piece, after) = rest.split_at(piece(rest));
                    write(piece);
                    rest = after;
                    own.has_written(rest.is_empty());
                }
            }
        })?;
        Ok(scribe)
    }

    /// Has whole lines written, or drops them.
    pub(crate) fn write(&self, lines: &[u8]) {
        let has_room = |state: &State| state.waiting.is_empty() || state.waiting.len() + lines.len() <= MOST;
        let mut state = self.wait(has_room);
        if has_room(&state) {
            state.waiting.extend_from_slice(lines);
        } else {
            state.dropped += lines.iter().filter(|byte| **byte == b'\n').count();
        }
        self.0.changed.notify_all();
    }

    /// Waits until all is written, if somebody reads it.
    pub(crate) fn finish(&self) {
        drop(self.wait(|state| state.waiting.is_empty() && state.dropped == 0 && !state.is_writing));
    }

    /// What is to be written next, when there is something.
    fn next(&self) -> Vec<u8> {
        let nothing = |state: &mut State| state.waiting.is_empty() && state.dropped == 0;
        let state = self.0.changed.wait_while(self.state(), nothing);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.is_writing = true;
        let mut lines = take(&mut state.waiting);
        let dropped = take(&mut state.dropped);
        if dropped > 0 {
            lines.extend_from_slice(format!("here {dropped} lines are missing: nobody read them in time\n").as_bytes());
        }
        self.0.changed.notify_all();
        lines
    }

    fn has_written(&self, is_all: bool) {
        let mut state = self.state();
        state.written += 1;
        (state.is_writing, state.is_stuck) = (!is_all, false);
        self.0.changed.notify_all();
    }

    /// Waits until this is so, or nobody reads.
    fn wait(&self, is_so: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.state();
        while !is_so(&state) && !state.is_stuck {
            let written = state.written;
            let waits = |state: &mut State| state.written == written && !state.is_stuck && !is_so(state);
            let waited = self.0.changed.wait_timeout_while(state, PATIENCE, waits);
            let (next, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = next;
            state.is_stuck |= timeout.timed_out();
        }
        state
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much of these lines is written at once: whole lines, as many as fit, but one at least.
fn piece(lines: &[u8]) -> usize {
    let fitting = &lines[..lines.len().min(PIECE)];
    let end = fitting.iter().rposition(|byte| *byte == b'\n');
    end.or_else(|| lines.iter().position(|byte| *byte == b'\n')).map_or(lines.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_is_read_is_whole_and_in_order() {
        let (sender, pieces) = channel();
        let scribe = Scribe::start(move |piece| sender.send(piece.to_vec()).unwrap()).unwrap();
        let mut expected = String::new();
        for number in 0..100_000 {
            let line = format!("line {number}\n");
            scribe.write(line.as_bytes());
            expected.push_str(&line);
        }
        let long = "x".repeat(3 * MOST) + "\n";
        scribe.write(long.as_bytes());
        scribe.finish();
        let pieces: Vec<Vec<u8>> = pieces.try_iter().collect();
        assert!(pieces.iter().all(|piece| piece.ends_with(b"\n")));
        assert!(pieces.concat() == (expected + &long).as_bytes());
    }

    #[test]
    fn what_nobody_reads_is_dropped_and_counted() {
        let (sender, read) = channel::<()>();
        let (written, pieces) = channel();
        let scribe = Scribe::start(move |piece| {
            // An error says that all may be read from now on.
            let _ = read.recv();
            written.send(piece.to_vec()).unwrap();
        })
        .unwrap();
        let line = ["x".repeat(1023), "\n".to_owned()].concat();
        // The first is in the hands of the thread, or waits with the others.
        for _ in 0..3 * MOST / line.len() {
            scribe.write(line.as_bytes());
        }
        scribe.finish();
        assert_eq!(pieces.try_iter().count(), 0);
        drop(sender);
        let (mut lines, mut missing) = (0, None);
        while missing.is_none() {
            let piece = String::from_utf8(pieces.recv_timeout(Duration::from_secs(60)).unwrap()).unwrap();
            lines += piece.matches("x\n").count();
            missing = piece.split_once("here ").map(|(_, rest)| rest.split_once(' ').unwrap().0.parse().unwrap());
        }
        assert_eq!(lines + missing.unwrap_or(0), 3 * MOST / line.len());
        assert!(lines <= 2 * MOST / line.len(), "{lines}");
    }
}
