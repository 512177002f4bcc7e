//! [`Health`]: whether anything can be settled any more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::run::sinks::Takers;
use crate::run::stop::{Stop, Why};

/// Whether anything can be settled any more: once a stream is over, what is read would be held for ever, so that the run ends as failed.
/// Clones are of the same run.
#[derive(Clone, Debug)]
pub(crate) struct Health(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stop: Stop,
    takers: Takers,
    fault: OnceLock<String>,
    /// The streams are closed on purpose.
    is_closing: AtomicBool,
}

impl Health {
    pub(crate) fn new(stop: Stop, takers: Takers) -> Self {
        Self(Arc::new(Inner { stop, takers, fault: OnceLock::new(), is_closing: AtomicBool::new(false) }))
    }

    /// What has made the run fail, if something has.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.0.fault.get().map(|fault| &**fault)
    }

    /// Whether what the sinks were given is delivered. Once nobody reads the standard output any more, it is not.
    pub(super) fn settles(&self) -> bool {
        !self.0.takers.is_deaf()
    }

    /// The streams end now, as they are to.
    pub(super) fn closes(&self) {
        self.0.is_closing.store(true, Ordering::Release);
    }

    /// A stream takes nothing any more.
    pub(super) fn stream_is_over(&self, name: &str) {
        self.fail(|| {
            format!("stream {name:?} is over, so that nothing that is read for it is acknowledged: run again")
        });
    }

    fn settling_is_over(&self) {
        self.fail(|| "what has reached the sinks is not found out any more: run again".to_owned());
    }

    fn fail(&self, fault: impl FnOnce() -> String) {
        if !self.0.is_closing.load(Ordering::Acquire) {
            self.0.fault.get_or_init(fault);
            self.0.stop.ask(Why::SinkFailed);
        }
    }
}

/// Tells if what it is in panics.
pub(super) struct Watch(pub(super) Health);

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.settling_is_over();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_the_run() {
        let stop = Stop::new();
        let health = Health::new(stop.clone(), Takers::new(1, stop.clone()));
        let watch = Watch(health.clone());
        let task = tokio::spawn(async move {
            let _watch = watch;
            panic!("for the test");
        });
        assert!(task.await.is_err());
        assert_eq!(stop.why(), Some(Why::SinkFailed));
        assert!(health.fault().unwrap().starts_with("what has reached the sinks"));
        drop(Watch(health));
    }

    #[test]
    fn streams_that_are_closed_on_purpose_are_no_fault() {
        let stop = Stop::new();
        let health = Health::new(stop.clone(), Takers::new(1, stop.clone()));
        health.closes();
        health.stream_is_over("a");
        assert_eq!((stop.why(), health.fault()), (None, None));
    }
}
