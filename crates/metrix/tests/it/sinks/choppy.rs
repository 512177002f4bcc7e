//! [`Choppy`]: a writer that takes some bytes at a time, and fails where the test says.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// A writer that takes `step` bytes a poll, and is pending before each. A clone sees what was written.
#[derive(Clone, Debug)]
pub(crate) struct Choppy {
    step: usize,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    written: Vec<u8>,
    ready: bool,
    /// Once so many bytes are written, it fails with this, once.
    failures: Vec<(usize, io::ErrorKind)>,
    flush_failures: usize,
    shutdowns: usize,
}

impl Choppy {
    pub(crate) fn new(step: usize) -> Self {
        Self { step, state: Arc::default() }
    }

    pub(crate) fn failing(self, at: usize, kind: io::ErrorKind) -> Self {
        self.state().failures.push((at, kind));
        self
    }

    /// Its first flushes fail.
    pub(crate) fn failing_flushes(self, count: usize) -> Self {
        self.state().flush_failures = count;
        self
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.state().written.clone()).unwrap()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.state().written.len()
    }

    pub(crate) fn shutdowns(&self) -> usize {
        self.state().shutdowns
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Pending every other time.
    fn pause(&self, cx: &Context<'_>) -> bool {
        let mut state = self.state();
        state.ready = !state.ready;
        if state.ready {
            cx.waker().wake_by_ref();
        }
        state.ready
    }
}

impl AsyncWrite for Choppy {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.pause(cx) {
            return Poll::Pending;
        }
        let mut state = self.state();
        let mut taken = bytes.len().min(self.step);
        let length = state.written.len();
        if let Some(place) = state.failures.iter().position(|(at, _)| (length..length + taken).contains(at)) {
            let (at, kind) = state.failures[place];
            if at == length {
                state.failures.remove(place);
                return Poll::Ready(Err(kind.into()));
            }
            taken = at - length;
        }
        state.written.extend(&bytes[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.pause(cx) {
            return Poll::Pending;
        }
        let mut state = self.state();
        if state.flush_failures > 0 {
            state.flush_failures -= 1;
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.state().shutdowns += 1;
        Poll::Ready(Ok(()))
    }
}
