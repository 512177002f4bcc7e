//! [`Streams`]: the metric streams of a recorder, each of one name and kind.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::MetricKind;
use super::plan::Plan;
use super::refusals::Refusal;
use crate::coordinator::Shared;
use crate::name::is_name;
use crate::{CoordinatorError, MSender};

/// So that what names take is bounded too.
const MAX_NAME_BYTES: usize = 1024;

pub(super) struct Streams {
    plan: Plan,
    most: NonZeroUsize,
    coordinator: Arc<Shared>,
    made: Mutex<Made>,
}

/// By kinds and names of metrics.
type Made = HashMap<(MetricKind, Arc<str>), MSender>;

impl Streams {
    pub(super) fn new(plan: Plan, most: NonZeroUsize, coordinator: Arc<Shared>) -> Self {
        Self { plan, most, coordinator, made: Mutex::default() }
    }

    /// The sender of a metric, whose stream is made if there is none.
    pub(super) fn sender(&self, kind: MetricKind, metric: &str) -> Result<MSender, Refusal> {
        if !can_be_named(metric) {
            return Err(Refusal::Name);
        }
        let key = (kind, Arc::from(metric));
        let mut made = self.made();
        if let Some(sender) = made.get(&key) {
            return Ok(sender.clone());
        }
        if made.len() >= self.most.get() {
            return Err(Refusal::TooMany);
        }
        let sender = self.make(kind, &key.1)?;
        made.insert(key, sender.clone());
        // Released before it is logged: a subscriber may count that with a metric.
        drop(made);
        if *sender.name() != *metric {
            tracing::warn!(
                metric,
                %kind,
                stream = sender.name(),
                "another metric or stream has the name of a metric: its elements have the kind in their names, too"
            );
        }
        Ok(sender)
    }

    /// Under the metric's name, or, if another stream has that, under one with the kind after it.
    fn make(&self, kind: MetricKind, metric: &Arc<str>) -> Result<MSender, Refusal> {
        let mut name = Arc::clone(metric);
        loop {
            match self.coordinator.build_stream(self.plan.stream(Arc::clone(&name), kind, metric)) {
                Ok(sender) => return Ok(sender),
                Err(CoordinatorError::StreamTwice { .. }) => name = format!("{name}.{kind}").into(),
                Err(CoordinatorError::ShutDown) => return Err(Refusal::ShutDown),
                // All but the name was tried when the recorder was started.
                Err(_) => return Err(Refusal::Name),
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.made().len()
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a metric of this name can be recorded.
pub(super) fn can_be_named(metric: &str) -> bool {
    metric.len() <= MAX_NAME_BYTES && is_name(metric)
}
