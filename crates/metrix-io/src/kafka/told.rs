//! [`Told`]: what librdkafka has to say of itself.

use std::collections::HashMap;
use std::str::EscapeDebug;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use tracing::{debug, error, trace, warn};

/// Passes librdkafka's log on to [`tracing`], and remembers what was wrong last, for errors that say only that time was over.
#[derive(Debug, Default)]
pub(crate) struct Told {
    last: Mutex<String>,
    warned: Mutex<Warned>,
}

/// When each warning was given last: it is made anew with each connection that is tried, every few seconds and for each broker.
#[derive(Debug, Default)]
struct Warned(HashMap<String, Instant>);

/// A warning is given again after so long.
const AGAIN: Duration = Duration::from_secs(600);

/// So many are known apart.
const MOST: usize = 100;

impl Warned {
    fn is_due(&mut self, words: &str, now: Instant) -> bool {
        // How long it took, and how often, is no news.
        let words = words.split_once(" (after ").map_or(words, |(words, _)| words);
        if self.0.get(words).is_some_and(|last| now < *last + AGAIN) {
            return false;
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(words.to_owned(), now);
        true
    }
}

impl Told {
    /// What was wrong last; empty if nothing was.
    pub(crate) fn last(&self) -> String {
        locked(&self.last).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
            RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => {
                let is_due = locked(&self.warned).is_due(&words.to_string(), Instant::now());
                match is_due {
                    true => warn!(target: TARGET, "{words}"),
                    false => debug!(target: TARGET, "{words}"),
                }
            }
            RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info => debug!(target: TARGET, "{facility}: {words}"),
            RDKafkaLogLevel::Debug => trace!(target: TARGET, "{facility}: {words}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        // The log says it too.
        debug!(target: TARGET, "{error}: {}", words(reason));
        reason.clone_into(&mut locked(&self.last));
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
    fn a_warning_is_given_once_in_a_while() {
        let (mut warned, now) = (Warned::default(), Instant::now());
        let failed = |n: u64| format!("b:{}: Connect failed (after {n}ms in state CONNECT)", n % 2);
        assert_eq!([0, 1, 2, 3].map(|n| warned.is_due(&failed(n), now)), [true, true, false, false]);
        assert!(!warned.is_due(&failed(4), now + AGAIN / 2));
        assert!(warned.is_due(&failed(4), now + AGAIN));
        for n in 0..1000 {
            assert!(warned.is_due(&n.to_string(), now));
            assert!(warned.0.len() <= MOST);
        }
    }

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
