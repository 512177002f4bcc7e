//! [`Told`]: what is told once of a source.

use std::fmt::Display;
use std::time::Duration;

use metrix_io::sources::nats::NatsSource;
use tokio::time::Instant;

use crate::run::voice::Voice;

/// What is told once: what is wrong, that it works again, and that it stands still.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What was said last to be wrong.
    words: String,
    is_wrong: bool,
    /// Since when it works, where that has not been said.
    works: Option<Instant>,
    /// It has to work for so long before that is said.
    patience: Duration,
    /// When that was said last.
    again: Option<Instant>,
    is_full: bool,
    /// How many messages had come when it was looked at last.
    messages: u64,
}

/// The least and the most time for which it has to work before that is said: it doubles with each time that the same is wrong again,
/// as where two programs read as one consumer, but not if it has worked for the most of them since it was said.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(600));

impl Told {
    /// Says what is wrong whenever that is something else than before, and that nothing has been for a while.
    pub(super) fn hear(&mut self, error: Option<&impl Display>, name: &str, voice: &Voice) {
        match error.map(ToString::to_string) {
            Some(words) => {
                self.works = None;
                let is_same = words == self.words;
                if is_same && self.is_wrong {
                    return;
                }
                let (least, most) = PATIENCE;
                let is_soon = is_same && self.again.is_some_and(|again| again.elapsed() < most);
                self.patience = if is_soon { self.patience.saturating_mul(2).min(most) } else { least };
                voice.say(format_args!("source {name:?}: {words}"));
                (self.words, self.is_wrong) = (words, true);
            }
            None if self.is_wrong => {
                let now = Instant::now();
                if now >= *self.works.get_or_insert(now) + self.patience {
                    voice.mention(format_args!("source {name:?}: it is read again"));
                    (self.works, self.is_wrong, self.again) = (None, false, Some(now));
                }
            }
            None => {}
        }
    }

    /// When it is to be [heard](Self::hear) next that nothing is wrong, if nothing has been since.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.works.map(|works| works + self.patience)
    }

    /// Says so if so many messages are held that none comes any more.
    pub(super) fn look(&mut self, source: &NatsSource, name: &str, voice: &Voice) {
        let stats = source.stats();
        let stands = stats.is_full && std::mem::replace(&mut self.messages, stats.messages) == stats.messages;
        if stands && !std::mem::replace(&mut self.is_full, true) {
            let held = stats.held;
            voice.say(format_args!(
                "source {name:?}: {held} messages are held by windows that are not over, and no more come: raise \
                 `max_ack_pending` of the consumer, or have shorter windows or less lateness"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use tokio::time::advance;

    use super::*;

    const AGAIN: &str = "it is read again";
    const SECOND: Duration = Duration::from_secs(1);

    fn voice() -> (Voice, Receiver<String>) {
        let (hear, heard) = channel();
        (Voice::heard(move |lines| hear.send(String::from_utf8_lossy(lines).into_owned()).unwrap()), heard)
    }

    #[track_caller]
    fn check(voice: Voice, heard: &Receiver<String>, expected: &[&str]) {
        voice.say("end");
        let mut said = String::new();
        while !said.ends_with("end\n") {
            said += &heard.recv_timeout(60 * SECOND).unwrap();
        }
        let expected: String = expected.iter().map(|text| format!("source \"a\": {text}\n")).collect();
        assert_eq!(said, expected + "end\n");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_is_said_whenever_it_is_something_else() {
        let (voice, heard) = voice();
        let mut told = Told::default();
        for error in [None, Some("away"), Some("away"), Some("no stream"), Some("no stream"), None, None, Some("away")]
        {
            told.hear(error.as_ref(), "a", &voice);
            advance(6 * SECOND).await;
        }
        check(voice, &heard, &["away", "no stream", AGAIN, "away"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_again_and_again_is_said_once() {
        let (voice, heard) = voice();
        let mut told = Told::default();
        for _ in 0..1000 {
            for error in [Some("elsewhere"), None, None] {
                told.hear(error.as_ref(), "a", &voice);
                advance(SECOND).await;
            }
        }
        assert_eq!(told.deadline(), Some(Instant::now() + 3 * SECOND), "it works since two seconds");
        advance(3 * SECOND).await;
        told.hear(None::<&str>.as_ref(), "a", &voice);
        assert_eq!(told.deadline(), None);
        check(voice, &heard, &["elsewhere", AGAIN]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_now_and_then_is_said_less_and_less() {
        let (voice, heard) = voice();
        let mut told = Told::default();
        for _ in 0..1000 {
            told.hear(Some(&"elsewhere"), "a", &voice);
            for _ in 0..30 {
                told.hear(None::<&str>.as_ref(), "a", &voice);
                advance(SECOND).await;
            }
        }
        // It has worked for 5, 10 and 20 seconds then, and never for 40.
        check(voice, &heard, &["elsewhere", AGAIN, "elsewhere", AGAIN, "elsewhere", AGAIN, "elsewhere"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_wrong_after_long_is_said_as_at_first() {
        let (voice, heard) = voice();
        let mut told = Told::default();
        for _ in 0..20 {
            for error in [Some("away"), None, None] {
                told.hear(error.as_ref(), "a", &voice);
                advance(5 * SECOND).await;
            }
            advance(600 * SECOND).await;
        }
        check(voice, &heard, &["away", AGAIN].repeat(20));
    }
}
