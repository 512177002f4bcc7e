//! [`Replay`]: messages that were delivered to somebody who is no more.

use std::fmt;
use std::ops::RangeInclusive;

use async_nats::Message;
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;

use super::message::NatsMessage;
use super::reader::Delivery;
use crate::nats::NatsError;

/// So many are asked for at a time.
const AT_ONCE: usize = 64;

/// Reads messages from the stream itself, in order.
pub(super) struct Replay {
    stream: Stream,
    /// Of the consumer; empty for all.
    filter: String,
    rest: RangeInclusive<u64>,
    is_wanted: Box<dyn Fn(u64) -> bool + Send + Sync>,
    asked: FuturesOrdered<BoxFuture<'static, Result<Delivery, NatsError>>>,
    /// The last sequence of the range, until it has been told that all have been passed.
    end: Option<u64>,
}

impl Replay {
    pub(super) fn new(
        stream: Stream,
        filter: String,
        range: RangeInclusive<u64>,
        is_wanted: impl Fn(u64) -> bool + Send + Sync + 'static,
    ) -> Self {
        // What the stream no longer has need not be asked for.
        let first = stream.cached_info().state.first_sequence.max(*range.start());
        let (is_wanted, asked) = (Box::new(is_wanted), FuturesOrdered::new());
        let end = (!range.is_empty()).then_some(*range.end());
        Self { stream, filter, rest: first..=*range.end(), is_wanted, asked, end }
    }

    /// The next one, or what is known of a sequence that has none; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Delivery, NatsError>> {
        while self.asked.len() < AT_ONCE {
            let Some(sequence) = self.rest.by_ref().find(|&sequence| (self.is_wanted)(sequence)) else { break };
            let (stream, filter) = (self.stream.clone(), self.filter.clone());
            self.asked.push_back(Box::pin(read(stream, filter, sequence)));
        }
        match self.asked.next().await {
            Some(read) => Some(read),
            None => self.end.take().map(|sequence| Ok(Delivery { sequence, reply: None, message: None })),
        }
    }
}

async fn read(stream: Stream, filter: String, sequence: u64) -> Result<Delivery, NatsError> {
    let nothing = Delivery { sequence, reply: None, message: None };
    match stream.get_raw_message(sequence).await {
        Ok(raw) if !matches(&filter, &raw.subject) => Ok(nothing),
        Ok(raw) => {
            let nanos = raw.time.unix_timestamp_nanos();
            let message = Message {
                length: raw.payload.len(),
                subject: raw.subject,
                reply: None,
                payload: raw.payload,
                headers: Some(raw.headers),
                status: None,
                description: None,
            };
            Ok(Delivery { message: Some(NatsMessage::new(message, nanos)), ..nothing })
        }
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(nothing),
        Err(error) => Err(NatsError::of(format_args!("message {sequence} can't be read again"), &error)),
    }
}

/// Whether a subject is one of those of a filter: `*` stands for a token, `>` at the end for one or more.
fn matches(filter: &str, subject: &str) -> bool {
    if filter.is_empty() {
        return true;
    }
    let mut tokens = subject.split('.');
    for wanted in filter.split('.') {
        match (wanted, tokens.next()) {
            (_, None) => return false,
            (">", Some(_)) => return true,
            ("*", Some(_)) => {}
            (wanted, Some(token)) if wanted == token => {}
            _ => return false,
        }
    }
    tokens.next().is_none()
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("rest", &self.rest).field("asked", &self.asked.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_those_of_nats() {
        for (filter, subject, expected) in [
            ("", "a.b", true),
            (">", "a.b", true),
            ("a.>", "a.b.c", true),
            ("a.>", "a", false),
            ("a.*", "a.b", true),
            ("a.*", "a.b.c", false),
            ("*.b", "a.b", true),
            ("a.b", "a.b", true),
            ("a.b", "a.c", false),
            ("a", "a.b", false),
        ] {
            assert_eq!(matches(filter, subject), expected, "{filter} {subject}");
        }
    }
}
