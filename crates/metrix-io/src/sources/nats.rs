//! [`NatsSource`]: messages of a stream of NATS JetStream, which are acknowledged when they are settled.

mod held;
mod message;
mod opened;
mod plan;
mod reader;
mod record;
mod replay;
mod stats;
mod stored_message;

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use async_nats::Subject;
use futures_util::future::BoxFuture;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until};

use self::held::{Held, Known};
use self::opened::Opened;
use self::plan::Plan;
use self::reader::{Delivery, Reader};
use self::record::Record;
use crate::nats::{NatsError, NatsServer};

pub use self::message::NatsMessage;
pub use self::plan::{NatsNameError, NatsStart};
pub use self::stats::NatsStats;

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
    /// Settled, and to be acknowledged, with this word.
    done: VecDeque<(Subject, Word)>,
    /// What the bucket has.
    stored: Option<Record>,
    /// What it had from the process before, until all of that has been passed.
    before: Option<Record>,
    note: String,
    /// When those that are held are to be prolonged.
    progress: Option<Interval>,
    stats: NatsStats,
}

/// What is answered to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Ack,
    Term,
}

impl Word {
    fn text(self) -> &'static [u8] {
        match self {
            Self::Ack => b"+ACK",
            Self::Term => b"+TERM",
        }
    }
}

/// What says that a message is worked at.
const PROGRESS: &[u8] = b"+WPI";

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
            done: VecDeque::new(),
            stored: None,
            before: None,
            note: String::new(),
            progress: None,
            stats: NatsStats::default(),
        })
    }

    /// Makes the consumer for these subjects alone, which may have `*` and `>`; for all of the stream unless it is told.
    pub fn filter(mut self, subjects: &str) -> Self {
        self.plan.filter = subjects.to_owned();
        self
    }

    /// Makes the consumer begin there; with what the stream has, unless it is told.
    pub fn start(mut self, start: NatsStart) -> Self {
        self.plan.start = start;
        self
    }

    /// Makes the consumer so that this many messages may be held; 100 000 unless it is told. No more are delivered then, until some are
    /// settled: what is held by windows that wait for newer messages must fit into it.
    pub fn max_ack_pending(mut self, messages: NonZeroUsize) -> Self {
        self.plan.max_ack_pending = messages.get();
        self
    }

    /// Makes the consumer so that a message is delivered again if nothing is heard of it for this time; 30 seconds unless it is told. Those that are
    /// held are prolonged while [`next`](Self::next) is waited for.
    pub fn ack_wait(mut self, time: Duration) -> Self {
        self.plan.ack_wait = time.max(Duration::from_millis(100));
        self
    }

    /// Keeps what is settled in this bucket, which is made if it is missing; `metrix` unless it is told.
    ///
    /// # Errors
    /// If no bucket can be called so.
    pub fn bucket(mut self, name: &str) -> Result<Self, NatsNameError> {
        self.plan.set_bucket(name)?;
        Ok(self)
    }

    /// Connects, unless it is connected, and gives the note of the last [commit](Self::commit) before it was connected for the first time.
    ///
    /// # Errors
    /// If the server can't be reached, the stream isn't there, or the consumer is of another kind. The next call waits for a moment and tries it again.
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
            let Self { reader: Some(reader), progress: Some(progress), held, plan, .. } = self else { continue };
            let has_room = held.len() < plan.max_ack_pending;
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

    /// Says that nothing will be needed of the message at this position any more. It is acknowledged by the next [commit](Self::commit).
    pub fn settle(&mut self, position: u64) {
        self.finish(position, Word::Ack);
    }

    /// The same of a message that nobody can read: JetStream is told to terminate it, which its advisories tell.
    pub fn reject(&mut self, position: u64) {
        if self.finish(position, Word::Term) {
            self.stats.rejected += 1;
        }
    }

    /// Stores what is settled, and a note beside it, and acknowledges the messages then.
    ///
    /// # Errors
    /// If that failed. It may be called again.
    pub async fn commit(&mut self, note: &str) -> Result<(), NatsError> {
        self.open().await?;
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let record = Record {
            stream: reader.stream_created.clone(),
            consumer: reader.consumer_created.clone(),
            next: self.next,
            held: self.held.ranges(self.next),
            note: note.to_owned(),
        };
        let record = record.after(self.before.as_ref());
        if self.stored.as_ref() != Some(&record) {
            if let Err(error) = reader.store(&record).await {
                self.lose();
                return Err(error);
            }
            self.stored = Some(record);
        }
        let acknowledged = async {
            while let Some((reply, word)) = self.done.front() {
                reader.tell(reply, word.text()).await?;
                self.done.pop_front();
            }
            reader.flush().await
        };
        let acknowledged = acknowledged.await;
        if acknowledged.is_err() {
            self.lose();
        }
        acknowledged
    }

    /// Whether all that the stream has for the consumer has been handed out, and more would be: the server is asked. While as many messages
    /// are held as may be, or there is no connection, that is not so.
    pub async fn is_at_end(&mut self) -> bool {
        let is_full = self.held.len() >= self.plan.max_ack_pending;
        let Some(reader) = self.reader.as_mut().filter(|_| !is_full) else { return false };
        // What is wrong is told by `next`.
        reader.is_at_end(self.next).await.unwrap_or(false)
    }

    /// What it has seen so far.
    pub fn stats(&self) -> NatsStats {
        NatsStats { held: self.held.len() as u64, is_full: self.held.len() >= self.plan.max_ack_pending, ..self.stats }
    }

    /// Goes on with a new connection. Where the stream has lost its end, this tells what would have been the next message, and which one
    /// is the last.
    fn begin(&mut self, opened: Opened) -> Option<(u64, u64)> {
        let Opened { reader, last, delivered, floor, max_ack_pending, ack_wait, record, .. } = opened;
        let is_first = self.stream_created.is_none();
        let is_same = self.stream_created.as_ref() == Some(&reader.stream_created);
        let lost_end = Some((self.next, last)).filter(|_| is_same && last + 1 < self.next);
        if !is_first && (!is_same || lost_end.is_some()) {
            // What is held is of a stream that is no more, or of messages that are none: others get their sequences.
            self.base += self.next;
            self.next = 0;
            self.held = Held::default();
            self.done.clear();
            self.before = None;
        }
        self.stream_created = Some(reader.stream_created.clone());
        if is_first {
            self.note = record.as_ref().map(|record| record.note.clone()).unwrap_or_default();
            self.stored.clone_from(&record);
            self.before = record;
        }
        // What was settled need not be read again. Of a process before this one the bucket knows it.
        let from = self.next.max(floor + 1);
        let before = self.before.clone();
        let is_missing = move |sequence: u64| before.as_ref().is_none_or(|record| !record.has_settled(sequence));
        self.next = from;
        self.plan.max_ack_pending = max_ack_pending;
        self.plan.ack_wait = ack_wait;
        let mut progress = interval(ack_wait / 3);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        progress.reset();
        self.progress = Some(progress);
        self.reader = Some(reader.replaying(from..=delivered, is_missing));
        // How long to wait after a failure goes by how often it failed since a message has come.
        self.retry.0 = None;
        self.stats.connections += 1;
        lost_end
    }

    /// Gives what is new.
    fn accept(&mut self, delivery: Delivery) -> Option<NatsMessage> {
        let Delivery { sequence, reply, message, is_replayed } = delivery;
        self.retry.1 = 0;
        if is_replayed {
            self.stats.replayed += u64::from(message.is_some());
        } else if let Some(reply) = &reply {
            match self.held.know(sequence, reply, self.next) {
                Known::New if self.before.as_ref().is_some_and(|record| record.has_settled(sequence)) => {
                    self.stats.redelivered += 1;
                    self.done.push_back((reply.clone(), Word::Ack));
                    self.passes(sequence);
                    return None;
                }
                Known::New => {}
                Known::Held => {
                    self.stats.redelivered += 1;
                    return None;
                }
                Known::Settled => {
                    self.stats.redelivered += 1;
                    self.done.push_back((reply.clone(), Word::Ack));
                    return None;
                }
            }
        }
        self.passes(sequence);
        let message = message?;
        self.held.add(sequence, reply);
        self.stats.messages += 1;
        Some(message.at_position(self.base + sequence))
    }

    /// All up to this sequence have been handed out, or need not be.
    fn passes(&mut self, sequence: u64) {
        self.next = self.next.max(sequence + 1);
        self.before = self.before.take().filter(|record| record.next > self.next);
    }

    fn finish(&mut self, position: u64, word: Word) -> bool {
        let Some(sequence) = position.checked_sub(self.base) else { return false };
        let Some(reply) = self.held.remove(sequence) else { return false };
        // One without comes again, if it isn't acknowledged yet, and is known then.
        self.done.extend(reply.map(|reply| (reply, word)));
        true
    }

    /// Says of all messages that are held that they are worked at.
    async fn prolong(&mut self) -> Result<(), NatsError> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let prolonged = async {
            for reply in self.held.replies() {
                reader.tell(reply, PROGRESS).await?;
            }
            Ok(())
        };
        let prolonged = prolonged.await;
        if prolonged.is_err() {
            self.lose();
        }
        prolonged
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
