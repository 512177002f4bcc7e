//! How a [`NatsSource`] tells the server of messages.

use super::NatsSource;
use super::record::Record;
use crate::nats::NatsError;

/// What is answered to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Ack,
    Term,
}

impl Word {
    fn text(self) -> &'static [u8] {
        match self {
            Self::Ack => b"+ACK",
            Self::Term => b"+TERM",
        }
    }
}

/// What says that a message is worked at.
const PROGRESS: &[u8] = b"+WPI";

impl NatsSource {
    /// Says that nothing will be needed of the message at this position any more. It is acknowledged by the next [commit](Self::commit).
    pub fn settle(&mut self, position: u64) {
        self.finish(position, Word::Ack);
    }

    /// The same of a message that nobody can read: JetStream is told to terminate it, which its advisories tell.
    pub fn reject(&mut self, position: u64) {
        if self.finish(position, Word::Term) {
            self.stats.rejected += 1;
        }
    }

    /// Stores what is settled, and a note beside it, and acknowledges the messages then.
    ///
    /// # Errors
    /// If that failed. It may be called again.
    pub async fn commit(&mut self, note: &str) -> Result<(), NatsError> {
        self.open().await?;
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let record = Record {
            stream: reader.stream_created.clone(),
            consumer: reader.consumer_created.clone(),
            next: self.next,
            held: self.held.ranges(self.next),
            note: note.to_owned(),
        };
        let record = record.after(self.before.as_ref());
        if self.stored.as_ref() != Some(&record) {
            if let Err(error) = reader.store(&record).await {
                self.lose();
                return Err(error);
            }
            self.stored = Some(record);
        }
        let acknowledged = async {
            while let Some((reply, word)) = self.done.front() {
                reader.tell(reply, word.text()).await?;
                self.done.pop_front();
            }
            reader.flush().await
        };
        let acknowledged = acknowledged.await;
        if acknowledged.is_err() {
            self.lose();
        }
        acknowledged
    }

    /// Says of all messages that are held that they are worked at.
    pub(super) async fn prolong(&mut self) -> Result<(), NatsError> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let prolonged = async {
            for reply in self.held.replies() {
                reader.tell(reply, PROGRESS).await?;
            }
            Ok(())
        };
        let prolonged = prolonged.await;
        if prolonged.is_err() {
            self.lose();
        }
        prolonged
    }

    fn finish(&mut self, position: u64, word: Word) -> bool {
        let Some(sequence) = position.checked_sub(self.base) else { return false };
        let Some(reply) = self.held.remove(sequence) else { return false };
        // One without comes again, if it isn't acknowledged yet, and is known then.
        self.done.extend(reply.map(|reply| (reply, word)));
        true
    }
}
