//! [`Told`]: what librdkafka has to say of itself.

use std::str::EscapeDebug;
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

/// As whose its lines are logged.
const TARGET: &str = "kafka";

impl ClientContext for Told {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let words = words(message);
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                error!(target: TARGET, "{words}")
            }
            // It goes on by itself, as with a broker that is away.
            RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => warn!(target: TARGET, "{words}"),
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => debug!(target: TARGET, "{facility}: {words}"),
            RDKafkaLogLevel::Debug => trace!(target: TARGET, "{facility}: {words}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The log says it too.
        debug!(target: TARGET, "{error}: {}", words(reason));
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        reason.clone_into(&mut last);
    }
}

/// Without the name of the thread that says it, and with what could do something to a terminal escaped: brokers have a say in it.
fn words(message: &str) -> EscapeDebug<'_> {
    let thread = message.strip_prefix("[thrd:").and_then(|rest| rest.split_once("]: "));
    thread.map_or(message, |(_, words)| words).escape_debug()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_words_are_plain() {
        for (message, expected) in [
            ("[thrd:a:1/bootstrap]: a:1/bootstrap: Connect failed", "a:1/bootstrap: Connect failed"),
            ("[thrd:main]: no broker [thrd:x]: is up", "no broker [thrd:x]: is up"),
            ("[thrd:main", "[thrd:main"),
            ("said\n\x1b[1m", "said\\n\\u{1b}[1m"),
        ] {
            assert_eq!(words(message).to_string(), expected);
        }
    }
}
