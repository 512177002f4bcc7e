//! [`Told`]: what librdkafka has to say of itself.

use std::sync::{Mutex, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use tracing::{debug, error, trace, warn};

/// Passes librdkafka's log on to [`tracing`], and remembers what was wrong last, for errors that say only that time was over.
#[derive(Debug, Default)]
pub(crate) struct Told {
    last: Mutex<String>,
}

impl Told {
    /// What was wrong last; empty if nothing was.
    pub(crate) fn last(&self) -> String {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ClientContext for Told {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                error!("{facility}: {message:?}")
            }
            // It goes on by itself, as with a broker that is away.
            RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => warn!("{facility}: {message:?}"),
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => debug!("{facility}: {message:?}"),
            RDKafkaLogLevel::Debug => trace!("{facility}: {message:?}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The log says it too.
        debug!("{error}: {reason:?}");
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        reason.clone_into(&mut last);
    }
}
