//! [`Told`]: what is told once of a source.

use std::fmt::Display;

use metrix_io::sources::nats::NatsSource;

use crate::run::voice::Voice;

/// What is told once: what is wrong, that it works again, and that it stands still.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What is wrong, in the words that were said last.
    wrong: Option<String>,
    is_full: bool,
    /// How many messages had come when it was looked at last.
    messages: u64,
}

impl Told {
    /// Says what is wrong whenever that is something else than before, and that nothing is any more.
    pub(super) fn hear(&mut self, error: Option<&impl Display>, name: &str, voice: &Voice) {
        let wrong = error.map(ToString::to_string);
        if wrong == self.wrong {
            return;
        }
        match &wrong {
            Some(error) => voice.say(format_args!("source {name:?}: {error}")),
            None => voice.mention(format_args!("source {name:?}: it is read again")),
        }
        self.wrong = wrong;
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
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_whenever_it_is_something_else() {
        let (hear, heard) = channel();
        let voice = Voice::heard(move |lines| hear.send(String::from_utf8_lossy(lines).into_owned()).unwrap());
        let mut told = Told::default();
        for error in [None, Some("away"), Some("away"), Some("no stream"), Some("no stream"), None, None, Some("away")]
        {
            told.hear(error.as_ref(), "a", &voice);
        }
        let expected = ["away", "no stream", "it is read again", "away"].map(|text| format!("source \"a\": {text}\n"));
        let (expected, mut said) = (expected.concat(), String::new());
        while said.len() < expected.len() {
            said += &heard.recv_timeout(Duration::from_secs(60)).unwrap();
        }
        assert_eq!(said, expected);
    }
}
