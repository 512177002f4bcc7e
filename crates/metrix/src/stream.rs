//! [`MStream`]: the prebuilt metric stream.

mod build_error;
mod builder;
mod common;
mod entry;
mod measurement;
mod open;
mod overflow;
mod pipeline;
mod send_error;
mod sender;
mod stages;
mod stats;
mod weighing;
mod windows;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

pub use build_error::BuildError;
pub use builder::{MStreamBuilder, NamedBuilder};
pub use send_error::SendError;
pub use sender::MSender;
pub use stages::Stage;
pub use stats::StreamStats;
pub use windows::Windows;

use crate::MElement;
use common::Common;

/// A metric stream: measurements go in through its [`MSender`], aggregated elements come out of the stream.
///
/// The measurements of a window of time, or of a batch, are folded by their tags as they come; when the window is over,
/// each aggregate gives an element for each group: all groups of the first aggregate in the order in which they first
/// appeared, then all of the second. An element's name is the stream's, a dot and the aggregate's. A window without
/// measurements gives nothing, and so does an aggregate that has no value for a group, such as the `stdev` of one value.
///
/// Senders fold right where they are, under a lock for some tens of nanoseconds; the one whose measurement ends a window or
/// batch also makes its elements there, unless the stream's task has come before it, and the others wait meanwhile. So an
/// aggregate's code must not send to its own stream: it would wait for itself. The stream must be polled, or run by a
/// [coordinator](crate::MCoordinator), for windows to close while nobody sends; it needs a tokio runtime with its timer.
/// It ends when it is [closed](MSender::close) or all senders are dropped, after the last window or batch.
///
/// Memory: the state of the aggregates for each group of each open window, at most
/// [`max_series`](MStreamBuilder::max_series) a window and one for what is beyond; in event time as many windows are open
/// as the allowed lateness holds open. Of elements that wait, as many as [`queue`](MStreamBuilder::queue) says and those
/// of the windows that were closed last. A tag set that nobody sends any more is forgotten when its window or batch ends.
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
    elements: Pin<Box<dyn Stream<Item = MElement> + Send>>,
    shared: Arc<Common>,
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
        let polled = self.elements.as_mut().poll_next(cx);
        self.shared.later.tell();
        match &polled {
            Poll::Ready(Some(_)) => {
                self.shared.counters.emitted.add(1);
            }
            Poll::Ready(None) => self.ended = true,
            Poll::Pending => {}
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.elements.size_hint()
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
