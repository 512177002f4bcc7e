//! [`MStream`]: the prebuilt metric stream.

mod batches;
mod build_error;
mod builder;
mod common;
mod elements;
mod entry;
mod exit;
mod family;
mod gate_waker;
mod groups;
mod home;
mod mark;
mod measurement;
mod open;
mod overflow;
mod pipeline;
mod route;
mod send_error;
mod sender;
mod series;
mod sharded;
mod stages;
mod stats;
mod weighing;
mod windows;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use futures_util::StreamExt;

pub use build_error::BuildError;
pub use builder::{MStreamBuilder, NamedBuilder};
pub use family::Family;
pub use mark::Mark;
pub use send_error::SendError;
pub use sender::MSender;
pub use stages::Stage;
pub use stats::StreamStats;
pub use windows::Windows;

use crate::MElement;
use common::Common;
use exit::Exit;
use gate_waker::GateWaker;

/// A metric stream: measurements go in through its [`MSender`], aggregated elements come out of the stream.
///
/// The measurements of a window of time, or of a batch, are folded by their tags as they come; when the window is over,
/// each aggregate gives an element for each group: all groups of the first aggregate in the order in which they first
/// appeared, then all of the second. An element's name is the stream's, a dot and the aggregate's. A window without
/// measurements gives nothing, and so does an aggregate that has no value for a group, such as the `stdev` of one value.
///
/// Each thread that sends folds for itself, without a lock, an allocation or a look at the clock for a value of a series that it knows.
/// A lock and some hundred nanoseconds are taken by a thread's first value in a window, every 2048th after it (in a batch, when its share
/// of the batch is used up), the first sighting of a series, and values beyond [`max_series`](MStreamBuilder::max_series); and by all
/// while nobody polls the stream. Who ends a window or batch, the stream's task or a sender, takes over what the threads have, adds up
/// what several of them have of a series, and finds what the aggregates come to, while others that send wait; the elements are made one
/// by one as they are taken. Aggregates for which the order of values counts (`first`, `last`, folds and closures of your own), and all
/// of event time, fold under that lock; so an aggregate's code must not send to its own stream: it would wait for itself.
///
/// A value belongs to the window that is open when it comes. While the stream waits to be woken, and while elements are taken of it that
/// were ready, that is until the runtime's timer says that it is over, which rounds to a millisecond; on a runtime that is no longer driven
/// or held up, as by a task that takes very many elements without a pause where there is one thread, windows end late, but at most by
/// 2048 values of each thread. The stream must be polled, or run by a
/// [coordinator](crate::MCoordinator), for windows to close while nobody sends; it needs a tokio runtime with its timer. It ends when it
/// is [closed](MSender::close) or all senders are dropped, after the last window or batch.
///
/// Memory: the state of the aggregates for each group of each open window, at most
/// [`max_series`](MStreamBuilder::max_series) a window and one for what is beyond; in event time as many windows are open
/// as the allowed lateness holds open. Of elements that wait, as many as [`queue`](MStreamBuilder::queue) says and those
/// of the windows that were closed last. A thread that sends keeps the tags of each series that it
/// sent in its last window, until it sends first values in a later one without them, or ends, or the stream is over and it begins to
/// send to another; and the stream for each such thread room for the states of a window of up to 16 384 series.
///
/// ```
/// use futures::StreamExt;
/// use metrix::{MStream, tags};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (words, stream) =
///     MStream::builder("words").window(Duration::from_secs(300)).aggs(["sum", "mean"]).build()?;
/// words.send_with(800.0, tags! { "section" => "politics" });
/// words.send_with(300.0, tags! { "section" => "sports" });
/// words.send_with(400.0, tags! { "section" => "politics" });
/// drop(words);
///
/// let elements: Vec<_> = stream.map(|element| element.to_string()).collect().await;
/// assert_eq!(elements, [
///     "words.sum section=politics 1200", "words.sum section=sports 300",
///     "words.mean section=politics 600", "words.mean section=sports 300",
/// ]);
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct MStream {
    elements: Box<dyn Exit>,
    shared: Arc<Common>,
    /// Lets threads fold by themselves, if they do.
    gate: Option<Arc<GateWaker>>,
    /// How many windows or batches had begun at the last poll.
    begun: u64,
    ended: bool,
}

impl MStream {
    /// Begins to build a stream of this name; a window or a batch comes next. Neither or both can't be written:
    ///
    /// ```compile_fail
    /// let neither = metrix::MStream::builder("m").agg("sum");
    /// ```
    ///
    /// ```compile_fail
    /// let both = metrix::MStream::builder("m").batch(metrix::size(10)).window(std::time::Duration::from_secs(1));
    /// ```
    pub fn builder(name: impl Into<Arc<str>>) -> NamedBuilder {
        NamedBuilder::new(name.into())
    }

    /// The stream's name.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// The parts of its pipeline, each of which feeds the next, for a [drawing](crate::Graph).
    pub fn stages(&self) -> &[Stage] {
        &self.shared.stages
    }

    /// What the stream has taken, refused and given so far.
    pub fn stats(&self) -> StreamStats {
        self.shared.stats()
    }
}

impl Stream for MStream {
    type Item = MElement;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<MElement>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let begun = self.shared.counters.begun.get();
        if begun != self.begun {
            self.begun = begun;
            self.open_gate(cx);
        }
        let Self { elements, gate, .. } = &mut *self;
        let at_hand = elements.at_hand();
        let polled = match (at_hand, gate) {
            (Some(element), _) => Poll::Ready(Some(element)),
            (None, Some(gate)) => gate.poll(cx, |cx| elements.poll_next_unpin(cx)),
            (None, None) => elements.poll_next_unpin(cx),
        };
        self.shared.later.tell();
        match &polled {
            Poll::Ready(Some(_)) => {
                self.shared.counters.emitted.add_alone(1);
            }
            Poll::Ready(None) => {
                self.ended = true;
                self.close_gate();
            }
            Poll::Pending => {}
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.elements.size_hint()
    }
}

impl MStream {
    /// A window or batch has begun: those who send to it need not wait until all elements of those before are taken, which may be many.
    #[cold]
    #[inline(never)]
    fn open_gate(&mut self, cx: &mut Context<'_>) {
        let Self { elements, gate, .. } = self;
        if let Some(gate) = gate {
            gate.open_until(cx, |cx| elements.poll_deadline(cx));
        }
    }

    fn close_gate(&self) {
        if let Some(gate) = &self.gate {
            gate.close();
        }
    }
}

impl Drop for MStream {
    fn drop(&mut self) {
        self.close_gate();
    }
}

impl FusedStream for MStream {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for MStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MStream").field("name", &self.shared.name).field("stats", &self.stats()).finish_non_exhaustive()
    }
}
