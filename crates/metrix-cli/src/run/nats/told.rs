//! [`Told`]: what is told once of a source.

use metrix_io::NatsError;
use metrix_io::sources::nats::NatsSource;

use crate::run::setup::Setup;

/// What is told once: that it fails, that it works again, and that it stands still.
#[derive(Debug, Default)]
pub(super) struct Told {
    is_down: bool,
    is_full: bool,
    /// How many messages had come when it was looked at last.
    messages: u64,
}

impl Told {
    pub(super) fn hear(&mut self, error: Option<&NatsError>, name: &str, setup: &Setup) {
        match error {
            Some(error) if !std::mem::replace(&mut self.is_down, true) => {
                setup.voice.say(format_args!("source {name:?}: {error}"));
            }
            None if std::mem::take(&mut self.is_down) => {
                setup.voice.mention(format_args!("source {name:?}: it is read again"));
            }
            Some(_) | None => {}
        }
    }

    /// Says so if so many messages are held that none comes any more.
    pub(super) fn look(&mut self, source: &NatsSource, name: &str, setup: &Setup) {
        let stats = source.stats();
        let stands = stats.is_full && std::mem::replace(&mut self.messages, stats.messages) == stats.messages;
        if stands && !std::mem::replace(&mut self.is_full, true) {
            let held = stats.held;
            setup.voice.say(format_args!(
                "source {name:?}: {held} messages are held by windows that are not over, and no more come: raise \
                 `max_ack_pending` of the consumer, or have shorter windows or less lateness"
            ));
        }
    }
}
