//! [`NatsSource`]: messages of a stream of NATS JetStream, which are acknowledged when they are settled.

mod acknowledging;
mod handing_out;
mod held;
mod message;
mod opened;
mod options;
mod plan;
mod reader;
mod record;
mod replay;
mod stats;
mod stored_message;
mod wanted;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use async_nats::Subject;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, Interval, sleep_until};

use self::acknowledging::Word;
use self::held::Held;
use self::opened::Opened;
use self::plan::Plan;
use self::reader::Reader;
use self::record::Record;
use crate::nats::{NatsError, NatsServer};

pub use self::message::NatsMessage;
pub use self::plan::NatsNameError;
pub use self::stats::NatsStats;
pub use self::wanted::NatsStart;

/// Messages of a stream of NATS JetStream, in the order of the stream and without a gap, read by a durable pull consumer. A message is
/// acknowledged when it is said to be [settled](Self::settle), which may be long after it was read, and others before it.
///
/// # What comes again
///
/// JetStream delivers a message again that was not acknowledged in time, and after a connection was lost, or this program, or the server,
/// it does so after others that are newer. Here it is handed out once, at its place:
/// - one that is held, or was settled, is known by its sequence when it comes again, and isn't handed out;
/// - what was delivered to a connection or a process that is no more, and not settled, is read from the stream itself, before anything
///   newer is.
///
/// What is settled, and a note of yours, stand in a key-value bucket of JetStream by each [commit](Self::commit), before the messages are
/// acknowledged. So after a crash what was settled by the last commit isn't handed out again, and all else is.
/// Of what is held a thousand ranges of sequences are stored. If there are more, what was settled after the thousandth is handed out again too;
/// with a [filter](Self::filter) that leaves messages out in between, each that is held is a range.
/// A stream that ends before what was read of it, as one does that was restored from a copy, is read as another one, and that is told.
///
/// Of headers that the client's library can't read those are given that can be: such a message is read from the stream itself.
///
/// Delete the consumer to have the stream read from its beginning: what the bucket has counts for the consumer and the stream that
/// it was written for.
///
/// A consumer is for one reader: give each program one of its own, and let the [filter](Self::filter) part the subjects among them.
///
/// # Cancel safety
///
/// All methods that wait may be dropped, and called again.
///
/// # Memory
///
/// Of each message that is held its sequence and the subject of its acknowledgement, about 150 bytes; these are at most as many as the
/// consumer's [`max_ack_pending`](Self::max_ack_pending). Messages that were read ahead: 384 of them, and 16 MiB or two of the longest
/// messages that the server takes.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```no_run
/// use metrix_io::{NatsServer, sources::nats::NatsSource};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut source = NatsSource::new(NatsServer::new("nats://127.0.0.1:4222")?, "METRICS", "metrix")?;
/// let mut bytes = 0;
/// loop {
///     // An error is told here, and tried again by the next call.
///     let message = source.next().await?;
///     bytes += message.payload().len();
///     source.settle(message.position());
///     source.commit(&bytes.to_string()).await?;
/// }
/// # }
/// ```
pub struct NatsSource {
    plan: Plan,
    reader: Option<Reader>,
    /// Goes on where it was when the one who waits for it is dropped.
    opening: Option<BoxFuture<'static, Result<Opened, NatsError>>>,
    /// When it is tried again to connect, and after how many failures.
    retry: (Option<Instant>, u32),
    /// Of which stream the sequences are.
    stream_created: Option<String>,
    /// What is to be added to sequences, so that positions grow when the stream is made anew.
    base: u64,
    /// All that come before were handed out, if they are of the consumer.
    next: u64,
    held: Held,
    /// So many may be, by the consumer.
    max_held: usize,
    /// Settled, and to be acknowledged, with this word.
    done: VecDeque<(Subject, Word)>,
    /// What the bucket has.
    stored: Option<Record>,
    /// What it had from the process before, until all of that has been passed.
    before: Option<Record>,
    note: String,
    differing: Option<String>,
    /// When those that are held are to be prolonged.
    progress: Option<Interval>,
    stats: NatsStats,
}

/// The least and the most time between two tries to connect.
const BREATHS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

impl NatsSource {
    /// Reads this stream by the durable consumer of this name, which is made if it is missing, and left as it is if not.
    ///
    /// # Errors
    /// If no stream or no consumer can be called so.
    ///
    /// ```
    /// use metrix_io::{NatsServer, sources::nats::NatsSource};
    ///
    /// let server = NatsServer::new("nats://127.0.0.1:4222")?;
    /// let error = NatsSource::new(server, "METRICS", "met rix").unwrap_err();
    /// assert!(error.to_string().starts_with("no consumer can be called \"met rix\""), "{error}");
    /// # Ok::<(), metrix_io::AddressError>(())
    /// ```
    pub fn new(server: NatsServer, stream: &str, consumer: &str) -> Result<Self, NatsNameError> {
        Ok(Self {
            plan: Plan::new(server, stream, consumer)?,
            reader: None,
            opening: None,
            retry: (None, 0),
            stream_created: None,
            base: 0,
            next: 0,
            held: Held::default(),
            max_held: usize::MAX,
            done: VecDeque::new(),
            stored: None,
            before: None,
            note: String::new(),
            differing: None,
            progress: None,
            stats: NatsStats::default(),
        })
    }

    /// Connects, unless it is connected, and gives the note of the last [commit](Self::commit) before it was connected for the first time.
    ///
    /// # Errors
    /// If the server can't be reached, the stream isn't there, or the consumer is of a kind that may leave messages out. The next call waits for a moment and tries it again.
    pub async fn open(&mut self) -> Result<&str, NatsError> {
        if self.reader.is_none() {
            if let Some(at) = self.retry.0 {
                sleep_until(at).await;
            }
            let plan = &self.plan;
            let opening = self.opening.get_or_insert_with(|| Box::pin(plan.clone().open()));
            let opened = opening.await;
            self.opening = None;
            match opened {
                Ok(opened) => {
                    let lost = opened.lost_end;
                    let lost = self.begin(opened).or(lost);
                    if let Some((next, last)) = lost {
                        return Err(NatsError::new(format!(
                            "the stream {:?} ends at message {last}, and was read up to {}: its end was lost, and what comes now is \
                             read as that of another stream",
                            self.plan.stream,
                            next - 1
                        )));
                    }
                }
                Err(error) => {
                    self.try_again_later();
                    return Err(error);
                }
            }
        }
        Ok(&self.note)
    }

    /// The next message, which is held from now on.
    ///
    /// # Errors
    /// What has gone wrong, once each time that it does: the next call connects again, after a moment.
    pub async fn next(&mut self) -> Result<NatsMessage, NatsError> {
        loop {
            self.open().await?;
            let Self { reader: Some(reader), progress: Some(progress), held, max_held, .. } = self else { continue };
            let has_room = held.len() < *max_held;
            tokio::select! {
                biased;
                _ = progress.tick() => self.prolong().await?,
                delivery = reader.take(has_room) => match delivery {
                    Ok(delivery) => {
                        if let Some(message) = self.accept(delivery) {
                            return Ok(message);
                        }
                    }
                    Err(error) => {
                        self.lose();
                        return Err(error);
                    }
                },
            }
        }
    }

    /// Whether all that the stream has for the consumer has been handed out, and more would be: the server is asked. While as many messages
    /// are held as may be, or there is no connection, that is not so.
    pub async fn is_at_end(&mut self) -> bool {
        let is_full = self.held.len() >= self.max_held;
        let Some(reader) = self.reader.as_mut().filter(|_| !is_full) else { return false };
        // What is wrong is told by `next`.
        reader.is_at_end(self.next).await.unwrap_or(false)
    }

    /// What it has seen so far.
    pub fn stats(&self) -> NatsStats {
        NatsStats { held: self.held.len() as u64, is_full: self.held.len() >= self.max_held, ..self.stats }
    }

    fn lose(&mut self) {
        self.reader = None;
        self.try_again_later();
    }

    fn try_again_later(&mut self) {
        let (least, most) = BREATHS;
        let failures = self.retry.1;
        let breath = least.saturating_mul(1 << failures.min(10)).min(most);
        self.retry = (Some(Instant::now() + breath), failures + 1);
    }
}

impl fmt::Debug for NatsSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("NatsSource");
        shown.field("plan", &self.plan).field("next", &self.next).field("stats", &self.stats()).finish_non_exhaustive()
    }
}
