//! [`Scripted`]: a sink that does what the test says.

mod recorded;

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{MElement, Sink, WriteError};

pub use self::recorded::{Event, Recorded};

/// What a [`Scripted`] sink does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Takes the batch.
    Write,
    /// Takes nothing, and says that another try may help.
    Fail,
    /// Takes nothing, and says that another try may help when this time is over.
    Busy(Duration),
    /// Takes nothing, and says that no other try will help.
    Refuse,
    /// Takes the first half of the batch, rounded down, and says that another try may help with the others.
    Halfway,
    /// Takes all but the element at this position, and says that no other try will help with that. Takes all if there
    /// is no such position.
    RefuseAt(usize),
    /// Waits on tokio's clock, and takes the batch.
    Slow(Duration),
    /// Takes nothing, and never returns.
    Hang,
    /// Takes nothing, and panics.
    Panic,
}

/// A sink whose nth write does what the nth act of a script says, and which records all that is done to it. After the end of
/// the script it takes everything.
///
/// ```
/// use metrix::testing::{Act, Scripted};
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), metrix::WriteError> {
/// let mut sink = Scripted::new([Act::Halfway, Act::Slow(Duration::from_secs(5))]);
/// let recorded = sink.recorded();
/// let batch = [1.0, 2.0, 3.0].map(|value| MElement::new("n.sum", value, tags! {}, Timestamp::EPOCH));
///
/// let error = sink.write(&batch).await.unwrap_err();
/// assert!(error.is_retryable());
/// assert_eq!(error.positions(), Some(&[1, 2][..]));
/// sink.write(&batch[1..]).await?; // five seconds later, on the paused clock
/// assert_eq!(recorded.written(), batch);
/// assert_eq!(recorded.writes(), 2);
/// # Ok(())
/// # }
/// ```
///
/// Memory: all that it is given, as it is for tests.
#[derive(Debug)]
pub struct Scripted {
    script: VecDeque<Act>,
    repeats: bool,
    on_flush: Act,
    on_close: Act,
    recorded: Recorded,
    closed: bool,
}

impl Scripted {
    /// Does these acts, one a write.
    pub fn new(script: impl IntoIterator<Item = Act>) -> Self {
        Self {
            script: script.into_iter().collect(),
            repeats: false,
            on_flush: Act::Write,
            on_close: Act::Write,
            recorded: Recorded::default(),
            closed: false,
        }
    }

    /// Begins the script anew after its last act, for ever.
    pub fn repeat(self) -> Self {
        Self { repeats: true, ..self }
    }

    /// Does this at each flush, where taking nothing is all there is to take: [`Act::Halfway`] and [`Act::RefuseAt`] fail
    /// and refuse.
    pub fn on_flush(self, act: Act) -> Self {
        Self { on_flush: act, ..self }
    }

    /// Does this at each close, as at a flush.
    pub fn on_close(self, act: Act) -> Self {
        Self { on_close: act, ..self }
    }

    /// What is done to it, from now on and until now.
    pub fn recorded(&self) -> Recorded {
        self.recorded.clone()
    }

    fn next_act(&mut self) -> Act {
        let act = self.script.pop_front().unwrap_or(Act::Write);
        if self.repeats {
            self.script.push_back(act);
        }
        act
    }

    async fn perform(&self, act: Act, batch: &[MElement]) -> Result<(), WriteError> {
        let half = batch.len() / 2;
        match act {
            Act::Write => self.recorded.take(batch),
            Act::Fail => return Err(WriteError::retryable("the script says: fail")),
            Act::Busy(time) => return Err(WriteError::retryable("the script says: busy").after(time)),
            Act::Refuse => return Err(WriteError::refused("the script says: refuse")),
            Act::Halfway => {
                self.recorded.take(&batch[..half]);
                return Err(WriteError::retryable("the script says: fail halfway").only(half..batch.len()));
            }
            Act::RefuseAt(position) => {
                let (before, rest) = batch.split_at(position.min(batch.len()));
                self.recorded.take(before);
                if let [_, after @ ..] = rest {
                    self.recorded.take(after);
                    return Err(WriteError::refused("the script says: refuse one element").only([position]));
                }
            }
            Act::Slow(duration) => {
                sleep(duration).await;
                self.recorded.take(batch);
            }
            Act::Hang => pending().await,
            Act::Panic => panic!("the script says: panic"),
        }
        Ok(())
    }

    /// What a flush or a close comes to.
    async fn perform_end(&self, act: Act) -> Result<(), WriteError> {
        match act {
            Act::Halfway => self.perform(Act::Fail, &[]).await,
            Act::RefuseAt(_) => self.perform(Act::Refuse, &[]).await,
            Act::Write | Act::Fail | Act::Busy(_) | Act::Refuse | Act::Slow(_) | Act::Hang | Act::Panic => {
                self.perform(act, &[]).await
            }
        }
    }
}

impl Sink for Scripted {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.closed {
            return Err(WriteError::refused("the scripted sink is closed: write before `close`"));
        }
        let act = self.next_act();
        self.recorded.event(Event::Write { at: Instant::now(), batch: batch.to_vec(), act });
        self.perform(act, batch).await
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        self.recorded.event(Event::Flush { at: Instant::now(), act: self.on_flush });
        self.perform_end(self.on_flush).await
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.closed = true;
        self.recorded.event(Event::Close { at: Instant::now(), act: self.on_close });
        self.perform_end(self.on_close).await
    }
}
