//! Which messages a [`NatsSource`] hands out: each once, whatever the server delivers again.

use tokio::time::{MissedTickBehavior, interval};

use super::acknowledging::Word;
use super::held::{Held, Known};
use super::opened::Opened;
use super::reader::Delivery;
use super::{NatsMessage, NatsSource};

impl NatsSource {
    /// Goes on with a new connection. Where the stream has lost its end, this tells what would have been the next message, and which one
    /// is the last.
    pub(super) fn begin(&mut self, opened: Opened) -> Option<(u64, u64)> {
        let Opened { reader, last, delivered, floor, max_ack_pending, ack_wait, record, differing, .. } = opened;
        let is_first = self.stream_created.is_none();
        let is_same = self.stream_created.as_ref() == Some(&reader.stream_created);
        let lost_end = Some((self.next, last)).filter(|_| is_same && last + 1 < self.next);
        if !is_first && (!is_same || lost_end.is_some()) {
            // What is held is of a stream that is no more, or of messages that are none: others get their sequences.
            self.base += self.next;
            self.next = 0;
            self.held = Held::default();
            self.done.clear();
            self.before = None;
        }
        self.stream_created = Some(reader.stream_created.clone());
        if is_first {
            self.note = record.as_ref().map(|record| record.note.clone()).unwrap_or_default();
            self.stored.clone_from(&record);
            self.before = record;
        }
        // What was settled need not be read again. Of a process before this one the bucket knows it.
        let from = self.next.max(floor + 1);
        let before = self.before.clone();
        let is_missing = move |sequence: u64| before.as_ref().is_none_or(|record| !record.has_settled(sequence));
        self.next = from;
        self.max_held = max_ack_pending;
        self.differing = differing;
        let mut progress = interval(ack_wait / 3);
        progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
        progress.reset();
        self.progress = Some(progress);
        self.reader = Some(reader.replaying(from..=delivered, is_missing));
        // How long to wait after a failure goes by how often it failed since a message has come.
        self.retry.0 = None;
        self.stats.connections += 1;
        lost_end
    }

    /// Gives what is new.
    pub(super) fn accept(&mut self, delivery: Delivery) -> Option<NatsMessage> {
        let Delivery { sequence, reply, message, is_replayed } = delivery;
        self.retry.1 = 0;
        if is_replayed {
            self.stats.replayed += u64::from(message.is_some());
        } else if let Some(reply) = &reply {
            match self.held.know(sequence, reply, self.next) {
                Known::New if self.before.as_ref().is_some_and(|record| record.has_settled(sequence)) => {
                    self.stats.redelivered += 1;
                    self.done.push_back((reply.clone(), Word::Ack));
                    self.passes(sequence);
                    return None;
                }
                Known::New => {}
                Known::Held => {
                    self.stats.redelivered += 1;
                    return None;
                }
                Known::Settled => {
                    self.stats.redelivered += 1;
                    self.done.push_back((reply.clone(), Word::Ack));
                    return None;
                }
            }
        }
        self.passes(sequence);
        let message = message?;
        self.held.add(sequence, reply);
        self.stats.messages += 1;
        Some(message.at_position(self.base + sequence))
    }

    /// All up to this sequence have been handed out, or need not be.
    fn passes(&mut self, sequence: u64) {
        self.next = self.next.max(sequence + 1);
        self.before = self.before.take().filter(|record| record.next > self.next);
    }
}
