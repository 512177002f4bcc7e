//! [`sink_conformance`]: everything that a sink must stand, in one call.

use std::any::type_name;
use std::cell::RefCell;
use std::fmt;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::time::timeout;

use super::calls::Broken;
use crate::{MElement, Sink};

/// A scenario that takes longer, by tokio's clock, has hung.
const LONGEST: Duration = Duration::from_secs(120);

/// Checks that the sinks which `make` makes keep the contract of [`Sink`], by doing to them what a coordinator can do.
///
/// `make` gives a new sink, and what is needed to read back what was written to it; each is used once. `read` reads that back,
/// after the sink has been dropped, and mostly closed before.
///
/// It checks that all elements of several batches arrive once and in order; that hostile names, tags, values and times
/// (line breaks, quotes, control characters, texts that are empty or have 1 MB, all of Unicode, no numbers) are written as they
/// are or refused by their position, and that their neighbours arrive in either case; that a write which is dropped after any number of polls
/// can be done again, or be followed by another one; that after a flush all that was written is there, though the sink is never closed, and
/// though the flush was dropped or has failed before; that flush and close work without a write, and twice; that a write after close is an
/// error; and that errors name positions that the batch has.
///
/// A sink gets up to 500 elements, and must write them: an ordinary element that is refused breaks a rule. A write, flush or close that fails
/// and may be tried again is, up to ten times. What it can't check is that a peer's failures are handled; test these with a peer that fails.
///
/// ```
/// use metrix::sink::Channel;
/// use metrix::testing::sink_conformance;
///
/// let make = || {
///     let (sender, mut elements) = tokio::sync::mpsc::channel(4);
///     let read = tokio::spawn(async move {
///         let mut all = Vec::new();
///         while let Some(element) = elements.recv().await {
///             all.push(element);
///         }
///         all
///     });
///     (Channel::new(sender), read)
/// };
/// sink_conformance(make, async |read: tokio::task::JoinHandle<_>| read.await.unwrap());
/// ```
///
/// # Panics
/// If a rule is broken. The message names the rule, the sink's type and the situation. Also if it is called from within a
/// tokio runtime, as it brings its own, in which both closures are called.
#[track_caller]
pub fn sink_conformance<M, S, T, R>(make: M, read: R)
where
    M: Fn() -> (S, T),
    S: Sink,
    R: AsyncFn(T) -> Vec<MElement>,
{
    SinkConformance::new(make, read).check();
}

/// Whether a sink keeps the order of the elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What came first is read back first.
    #[default]
    Kept,
    /// They are read back in any order.
    Any,
}

/// How often an element can arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arrival {
    /// Once, even if its write was cut off and done again; and twice, if two batches had it.
    #[default]
    Once,
    /// Once or more often: again, if its write was cut off. Of two equal ones, one may arrive, and their order is free.
    AtLeastOnce,
}

/// The check behind [`sink_conformance`], with options.
///
/// ```
/// use metrix::testing::{Order, SinkConformance};
/// use metrix::{MElement, Sink, WriteError};
/// use std::sync::{Arc, Mutex};
///
/// /// Remembers the values alone, the last one first.
/// struct Values(Arc<Mutex<Vec<f64>>>, bool);
///
/// impl Sink for Values {
///     async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
///         if self.1 {
///             return Err(WriteError::refused("closed"));
///         }
///         batch.iter().for_each(|element| self.0.lock().unwrap().insert(0, element.value));
///         Ok(())
///     }
///
///     async fn close(&mut self) -> Result<(), WriteError> {
///         self.1 = true;
///         Ok(())
///     }
/// }
///
/// let make = || {
///     let values = Arc::default();
///     (Values(Arc::clone(&values), false), values)
/// };
/// let read = async |values: Arc<Mutex<Vec<f64>>>| values.lock().unwrap().clone();
/// SinkConformance::new(make, read).expecting(|element| element.value).order(Order::Any).check();
/// ```
pub struct SinkConformance<M, R, E = fn(&MElement) -> MElement> {
    pub(super) make: M,
    pub(super) read: R,
    pub(super) expecting: E,
    pub(super) order: Order,
    pub(super) arrival: Arrival,
    paused: bool,
    /// What goes on, for the message of a failure.
    pub(super) when: RefCell<String>,
}

impl<M, R> SinkConformance<M, R> {
    /// Takes what makes a sink, and what reads back what was written.
    pub fn new(make: M, read: R) -> Self {
        Self {
            make,
            read,
            expecting: MElement::clone,
            order: Order::default(),
            arrival: Arrival::default(),
            paused: false,
            when: RefCell::default(),
        }
    }
}

impl<M, R, E> SinkConformance<M, R, E> {
    /// Says as what an element is read back, where that is not the element itself: a sink may leave out the time, or write
    /// a name by the rules of its protocol. Then `read` gives such things.
    pub fn expecting<F, K>(self, f: F) -> SinkConformance<M, R, F>
    where
        F: Fn(&MElement) -> K,
    {
        let Self { make, read, expecting: _, order, arrival, paused, when } = self;
        SinkConformance { make, read, expecting: f, order, arrival, paused, when }
    }

    /// Says whether the order is kept.
    pub fn order(self, order: Order) -> Self {
        Self { order, ..self }
    }

    /// Runs on tokio's paused clock, so that a sink that waits by it does so in no time, and one that hangs is found at once.
    /// Not for sinks with sockets: their limits of time would be over before their peer can answer.
    pub fn paused(self) -> Self {
        Self { paused: true, ..self }
    }

    /// Says whether elements can arrive more than once.
    pub fn arrival(self, arrival: Arrival) -> Self {
        Self { arrival, ..self }
    }
}

impl<M, S, T, R, E, K> SinkConformance<M, R, E>
where
    M: Fn() -> (S, T),
    S: Sink,
    R: AsyncFn(T) -> Vec<K>,
    E: Fn(&MElement) -> K,
    K: PartialEq + Debug,
{
    /// Runs all checks.
    ///
    /// # Panics
    /// As [`sink_conformance`] does.
    #[track_caller]
    pub fn check(self) {
        assert!(
            Handle::try_current().is_err(),
            "the test kit brings its own runtime: call it from a plain #[test], not from a #[tokio::test]"
        );
        self.run(self.several_batches());
        self.run(self.hostile_together());
        self.run(self.hostile_alone());
        self.run(self.without_a_write());
        self.run(self.closed_twice());
        self.run(self.cut_and_done_again());
        self.run(self.cut_and_followed_by_another());
        self.run(self.flushed_and_dropped());
        self.run(self.the_same_twice());
    }

    #[track_caller]
    fn run(&self, scenario: impl Future<Output = Result<(), Broken>>) {
        let mut runtime = Builder::new_current_thread();
        let runtime =
            runtime.enable_all().start_paused(self.paused).build().expect("the system has what a runtime needs");
        let run = async { timeout(LONGEST, scenario).await };
        let broken = match catch_unwind(AssertUnwindSafe(|| runtime.block_on(run))) {
            Ok(Ok(Ok(()))) => return,
            Ok(Ok(Err(broken))) => broken,
            Ok(Err(_)) => Broken { rule: "a call returns", detail: format!("nothing happened for {LONGEST:?}") },
            Err(panic) => {
                let message = panic.downcast_ref::<String>().map(String::as_str);
                let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                Broken { rule: "nothing panics, neither the sink nor what reads it back", detail: message.into() }
            }
        };
        let (subject, when, Broken { rule, detail }) = (type_name::<S>(), self.when.borrow(), broken);
        panic!("{subject} does not conform\n  rule: {rule}\n  when: {when}\n  but: {detail}")
    }
}

impl<M, R, E> Debug for SinkConformance<M, R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SinkConformance");
        debug.field("order", &self.order).field("arrival", &self.arrival).finish_non_exhaustive()
    }
}
