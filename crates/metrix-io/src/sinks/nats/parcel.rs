//! [`Parcel`]: an element's message.

use std::collections::HashMap;
use std::sync::Arc;

use metrix::sink::JsonLines;
use metrix::{MElement, Sink};

use super::Nats;
use super::message_id::{self, MessageId};
use super::round::Round;
use crate::sinks::refused::Refused;

/// An element's message.
pub(super) struct Parcel {
    /// Of the element in its batch.
    pub(super) position: usize,
    pub(super) subject: Arc<str>,
    pub(super) id: MessageId,
    pub(super) payload: Vec<u8>,
}

/// What the header of a message takes, beside the payload.
const HEADER: usize = "NATS/1.0\r\nNats-Msg-Id: \r\n\r\n".len() + message_id::LENGTH;

/// So many bytes has a subject at most: a server takes lines of 4096 bytes, with what else stands in them.
const LONGEST_SUBJECT: usize = 2000;

impl Nats {
    /// The messages of a batch.
    pub(super) async fn parcels(&self, batch: &[MElement], most: usize, refused: &mut Refused) -> Vec<Parcel> {
        let mut parcels = Vec::with_capacity(batch.len());
        // Of many elements that have a few names.
        let mut subjects: HashMap<&str, Arc<str>> = HashMap::new();
        for ((position, element), id) in batch.iter().enumerate().zip(self.ids.of(batch)) {
            let mut line = JsonLines::new(Vec::new());
            // A vector takes everything at once.
            if let Err(error) = line.write(std::slice::from_ref(element)).await {
                let cause = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                refused.add(position, &element.name, cause);
                continue;
            }
            let mut payload = line.into_inner();
            if payload.last() == Some(&b'\n') {
                payload.pop();
            }
            let subject = subjects.entry(&element.name).or_insert_with(|| self.subject.of(&element.name).into());
            if self.denied.contains(&**subject) {
                refused.add(position, &element.name, Round::denied(subject));
            } else if subject.len() > LONGEST_SUBJECT {
                let message = format!("its subject has {} bytes, and may have {LONGEST_SUBJECT}", subject.len());
                refused.add(position, &element.name, message);
            } else if payload.len() + HEADER > most {
                let message = format!("its message has {} bytes, and the server takes {most}", payload.len() + HEADER);
                refused.add(position, &element.name, message);
            } else {
                parcels.push(Parcel { position, subject: Arc::clone(subject), id, payload });
            }
        }
        parcels
    }
}
