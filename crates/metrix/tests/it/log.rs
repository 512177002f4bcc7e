//! What is logged, as text.

use std::fmt::Debug;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

/// Two that get nothing. As long as there is only one subscriber, `tracing` asks no more than the thread that comes to a
/// line of code first whether anybody listens there, and remembers the answer for all threads; from two on it asks all.
static OTHERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [Dispatch::new(Log::default()), Dispatch::new(Log::default())]);

/// The lines that this thread logs while `f` runs: the level, and each field as `name=value`.
pub(crate) fn lines(f: impl FnOnce()) -> Vec<String> {
    LazyLock::force(&OTHERS);
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), f);
    let lines = log.0.lock().expect("nothing panics while it is held");
    lines.clone()
}

/// Counts what is logged in a stream of metrics.
struct Counting(metrix::MSender);

impl Subscriber for Counting {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.send(1.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Runs `f` while all that this thread logs is counted by `sender`.
pub(crate) fn counted_by(sender: metrix::MSender, f: impl FnOnce()) {
    LazyLock::force(&OTHERS);
    tracing::subscriber::with_default(Counting(sender), f);
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().expect("nothing panics while it is held").push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
