//! [`Chunks`]: an input as a stream.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc as sync;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use futures_core::{FusedStream, Stream};
use tokio::sync::{Semaphore, mpsc};

use super::line_buffer::CHUNK;
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
    /// Memory that the thread may use again.
    spare: sync::SyncSender<Vec<u8>>,
    /// Whether the thread is reading, having handed on all lines before.
    reads: Arc<AtomicBool>,
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
    /// Memory: that of the input, and `bound + 1` chunks, each of about 128 KiB, or of one line if that is longer.
    pub fn chunks(self, bound: NonZeroUsize) -> Result<Chunks, InputError> {
        let (sender, chunks) = mpsc::channel(bound.get().min(Semaphore::MAX_PERMITS));
        let (stop, stopped) = sync::channel();
        let (spare, spares) = sync::sync_channel(2);
        let (name, reads) = (self.name.clone(), Arc::<AtomicBool>::default());
        let is_read_up = Arc::clone(&reads);
        let spawned = thread::Builder::new()
            .name("metrix-input".to_owned())
            .spawn(move || read(self, &sender, &spares, &stopped, &is_read_up));
        match spawned {
            // It ends by itself.
            Ok(_) => Ok(Chunks { chunks, stop: Some(stop), spare, reads, ended: false }),
            Err(error) => Err(InputError { input: name, bytes: None, error }),
        }
    }
}

impl Chunks {
    /// Reads no more: the whole lines that have been read still come, and then the stream ends. If the thread waits for
    /// something to come on the standard input, that is when it has come; [`waits`](Self::waits) tells.
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

    /// Takes back a chunk of which nothing is needed any more, so that its memory is used again.
    ///
    /// ```
    /// use futures::StreamExt;
    /// use metrix::size;
    /// use metrix_io::Input;
    ///
    /// # futures::executor::block_on(async {
    /// let text = "one line of many\n".repeat(100_000);
    /// let mut chunks = Input::reader("lines", std::io::Cursor::new(text)).open()?.chunks(size(2))?;
    /// let mut lines = 0;
    /// while let Some(chunk) = chunks.next().await {
    ///     let chunk = chunk?;
    ///     lines += chunk.lines().count();
    ///     chunks.reuse(chunk);
    /// }
    /// assert_eq!(lines, 100_000);
    /// # Ok::<(), metrix_io::InputError>(())
    /// # }).unwrap();
    /// ```
    pub fn reuse(&self, chunk: Chunk) {
        let memory = chunk.into_memory();
        // What is larger has held a long line, of which there are few; and there may be enough.
        if memory.capacity() == CHUNK {
            let _ = self.spare.try_send(memory);
        }
    }

    /// Whether the thread reads, or waits for something to read, and all whole lines from before are in the stream. Whoever
    /// has closed the stream, has taken what was in it, and finds that this stays so, has all there is.
    ///
    /// ```
    /// use futures::{FutureExt, StreamExt};
    /// use metrix::size;
    /// use metrix_io::Input;
    ///
    /// # futures::executor::block_on(async {
    /// let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// let mut writer = std::net::TcpStream::connect(listener.local_addr()?)?;
    /// let mut chunks = Input::reader("socket", listener.accept()?.0).open()?.chunks(size(4))?;
    /// std::io::Write::write_all(&mut writer, b"one line and\na half")?;
    /// assert_eq!(chunks.next().await.expect("there is a line")?.lines().count(), 1);
    /// while !chunks.waits() {
    ///     std::thread::yield_now();
    /// }
    /// assert!(chunks.next().now_or_never().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    pub fn waits(&self) -> bool {
        self.reads.load(Ordering::Acquire)
    }
}

/// Reads all of an input, until nobody listens any more; `reads` tells that it reads with no line in its hands.
fn read(
    mut input: Input,
    chunks: &mpsc::Sender<Result<Chunk, InputError>>,
    spares: &sync::Receiver<Vec<u8>>,
    stop: &sync::Receiver<()>,
    reads: &AtomicBool,
) {
    let mut is_read_up = true;
    loop {
        let mut chunk = Chunk::default();
        if is_read_up {
            reads.store(true, Ordering::Release);
        }
        let step = input.advance_all(&mut chunk, || spares.try_recv().unwrap_or_default());
        if is_read_up {
            reads.store(false, Ordering::Release);
        }
        is_read_up = !input.lines.is_next_there();
        if !chunk.is_empty() && chunks.blocking_send(Ok(chunk)).is_err() {
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
