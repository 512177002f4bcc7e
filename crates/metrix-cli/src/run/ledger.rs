//! [`Ledger`]: which messages of a source may be acknowledged.

mod book;
mod bucket;
mod cut;
mod grid;
mod health;
mod ledgers;
mod limits;
mod noter;
mod quiet;
mod settling;
mod untils;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrix::{MCoordinator, MSender, Timestamp};

use self::book::{Book, Reached};
pub(crate) use self::cut::Cut;
pub(crate) use self::grid::Grid;
pub(crate) use self::health::Health;
pub(crate) use self::ledgers::Ledgers;
use self::limits::Limits;
pub(crate) use self::noter::{LeftOut, Noter};
use self::quiet::Quiet;
pub(crate) use self::settling::Settled;

/// A part of a source in which messages have their order, by a number that the source gives it: a partition of a topic, or 0 for
/// all of a stream.
pub(crate) type Partition = u32;

/// The place of a message in its partition: an offset, or the number in a stream.
pub(crate) type Position = u64;

/// How often what is settled is acknowledged unless the configuration says otherwise.
pub(crate) const COMMIT_EVERY: Duration = Duration::from_secs(1);

/// Knows which messages of a source are settled: all of their elements are in windows or batches that have reached every sink, so
/// that the source may be told never to send them again.
///
/// What is kept between runs is a pair: the position of the first message of each partition that is not settled, and for each stream
/// in event time the time T up to which its windows are. A message with an element in a window that ends after T comes again; an element
/// of a window that ends at or before T is left out then. So a window is summed up whole or not at all, and a sink that replaces what
/// it has of the same series and window has the right sums, however often the run was killed. Streams in arrival time and batches have
/// no such windows: there nothing is missing, and some may be counted twice.
///
/// A source works with it so:
///
/// 1. [`Ledgers::open`] makes it, and a [`Feed`](super::feed::Feed) is [made with it](super::feed::Feed::noting).
/// 2. Before the first message of a partition [`resume`](Self::resume) is given the position and the text that were kept. Partitions are
///    read in step: what one has next is never older than what was sent of others by more than the lateness of the streams.
/// 3. For each message: `feed.begin(partition, position)`; if that says so, `feed.send` for each reading; then `feed.finish().await`,
///    which waits for room in the streams. A message whose `finish` was dropped is never settled.
/// 4. What [`settling`](Self::settling) gives is acknowledged, all the while.
/// 5. [`set_at_end`](Self::set_at_end) says when there is nothing to read, so that windows close by the clock.
/// 6. [`at_the_end`](Self::at_the_end) takes what acknowledges the last of it, once the streams are closed.
#[derive(Debug)]
pub(crate) struct Ledger {
    streams: Arc<[Kept]>,
    coordinator: Arc<MCoordinator>,
    book: Mutex<Book>,
    quiet: Arc<Quiet>,
    /// Whether the source has nothing to read for now.
    at_end: Arc<AtomicBool>,
    health: Health,
    ending: Mutex<Option<ledgers::Ending>>,
}

/// A stream, as the ledger asks it how far it has come.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) sender: MSender,
    /// The windows of one in event time.
    pub(crate) grid: Option<Grid>,
    pub(crate) cut: Arc<Cut>,
}

/// That a message has an element in a window of a stream in event time, or something for another stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Touch {
    stream: usize,
    /// When the window ends.
    window: Option<Timestamp>,
}

/// How the messages of a source are acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acknowledged {
    /// By a position, with all before it, as Kafka's are.
    Together,
    /// One by one, as those of JetStream are.
    OneByOne,
}

/// What is known of a partition when it is read from now on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Begins<'a> {
    /// The position that was committed for it.
    pub(crate) at: Option<Position>,
    /// The text that was kept with that.
    pub(crate) text: &'a str,
    /// Whether it goes on after the last message that was read of it here.
    pub(crate) goes_on: bool,
}

/// A T that is later than the clock by more than this was made by a wrong one.
const SKEW: Duration = Duration::from_secs(60);

impl Ledger {
    fn new(
        streams: Arc<[Kept]>,
        coordinator: Arc<MCoordinator>,
        acknowledged: Acknowledged,
        quiet: Arc<Quiet>,
        health: Health,
    ) -> Self {
        let are_timed = streams.iter().map(|stream| stream.grid.is_some());
        let book = Mutex::new(Book::new(are_timed, acknowledged == Acknowledged::OneByOne));
        let at_end = quiet.add();
        Self { streams, coordinator, book, quiet, at_end, health, ending: Mutex::default() }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic while it is locked would be one of its own, and leave it as it was before or after a message.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A partition is read from here from now on. Its own messages are left out where its text says so, and nothing of other partitions is.
    /// Gives what is wrong with a text that is none of ours, in words: then windows may be counted twice that were settled before.
    pub(crate) fn resume(&self, partition: Partition, begins: Begins<'_>) -> Result<(), String> {
        let (untils, wrong) = self.untils(begins.text);
        let floors = self.streams.iter().map(|stream| untils.get(&stream.name).copied());
        let limits = Limits { floors: floors.collect(), over: self.over() };
        self.book().resume(partition, begins.at, limits, begins.goes_on);
        wrong.map_or(Ok(()), Err)
    }

    /// The T of each stream that is in a text and may be, and what is wrong with the text.
    fn untils(&self, text: &str) -> (BTreeMap<String, Timestamp>, Option<String>) {
        let mut untils = match untils::parse(text) {
            Ok(untils) => untils,
            Err(wrong) => return (BTreeMap::new(), Some(wrong)),
        };
        let latest = Timestamp::now() + SKEW;
        let ahead = untils.iter().find(|(_, until)| **until > latest);
        let wrong = ahead.map(|(stream, until)| {
            format!(
                "stream {stream:?} was settled until {until}, which is still to come: it is read as if nothing were"
            )
        });
        untils.retain(|_, until| *until <= latest);
        (untils, wrong)
    }

    /// A partition is read elsewhere from now on. Until it is known whether it comes back, what was read of it is kept in mind.
    pub(crate) fn revoke(&self, partition: Partition) {
        let over = self.over();
        self.book().revoke(partition, over);
    }

    /// Up to where the windows of each stream in event time are over.
    fn over(&self) -> Vec<Option<Timestamp>> {
        self.streams.iter().map(|stream| stream.grid.and_then(|_| stream.sender.closed_until())).collect()
    }

    /// The source says whether it has nothing to read for now: all that there is has been sent, and it would know of more. Then windows
    /// of event time close by the clock. A source that can't get at what there is, or may have no more for now, is not at its end.
    pub(crate) fn set_at_end(&self, is_at_end: bool) {
        self.at_end.store(is_at_end, Ordering::Release);
    }

    /// Waits until all that is in windows and batches that are over has reached the sinks, and notes it as settled. A sink that takes nothing
    /// makes it wait. If it is dropped, nothing is lost: the next does it.
    async fn advance(&self) {
        self.quiet.look(&self.streams);
        let reached = self.ask();
        let flushed = self.coordinator.flush().await;
        // What a queue has dropped, as the configuration has it, is settled, and told by the account of the sink.
        if self.health.settles() && flushed.undelivered == 0 && flushed.unflushed.is_empty() {
            self.book().settle(&reached);
        }
    }

    /// How far the streams have come.
    fn ask(&self) -> Vec<Reached> {
        let mut reached = Vec::with_capacity(self.streams.len());
        for (place, Kept { sender, grid, .. }) in self.streams.iter().enumerate() {
            reached.push(match grid {
                // Up to the last window that is over, but none that is still to come, as a wrong clock would have it.
                Some(grid) => {
                    let until = sender.closed_until().map(|until| until.min(Timestamp::now()));
                    Reached::Until(until.map(|until| grid.span(until).start))
                }
                None => {
                    let mut book = self.book();
                    // Whatever the book has was sent before, as the book's lock has it.
                    if let Some(mark) = sender.mark() {
                        book.mark(place, mark);
                    }
                    Reached::Mark(book.marks(place).find(|mark| sender.is_closed(*mark)))
                }
            });
        }
        reached
    }
}

#[cfg(test)]
mod tests;
