//! [`Ledger`]: which messages of a source may be acknowledged.

mod book;
mod bucket;
mod grid;
mod ledgers;
mod noter;
mod untils;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrix::{MCoordinator, MSender, Timestamp};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use self::book::{Book, Reached};
pub(crate) use self::grid::Grid;
pub(crate) use self::ledgers::Ledgers;
pub(crate) use self::noter::Noter;
use self::untils::Untils;

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
/// 2. Before the first message of a partition [`resume`](Self::resume) is given the text that was kept.
/// 3. For each message: `feed.begin(partition, position)`; if that says so, `feed.send` for each reading; then `feed.finish().await`,
///    which waits for room in the streams. A message whose `finish` was dropped is never settled.
/// 4. What [`settling`](Self::settling) gives is acknowledged, all the while.
/// 5. [`at_the_end`](Self::at_the_end) takes what acknowledges the last of it, once the streams are closed.
#[derive(Debug)]
pub(crate) struct Ledger {
    streams: Arc<[Kept]>,
    coordinator: Arc<MCoordinator>,
    book: Mutex<Book>,
    /// By stream, the T of a run before, in nanoseconds; the least there is if there was none.
    floors: Vec<AtomicI64>,
    ending: Mutex<Option<ledgers::Ending>>,
}

/// A stream, as the ledger asks it how far it has come.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) sender: MSender,
    /// The windows of one in event time.
    pub(crate) grid: Option<Grid>,
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

/// What may be acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// By partition, the first position that is not settled: where the next run begins to read. Those that have had no message in
    /// this run are left out.
    pub(crate) positions: BTreeMap<Partition, Position>,
    /// Messages that have become settled since this was told last, in order, where they are acknowledged one by one: each is told once.
    pub(crate) messages: Vec<(Partition, Position)>,
    /// To be kept with the positions at once, or before messages are acknowledged: the T of each stream in event time, as JSON.
    pub(crate) text: String,
}

impl Ledger {
    fn new(streams: Arc<[Kept]>, coordinator: Arc<MCoordinator>, acknowledged: Acknowledged) -> Self {
        let are_timed = streams.iter().map(|stream| stream.grid.is_some());
        let book = Mutex::new(Book::new(are_timed, acknowledged == Acknowledged::OneByOne));
        let floors = streams.iter().map(|_| AtomicI64::new(i64::MIN)).collect();
        Self { streams, coordinator, book, floors, ending: Mutex::default() }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic while it is locked would be one of its own, and leave it as it was before or after a message.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A partition is read from here, from where its first message says; with the text that was kept with the position, if there was one.
    /// To be called for all partitions before any message of one that is new, so that no window is begun that was settled elsewhere.
    /// Gives what is wrong with a text that is none of ours, in words: then windows may be counted twice that were settled before.
    pub(crate) fn resume(&self, partition: Partition, text: Option<&str>) -> Result<(), String> {
        let untils = untils::parse(text.unwrap_or_default());
        let mut book = self.book();
        book.own(partition, true);
        let untils = untils?;
        for (place, stream) in self.streams.iter().enumerate().filter(|(_, stream)| stream.grid.is_some()) {
            if let Some(until) = untils.get(&stream.name) {
                book.resume(place, *until);
                self.floors[place].fetch_max(until.as_nanos(), Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// A partition is read elsewhere from now on. What was read of it is still in the windows here, so that it isn't sent again should the
    /// partition come back.
    pub(crate) fn revoke(&self, partition: Partition) {
        self.book().own(partition, false);
    }

    /// All windows of the stream that end at or before this were settled by a run before.
    fn floor(&self, stream: usize) -> Option<Timestamp> {
        let floor = self.floors[stream].load(Ordering::Relaxed);
        (floor > i64::MIN).then(|| Timestamp::from_nanos(floor))
    }

    /// Waits until all that is in windows and batches that are over has reached the sinks, and tells what may be acknowledged then. A
    /// sink that takes nothing makes it wait.
    ///
    /// If it is dropped, nothing is lost: the next tells it.
    pub(crate) async fn settle(&self) -> Settled {
        self.advance().await;
        self.settled()
    }

    /// Settles what can be.
    async fn advance(&self) {
        let reached = self.ask();
        let flushed = self.coordinator.flush().await;
        // What a queue has dropped, as the configuration has it, is settled, and told by the account of the sink.
        if flushed.undelivered == 0 && flushed.unflushed.is_empty() {
            self.book().settle(&reached);
        }
    }

    /// How far the streams have come.
    fn ask(&self) -> Vec<Reached> {
        let mut reached = Vec::with_capacity(self.streams.len());
        for (place, Kept { sender, grid, .. }) in self.streams.iter().enumerate() {
            reached.push(match grid {
                Some(_) => Reached::Until(sender.closed_until()),
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

    fn settled(&self) -> Settled {
        let mut book = self.book();
        let untils = book.until().map(|(place, until)| (&*self.streams[place].name, until)).collect();
        Settled { positions: book.positions(), messages: book.take_settled(), text: Untils(untils).to_text() }
    }

    /// Settles every so often in a task of its own, which ends when nobody asks it any more.
    pub(crate) fn settling(self: &Arc<Self>, every: Duration) -> Settling {
        let (tell, told) = mpsc::channel(1);
        let ledger = Arc::clone(self);
        tokio::spawn(async move {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                let Ok(room) = tell.reserve().await else { return };
                tokio::select! {
                    biased;
                    () = tell.closed() => return,
                    () = ledger.advance() => room.send(()),
                }
            }
        });
        Settling { ledger: Arc::clone(self), told }
    }
}

/// What has been settled, every so often.
#[derive(Debug)]
pub(crate) struct Settling {
    ledger: Arc<Ledger>,
    told: mpsc::Receiver<()>,
}

impl Settling {
    /// Waits until it has settled again. All is told every time, changed or not, so that a source that could not acknowledge something
    /// can with the next; but for single messages, which are told once. If it is dropped, nothing is lost.
    pub(crate) async fn recv(&mut self) -> Option<Settled> {
        self.told.recv().await?;
        Some(self.ledger.settled())
    }
}

#[cfg(test)]
mod tests;
