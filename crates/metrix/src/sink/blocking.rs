//! [`Blocking`]: files and the like as asynchronous writers.

mod append;

use std::fmt;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::task::{JoinHandle, spawn_blocking};

pub(super) use append::{Tail, append};

/// The most bytes that it takes at a time.
const MOST: usize = 1 << 18;

/// Writes to a blocking writer, as files and the standard output are, on the threads that tokio has for that.
///
/// What it has taken it keeps until it is written: when the writer fails, as on a full disk, the error is returned by
/// the next flush or write, and the one after that goes on with the rest. So a line is never torn for good. tokio's own
/// `File` and `Stdout` drop the rest then.
///
/// A flush is complete when the writer has taken all bytes and has been flushed.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::{Blocking, JsonLines}, tags};
/// use std::io::Cursor;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix::WriteError> {
/// let file = tempfile();
/// let mut sink = JsonLines::new(Blocking::new(file));
/// sink.write(&[MElement::new("requests.count", 3.0, tags! {}, Timestamp::EPOCH)]).await?;
/// let file = sink.into_inner().into_inner().expect("it has been written");
/// assert!(file.into_inner().starts_with(b"{\"name\":\"requests.count\""));
/// # Ok(())
/// # }
/// # fn tempfile() -> Cursor<Vec<u8>> { Cursor::default() }
/// ```
///
/// # Panics
/// When it is polled outside a tokio runtime.
///
/// Memory: at most 256 KiB beside the writer's own.
pub struct Blocking<T>(State<T>);

enum State<T> {
    Idle(Box<Job<T>>),
    Running(JoinHandle<Done<T>>),
    /// The writer panicked, or the runtime ended, and it is gone.
    Lost,
}

type Done<T> = (Box<Job<T>>, io::Result<()>);

struct Job<T> {
    writer: T,
    /// Taken, and not yet written.
    rest: Vec<u8>,
    flushed: bool,
}

impl<T: io::Write> Job<T> {
    fn run(mut self: Box<Self>) -> Done<T> {
        let mut written = 0;
        let result = loop {
            match self.rest.get(written..) {
                None | Some([]) => break self.writer.flush(),
                Some(rest) => match self.writer.write(rest) {
                    Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => written += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => break Err(error),
                },
            }
        };
        self.rest.drain(..written);
        self.flushed = result.is_ok();
        (self, result)
    }
}

impl<T> Blocking<T>
where
    T: io::Write + Send + 'static,
{
    /// Writes to `writer`.
    pub fn new(writer: T) -> Self {
        Self(State::Idle(Box::new(Job { writer, rest: Vec::new(), flushed: true })))
    }

    /// The writer, if it has taken all bytes.
    pub fn into_inner(self) -> Option<T> {
        match self.0 {
            State::Idle(job) if job.flushed => Some(job.writer),
            State::Idle(_) | State::Running(_) | State::Lost => None,
        }
    }

    /// Waits until the thread is done.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut Box<Job<T>>>> {
        if let State::Running(running) = &mut self.0 {
            let joined = ready!(Pin::new(running).poll(cx));
            let Ok((job, result)) = joined else {
                self.0 = State::Lost;
                return Poll::Ready(Err(lost()));
            };
            self.0 = State::Idle(job);
            result?;
        }
        match &mut self.0 {
            State::Idle(job) => Poll::Ready(Ok(job)),
            State::Running(_) | State::Lost => Poll::Ready(Err(lost())),
        }
    }

    fn start(&mut self) {
        self.0 = match std::mem::replace(&mut self.0, State::Lost) {
            State::Idle(job) => State::Running(spawn_blocking(|| job.run())),
            state @ (State::Running(_) | State::Lost) => state,
        };
    }

    /// Waits until all that was taken is written.
    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<&mut Box<Job<T>>>> {
        if !ready!(self.poll_idle(cx))?.flushed {
            self.start();
        }
        self.poll_idle(cx)
    }
}

/// Of a kind for which no other try helps.
fn lost() -> io::Error {
    let why = "the blocking writer is lost, as it panicked or its runtime ended: make a new one";
    io::Error::new(io::ErrorKind::BrokenPipe, why)
}

/// The writer itself is never pinned.
impl<T> Unpin for Blocking<T> {}

impl<T> AsyncWrite for Blocking<T>
where
    T: io::Write + Send + 'static,
{
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let job = ready!(self.poll_done(cx))?;
        let taken = &bytes[..bytes.len().min(MOST)];
        job.rest.extend_from_slice(taken);
        job.flushed = false;
        self.start();
        Poll::Ready(Ok(taken.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_done(cx).map_ok(|_| ())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl<T> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.0 {
            State::Idle(_) => "idle",
            State::Running(_) => "running",
            State::Lost => "lost",
        };
        f.debug_struct("Blocking").field("state", &state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A disk that takes three bytes a time, and is full at times.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl io::Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (text, room) = &mut *self.0.lock().unwrap();
            if *room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = bytes.len().min(3).min(*room);
            *room -= taken;
            text.extend(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    async fn flush(blocking: &mut Blocking<Disk>) -> io::Result<()> {
        poll_fn(|cx| Pin::new(&mut *blocking).poll_flush(cx)).await
    }

    #[tokio::test]
    async fn what_it_has_taken_is_written_when_there_is_room_again() {
        let disk = Disk::default();
        disk.0.lock().unwrap().1 = 4;
        let mut blocking = Blocking::new(disk.clone());
        let taken = poll_fn(|cx| Pin::new(&mut blocking).poll_write(cx, b"0123456789")).await;
        assert_eq!(taken.unwrap(), 10);
        for _ in 0..2 {
            assert_eq!(flush(&mut blocking).await.unwrap_err().kind(), io::ErrorKind::StorageFull);
            assert_eq!(disk.0.lock().unwrap().0, b"0123");
        }
        disk.0.lock().unwrap().1 = 100;
        flush(&mut blocking).await.unwrap();
        assert_eq!(disk.0.lock().unwrap().0, b"0123456789");
    }

    /// A writer with a fault of its own.
    struct Faulty;

    impl io::Write for Faulty {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("a fault of the writer")
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_writer_that_panics_is_an_error_from_then_on() {
        let mut blocking = Blocking::new(Faulty);
        poll_fn(|cx| Pin::new(&mut blocking).poll_write(cx, b"0")).await.unwrap();
        for _ in 0..2 {
            let error = poll_fn(|cx| Pin::new(&mut blocking).poll_flush(cx)).await.unwrap_err();
            assert!(error.to_string().contains("is lost"), "{error}");
        }
        assert!(blocking.into_inner().is_none());
    }
}
