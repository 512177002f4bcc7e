//! [`Chunks`]: an input as a stream.

use std::mem::take;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::mpsc as sync;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use futures_core::{FusedStream, Stream};
use tokio::sync::{Semaphore, mpsc};

use super::{Chunk, Input, InputError, Step};

/// The lines of an input as a stream of [chunks](Chunk), which a thread of its own reads. It is made by [`Input::chunks`].
///
/// It ends with the input. An error is the last that comes.
///
/// # Cancel safety
/// A chunk that is waited for isn't lost when the waiting ends: the next one to wait gets it.
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Chunks {
    chunks: mpsc::Receiver<Result<Chunk, InputError>>,
    /// Its being dropped tells the thread to end.
    stop: Option<sync::Sender<()>>,
    ended: bool,
}

impl Input {
    /// A stream of the lines, for tasks that must not block. A thread reads them up to `bound` chunks ahead. Lines are
    /// handed on as soon as the next one would have to be waited for.
    ///
    /// When the stream is dropped or [closed](Chunks::close), the thread ends once it has read what it is about to read.
    ///
    /// # Errors
    /// If the system has no thread for it.
    ///
    /// Memory: that of the input, and `bound + 1` chunks, each of about 64 KiB, or of one line if that is longer.
    pub fn chunks(self, bound: NonZeroUsize) -> Result<Chunks, InputError> {
        let (sender, chunks) = mpsc::channel(bound.get().min(Semaphore::MAX_PERMITS));
        let (stop, stopped) = sync::channel();
        let name = self.name.clone();
        let spawned =
            thread::Builder::new().name("metrix-input".to_owned()).spawn(move || read(self, &sender, &stopped));
        match spawned {
            // It ends by itself.
            Ok(_) => Ok(Chunks { chunks, stop: Some(stop), ended: false }),
            Err(error) => Err(InputError { input: name, bytes: None, error }),
        }
    }
}

impl Chunks {
    /// Reads no more: the whole lines that have been read still come, and then the stream ends. If the thread waits for
    /// something to come on the standard input, that is when it has come.
    ///
    /// ```
    /// use futures::StreamExt;
    /// use metrix::size;
    /// use metrix_io::{Follow, Input};
    ///
    /// # let path = std::env::temp_dir().join(format!("metrix-close-{}", std::process::id()));
    /// # futures::executor::block_on(async {
    /// std::fs::write(&path, "one\ntwo\n")?;
    /// let mut chunks = Input::builder(&path).follow(Follow::FromStart).open()?.chunks(size(4))?;
    /// let lines: usize = chunks.next().await.expect("there are two lines")?.lines().count();
    /// chunks.close();
    /// assert_eq!(lines, 2);
    /// assert!(chunks.next().await.is_none());
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub fn close(&mut self) {
        self.stop = None;
    }
}

/// Reads all of an input, until nobody listens any more.
fn read(mut input: Input, chunks: &mpsc::Sender<Result<Chunk, InputError>>, stop: &sync::Receiver<()>) {
    let mut chunk = Chunk::default();
    loop {
        let step = input.advance();
        if let Ok(step) = step {
            chunk.push(step, &input);
        }
        let is_read_up = !input.lines.is_next_there();
        if (chunk.is_full() || is_read_up || step.is_err())
            && !chunk.is_empty()
            && chunks.blocking_send(Ok(take(&mut chunk))).is_err()
        {
            return;
        }
        let wait = match step {
            Ok(Step::Line | Step::TooLong) => Duration::ZERO,
            Ok(Step::Nothing) => input.look_every,
            Ok(Step::End) => return,
            Err(error) => return drop(chunks.blocking_send(Err(error))),
        };
        // Not before, since what has been taken from a pipe is nowhere else.
        if is_read_up && stop.recv_timeout(wait) == Err(sync::RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

impl Stream for Chunks {
    type Item = Result<Chunk, InputError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = self.chunks.poll_recv(cx);
        self.ended = matches!(polled, Poll::Ready(None));
        polled
    }
}

impl FusedStream for Chunks {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}
