//! [`Ahead`]: readings from further ahead than any clock can be wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use metrix::Timestamp;

use super::quoting::quoted;
use super::setup::Setup;
use super::voice::Voice;

/// What is from further ahead than this is refused.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Refuses the readings of one source that are from more than an hour ahead, as one of them would make all that follows late in a
/// stream that goes by the times of readings. It is for what comes now: a file may be of any time.
#[derive(Debug)]
pub(crate) struct Ahead {
    source: String,
    /// No later than an hour ahead of now.
    latest: Timestamp,
    refused: u64,
    /// Of all sources.
    all: Arc<AtomicU64>,
    voice: Voice,
}

impl Ahead {
    pub(crate) fn new(source: impl Into<String>, setup: &Setup) -> Self {
        let (all, voice) = (Arc::clone(&setup.ahead), setup.voice.clone());
        Self { source: source.into(), latest: Timestamp::MIN, refused: 0, all, voice }
    }

    /// Whether a reading of this name and time is refused, which is counted, and said of the first.
    #[inline]
    pub(crate) fn refuses(&mut self, name: &str, at: Timestamp) -> bool {
        // The clock is read about once an hour where readings are of now.
        at > self.latest && self.refuses_now(name, at)
    }

    /// How many were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused
    }

    #[cold]
    fn refuses_now(&mut self, name: &str, at: Timestamp) -> bool {
        // One stands still while the machine sleeps, and before it knows the time it may be years behind; the other can't be paused.
        self.latest = Timestamp::now().max(SystemTime::now().into()) + LIMIT;
        if at <= self.latest {
            return false;
        }
        if self.refused == 0 {
            self.voice.say(format_args!(
                "source {:?}: a measurement of {} is from {at}, more than an hour ahead of this machine's clock: it is refused, as \
                 all such are, since it would make all that follows late: is a clock wrong?",
                self.source,
                quoted(name.as_bytes())
            ));
        }
        self.refused += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_more_than_an_hour_ahead_is_refused_and_said_once() {
        let (hear, mut heard) = mpsc::unbounded_channel();
        let voice = Voice::heard(move |lines| hear.send(String::from_utf8_lossy(lines).into_owned()).unwrap());
        let setup = Setup::new(voice, false, false);
        let mut ahead = Ahead::new("tcp://a", &setup);
        let now = Timestamp::now();
        let (near, far) = (now + LIMIT, now + LIMIT + Duration::from_secs(1));
        let refused = [Timestamp::MIN, now, near, far, near, far].map(|at| ahead.refuses("lat", at));
        assert_eq!(refused, [false, false, false, true, false, true]);
        assert_eq!((ahead.refused(), setup.ahead.load(Ordering::Relaxed)), (2, 2));
        let said = heard.recv().await.unwrap();
        assert!(said.starts_with(&format!("source \"tcp://a\": a measurement of \"lat\" is from {far}, ")), "{said}");
        setup.voice.finish();
        assert!(heard.try_recv().is_err());

        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!ahead.refuses("lat", far));
    }
}
