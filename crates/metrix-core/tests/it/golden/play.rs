//! Runs a stream over inputs that stay open, and notes which event caused which output.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::Stream;
use metrix_core::{EmitError, Source, source};
use serde_json::Value;

use super::graph::BOUND;

/// What came out of a stream.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Played {
    pub(super) outputs: Vec<Value>,
    /// The index of the event that caused each of them.
    pub(super) at: Vec<usize>,
    /// What the end of the inputs added.
    pub(super) flushed: Vec<Value>,
}

/// Builds a stream of `inputs` sources, and emits into them. After every single item the stream is polled, but only if
/// it was woken, until it is pending; at last the sources are ended, one after the other.
pub(super) fn play<S>(
    inputs: usize,
    events: &[Vec<(usize, Value)>],
    build: impl FnOnce(Vec<Source<Value>>) -> S,
) -> (Played, S)
where
    S: Stream<Item: Into<Value>> + Unpin,
{
    let (emitters, sources): (Vec<_>, Vec<_>) = (0..inputs).map(|_| source(BOUND)).unzip();
    let mut stream = Watched::new(build(sources));
    let mut played = Played::default();
    assert!(stream.run().is_empty(), "an output without any event");
    for (at, event) in events.iter().enumerate() {
        for (input, value) in event {
            // A stream that wants no more items has dropped its input, and the emitter says so.
            let emitted = emitters[*input].try_emit(value.clone());
            assert!(!matches!(emitted, Err(EmitError::Full(_))), "{BOUND} items wait");
            played.outputs.extend(stream.run());
            played.at.resize(played.outputs.len(), at);
        }
    }
    for emitter in emitters {
        drop(emitter);
        played.flushed.extend(stream.run());
    }
    assert!(stream.ended, "the stream goes on after its inputs have ended");
    (played, stream.stream)
}

/// A stream, and whether it has asked to be polled.
struct Watched<S> {
    stream: S,
    woken: Arc<Woken>,
    ended: bool,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<S: Stream<Item: Into<Value>> + Unpin> Watched<S> {
    fn new(stream: S) -> Self {
        Self { stream, woken: Arc::new(Woken(AtomicBool::new(true))), ended: false }
    }

    /// All that it gives until it is pending and does not ask to be polled, or has ended.
    fn run(&mut self) -> Vec<Value> {
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut cx = Context::from_waker(&waker);
        let mut outputs = Vec::new();
        while self.woken.0.swap(false, Ordering::Relaxed) && !self.ended {
            while let Poll::Ready(output) = Pin::new(&mut self.stream).poll_next(&mut cx) {
                match output {
                    Some(output) => outputs.push(output.into()),
                    None => {
                        self.ended = true;
                        break;
                    }
                }
            }
        }
        outputs
    }
}
