//! [`Reports`]: what came of the messages of a batch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use tokio::sync::Notify;

use crate::kafka::Told;

/// What came of the messages of a batch so far.
#[derive(Debug, Default)]
pub(super) struct Reports {
    state: Mutex<State>,
    told: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Messages on their way.
    pending: usize,
    failed: Vec<Failed>,
}

/// A message that has not arrived.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) position: usize,
    pub(super) error: KafkaError,
    /// Whether it had been sent, as one of a set.
    pub(super) is_of_set: bool,
}

/// One message of them.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) position: usize,
    pub(super) reports: Arc<Reports>,
}

impl Reports {
    pub(super) fn sent(&self) {
        self.state().pending += 1;
    }

    /// Takes back that one was sent.
    pub(super) fn not_sent(&self) {
        self.state().pending -= 1;
    }

    /// A message that can't be sent.
    pub(super) fn unsent(&self, position: usize, error: KafkaError) {
        self.state().failed.push(Failed { position, error, is_of_set: false });
    }

    /// Waits until no message is on its way.
    pub(super) async fn all(&self) {
        while self.state().pending > 0 {
            self.told.notified().await;
        }
    }

    /// Waits until a message has arrived or failed; for ever if none is on its way.
    pub(super) async fn one(&self) {
        let before = self.state().pending;
        while self.state().pending >= before {
            self.told.notified().await;
        }
    }

    /// Those that have not arrived.
    pub(super) fn take_failed(&self) -> Vec<Failed> {
        std::mem::take(&mut self.state().failed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the reports of a producer.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    told: Told,
}

impl Deliveries {
    /// What was wrong last.
    pub(super) fn last(&self) -> String {
        self.told.last()
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<Report>;

    fn delivery(&self, result: &DeliveryResult<'_>, report: Box<Report>) {
        let Report { position, reports } = *report;
        {
            let mut state = reports.state();
            state.pending -= 1;
            if let Err((error, _)) = result {
                state.failed.push(Failed { position, error: error.clone(), is_of_set: true });
            }
        }
        reports.told.notify_one();
    }
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.told.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.told.error(error, reason);
    }
}
