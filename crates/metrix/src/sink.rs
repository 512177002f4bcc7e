//! [`Sink`]: where elements go, and the sinks that there are.
//!
//! - For people: [`Print`] and [`Log`].
//! - For programs: [`JsonLines`] and [`Csv`], into any `tokio::io::AsyncWrite`, or by [`Blocking`] into files and the standard
//!   output.
//! - For databases: those of the crate `metrix-io`.
//! - Within the program: [`Channel`], [`Forward`] to any futures sink, and [`Memory`].

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::MElement;

mod blocking;
mod channel;
mod closed;
mod csv;
mod forward;
mod jsonl;
mod lines;
mod log;
mod memory;
mod number;
mod print;
mod repr;
mod resume;

pub use blocking::Blocking;
pub use channel::Channel;
pub use csv::Csv;
pub use forward::Forward;
pub use jsonl::JsonLines;
pub use log::{Log, TemplateError};
pub use memory::Memory;
pub use number::Number;
pub use print::Print;

/// Where elements go: a terminal, a file, a database.
///
/// A coordinator gives each sink a task and a bounded queue of its own, and a batch of waiting elements at a time. It
/// keeps the batch until the sink has answered, so a sink borrows it and says what it could not write.
///
/// For a text, an [element](MElement) can be displayed, as its name, tags and value, and so can its time, as RFC 3339 has it.
/// An error of I/O becomes one of the sink's by `map_err(WriteError::retryable)`.
///
/// ```
/// use metrix::{MElement, Sink, WriteError};
///
/// /// Adds up what it is given.
/// struct Total(f64);
///
/// impl Sink for Total {
///     async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
///         self.0 += batch.iter().map(|element| element.value).sum::<f64>();
///         Ok(())
///     }
/// }
/// ```
pub trait Sink: Send + 'static {
    /// Writes a batch, which is never empty. What it returns is final: `Ok` says that all of it was written.
    ///
    /// # Errors
    /// What was not written, and whether another try may help.
    ///
    /// # Cancel safety
    /// The future is dropped when the coordinator's limit of time for a write is over; the whole batch is then written
    /// anew, so it must be left in a state in which another write can follow.
    fn write(&mut self, batch: &[MElement]) -> impl Future<Output = Result<(), WriteError>> + Send;

    /// Sends on what it still holds of what was written before, and returns when that is where it is to stay: on its disk, at its server.
    /// It is called when no more elements wait, and also while more do, when somebody [waits for it](crate::MCoordinator::flush), as who
    /// acknowledges what it has read does. Writes may follow.
    ///
    /// # Errors
    /// If that failed, once for all: another try may follow, and a sink keeps for that what it still holds. One that can't keep it says
    /// so, by failing all later flushes too: then nothing that it held is taken for settled. If a flush succeeds after one that failed, all that was
    /// written before is kept.
    ///
    /// # Cancel safety
    /// The future is dropped when the coordinator's limit of time for a write is over; another flush may follow, for which the sink keeps what
    /// it still holds.
    fn flush(&mut self) -> impl Future<Output = Result<(), WriteError>> + Send {
        async { Ok(()) }
    }

    /// Flushes, and ends its connections. It may be called twice, and a write after it is refused with an error.
    ///
    /// # Errors
    /// If what it still held could not be sent on.
    fn close(&mut self) -> impl Future<Output = Result<(), WriteError>> + Send {
        self.flush()
    }
}

/// Why elements were not written, and which. The cause is its `source`, and not part of what it says itself.
#[derive(Debug)]
pub struct WriteError {
    cause: Box<dyn Error + Send + Sync>,
    retryable: bool,
    /// Positions in the batch; all of it where there are none.
    unwritten: Option<Vec<usize>>,
    pause: Option<Duration>,
}

impl WriteError {
    /// Nothing of the batch was written, and another try may help: the peer is away, or busy.
    pub fn retryable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: cause.into(), retryable: true, unwritten: None, pause: None }
    }

    /// Nothing of the batch was written, and no other try will help: the peer has refused it.
    pub fn refused(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: cause.into(), retryable: false, unwritten: None, pause: None }
    }

    /// Only the elements at these positions of the batch were not written, counted from 0; the others were.
    ///
    /// A position beyond the batch is a fault of the sink, after which nothing else that it names is believed: all of the
    /// batch is taken as not written, and a coordinator logs that.
    pub fn only(self, positions: impl IntoIterator<Item = usize>) -> Self {
        // Each once, so that nothing is written or counted twice.
        let positions: BTreeSet<usize> = positions.into_iter().collect();
        Self { unwritten: Some(positions.into_iter().collect()), ..self }
    }

    /// The peer has said how long to wait before another try, as by `Retry-After` of HTTP, if it has. A coordinator waits as long, up to five
    /// minutes, and then its own pause, so that not all that were told the same come at once.
    ///
    /// ```
    /// use metrix::WriteError;
    /// use std::time::Duration;
    ///
    /// let busy = WriteError::retryable("503").after(Duration::from_secs(2));
    /// assert_eq!(busy.pause(), Some(Duration::from_secs(2)));
    /// assert_eq!(WriteError::retryable("503").after(None).pause(), None);
    /// ```
    pub fn after(self, pause: impl Into<Option<Duration>>) -> Self {
        Self { pause: pause.into(), ..self }
    }

    /// How long the peer has said to wait before another try, if it has.
    pub fn pause(&self) -> Option<Duration> {
        self.pause
    }

    /// Whether another try may help.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// The positions in the batch of the elements that were not written, counted from 0, in order and each once; `None` if
    /// none of them was written.
    ///
    /// ```
    /// use metrix::WriteError;
    ///
    /// assert_eq!(WriteError::refused("no tags").only([5, 3, 5]).positions(), Some(&[3, 5][..]));
    /// assert_eq!(WriteError::retryable("busy").positions(), None);
    /// ```
    pub fn positions(&self) -> Option<&[usize]> {
        self.unwritten.as_deref()
    }

    /// The elements of the batch that were not written: all of it where a position lies beyond.
    ///
    /// ```
    /// use metrix::{MElement, Timestamp, WriteError, tags};
    ///
    /// let batch = [1.0, 2.0].map(|value| MElement::new("n.sum", value, tags! {}, Timestamp::EPOCH));
    /// assert!(WriteError::retryable("busy").only([1]).unwritten(&batch).eq(&batch[1..]));
    /// assert!(WriteError::retryable("busy").only([1, 2]).unwritten(&batch).eq(&batch)); // there is no third
    /// ```
    pub fn unwritten<'a>(&'a self, batch: &'a [MElement]) -> impl Iterator<Item = &'a MElement> {
        let named = self.positions().filter(|_| self.beyond(batch).is_none());
        let all = named.is_none().then_some(batch).into_iter().flatten();
        all.chain(named.into_iter().flatten().filter_map(|&position| batch.get(position)))
    }

    /// A position that it names and that the batch hasn't.
    pub(crate) fn beyond(&self, batch: &[MElement]) -> Option<usize> {
        self.positions()?.last().copied().filter(|&last| last >= batch.len())
    }
}

/// Nothing of the batch was written, and another try may help: what `?` means in a sink. Where no other try helps, say so by
/// [`refused`](WriteError::refused); where a part was written, by [`only`](WriteError::only).
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, WriteError, tags};
/// use std::net::UdpSocket;
///
/// /// One datagram a batch.
/// struct Datagrams(UdpSocket);
///
/// impl Sink for Datagrams {
///     async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
///         let lines: Vec<String> = batch.iter().map(MElement::to_string).collect();
///         self.0.send(lines.join("\n").as_bytes())?;
///         Ok(())
///     }
/// }
///
/// # fn main() -> std::io::Result<()> {
/// let mut sink = Datagrams(UdpSocket::bind("127.0.0.1:0")?); // connected to nobody
/// let element = MElement::new("n.sum", 1.0, tags! {}, Timestamp::EPOCH);
/// let error = futures::executor::block_on(sink.write(&[element])).unwrap_err();
/// assert!(error.is_retryable() && error.positions().is_none());
/// # Ok(())
/// # }
/// ```
impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> Self {
        Self::retryable(error)
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.retryable { "not written, another try may help" } else { "refused" })
    }
}

impl Error for WriteError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
