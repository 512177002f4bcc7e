//! [`Setup`]: what all sources of a run have in common.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::faults::Faults;
use super::stop::Stop;
use super::voice::Voice;

/// What all sources of a run have in common.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) voice: Voice,
    pub(crate) stop: Stop,
    /// Whether it runs without a configuration.
    pub(crate) is_built_in: bool,
    /// Whether the first wrong line ends the run.
    pub(crate) strict: bool,
    /// Counts the lines that are wrong, of all sources.
    pub(crate) wrong: Arc<AtomicU64>,
    /// Counts the readings that no stream is for.
    pub(crate) unmatched: Arc<AtomicU64>,
    /// Counts the readings that are refused as they are from too far ahead.
    pub(crate) ahead: Arc<AtomicU64>,
}

impl Setup {
    pub(crate) fn new(voice: Voice, is_built_in: bool, strict: bool) -> Self {
        let (wrong, unmatched, ahead) = (Arc::default(), Arc::default(), Arc::default());
        Self { voice, stop: Stop::new(), is_built_in, strict, wrong, unmatched, ahead }
    }

    pub(crate) fn faults(&self) -> Faults {
        Faults::new(self.voice.clone(), Arc::clone(&self.wrong))
    }
}
