//! [`Mark`]: what has been sent so far, to be asked later whether it is in windows or batches that are over.

use std::sync::Arc;

use super::MSender;
use super::stats::Counters;
use crate::Timestamp;

/// What had been sent to a stream at one moment: made by [`MSender::mark`], and asked about with [`MSender::is_closed`].
///
/// It is the number of windows or batches that had begun by then. Of a mark of another stream nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(u64);

impl MSender {
    /// Marks what has been sent to the stream so far: by this thread, and by others whose sends are known to have come before.
    ///
    /// Together with [`MCoordinator::flush`](crate::MCoordinator::flush) it tells when what was sent has reached all sinks: when the mark
    /// [is closed](Self::is_closed), and a flush that was begun after that is done. Streams in event time have no marks, since several of
    /// their windows are open at once: there, [`closed_until`](Self::closed_until) says which are over.
    ///
    /// ```
    /// use metrix::{MStream, size};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (pairs, _stream) = MStream::builder("pairs").batch(size(2)).agg("sum").build()?;
    /// pairs.send(1.0);
    /// let first = pairs.mark().unwrap();
    /// assert!(!pairs.is_closed(first));
    /// pairs.send(2.0);
    /// assert!(pairs.is_closed(first));
    /// pairs.send(3.0); // in another batch
    /// assert!(pairs.is_closed(first));
    /// # Ok(())
    /// # }
    /// ```
    pub fn mark(&self) -> Option<Mark> {
        self.shared.late.is_none().then(|| Mark(self.shared.counters.begun.get()))
    }

    /// Whether all that a [mark](Self::mark) of this stream stands for is in windows or batches that are over. Their elements may still
    /// wait in the stream. What was lost, since the stream was dropped or has panicked, never is.
    pub fn is_closed(&self, mark: Mark) -> bool {
        // One is open at a time, so that they end in the order in which they begin.
        self.shared.counters.over.get() >= mark.0
    }

    /// In event time, how far time has come: all windows that end at or before this are over, and what is sent for them counts as
    /// late. It never goes back. `None` in arrival time and for batches, as long as nothing has come, and once the stream is closed or
    /// over.
    ///
    /// The elements of these windows may still wait in the stream; a [flush](crate::MCoordinator::flush) that is begun after this
    /// was asked waits for them.
    ///
    /// ```
    /// use metrix::{MStream, Timestamp, Windows, tags};
    /// use std::time::Duration;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let windows = Windows::every(Duration::from_secs(10)).event_time(Duration::from_secs(5));
    /// let (words, stream) = MStream::builder("words").window(windows).agg("sum").build()?;
    /// assert_eq!(words.closed_until(), None);
    /// words.send_at(1.0, tags! {}, Timestamp::from_secs(9));
    /// words.send_at(1.0, tags! {}, Timestamp::from_secs(26));
    /// assert_eq!(words.closed_until(), Some(Timestamp::from_secs(21))); // those that end at 10 and at 20
    /// words.send_at(1.0, tags! {}, Timestamp::from_secs(19));
    /// assert_eq!(stream.stats().late, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn closed_until(&self) -> Option<Timestamp> {
        // A window that ends beyond time is over only with its stream.
        let last = Timestamp::from_nanos(i64::MAX - 1);
        let until = self.shared.late.as_ref().and_then(|_| self.entry.served_until())?;
        (until > Timestamp::MIN).then(|| until.min(last))
    }

    /// Moves event time on to there, which no measurement says: for who knows that nothing older will come, as of an input that was read to
    /// its end. All windows that end by then are over, without regard to the lateness, and what comes for them later is late, and counted as that. Time never
    /// goes back. In arrival time, for batches, and once the stream is closed or over, it does nothing.
    ///
    /// ```
    /// use futures::StreamExt;
    /// use metrix::{MStream, Timestamp, Windows, tags};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let windows = Windows::every(Duration::from_secs(10)).event_time(Duration::from_secs(5));
    /// let (words, mut stream) = MStream::builder("words").window(windows).agg("sum").build()?;
    /// words.send_at(1.0, tags! {}, Timestamp::from_secs(7));
    /// words.advance_to(Timestamp::from_secs(10));
    /// assert_eq!(stream.next().await.unwrap().value, 1.0);
    /// assert_eq!(words.closed_until(), Some(Timestamp::from_secs(10)));
    /// words.send_at(1.0, tags! {}, Timestamp::from_secs(8));
    /// assert_eq!(stream.stats().late, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance_to(&self, time: Timestamp) {
        if self.shared.late.is_some() {
            self.entry.advance_to(time);
        }
    }

    /// How many elements the windows and batches that are over have come to.
    pub(crate) fn made(&self) -> u64 {
        // Who ends a window counts its elements before it releases the lock, so that those of one that is known to be over are counted.
        let _ = self.entry.served_until();
        self.shared.counters.made.get()
    }

    /// What tells how many of these have been taken, and keeps the stream from nothing.
    pub(crate) fn taken(&self) -> Taken {
        Taken(Arc::clone(&self.shared.counters))
    }
}

/// How many elements of a stream have been taken.
#[derive(Debug)]
pub(crate) struct Taken(Arc<Counters>);

impl Taken {
    pub(crate) fn count(&self) -> u64 {
        self.0.emitted.get()
    }
}
