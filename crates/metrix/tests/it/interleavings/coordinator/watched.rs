//! A sink, and whether what it got and missed is all that it was to get.

use metrix::testing::{Act, Event, Recorded};
use metrix::{CoordinatorError, SinkStats};
use tokio::task::JoinHandle;

use super::{MElement, Values};

/// A sink that was added, and what is known of it.
pub(super) struct Watched {
    pub(super) name: String,
    pub(super) recorded: Recorded,
    /// Whether its queue makes the streams wait.
    pub(super) blocks: bool,
    pub(super) from_the_start: bool,
    pub(super) removal: Option<JoinHandle<Result<SinkStats, CoordinatorError>>>,
}

impl Watched {
    /// What it has taken and what it is said to have missed is all that it was to get.
    pub(super) fn check(&self, stats: &SinkStats, given: &[MElement]) {
        let (name, written) = (&self.name, self.recorded.written());
        Values::once(&written);
        assert_eq!(stats.delivered, written.len() as u64, "{name}: {stats:?}");
        let missing = stats.dropped() + stats.refused + stats.undelivered;
        assert_eq!((stats.queued, stats.delivered + missing), (0, stats.accepted), "{name}: {stats:?}");
        let refused = self.recorded.events().iter().map(refused).sum();
        assert_eq!((stats.refused, self.blocks && stats.overflowed > 0), (refused, false), "{name}: {stats:?}");
        assert!(self.recorded.closes() <= 1, "{name} is closed twice");
        check_order(name, &written, given);
    }
}

/// How many elements the sink refused.
fn refused(event: &Event) -> u64 {
    match event {
        Event::Write { batch, act: Act::Refuse, .. } => batch.len() as u64,
        Event::Write { batch, act: Act::RefuseAt(position), .. } => (*position < batch.len()).into(),
        _ => 0,
    }
}

/// A sink has the elements of each stream in their order.
fn check_order(name: &str, written: &[MElement], given: &[MElement]) {
    let mut streams: Vec<_> = written.iter().map(|element| &element.name).collect();
    streams.sort();
    streams.dedup();
    for stream in streams {
        let mut all = given.iter().filter(|element| element.name == *stream);
        for element in written.iter().filter(|element| element.name == *stream) {
            assert!(all.any(|other| other == element), "{name}: {element:?} comes out of order, or was never given");
        }
    }
}
