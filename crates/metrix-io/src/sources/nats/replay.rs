//! [`Replay`]: messages that were delivered to somebody who is no more.

use std::fmt;
use std::ops::RangeInclusive;

use async_nats::jetstream::{Context, ErrorCode};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use serde_json::{Value, json};

use super::reader::Delivery;
use super::stored_message::StoredMessage;
use crate::nats::NatsError;

/// So many are asked for at a time, and no more than have so many bytes if each is as long as the server takes them; but one at least.
const AT_ONCE: usize = 64;
const BYTES: usize = 16 << 20;

/// Reads messages from the stream itself, in order.
pub(super) struct Replay {
    jetstream: Context,
    source: Source,
    rest: RangeInclusive<u64>,
    is_wanted: Box<dyn Fn(u64) -> bool + Send + Sync>,
    asked: FuturesOrdered<BoxFuture<'static, Result<Delivery, NatsError>>>,
    /// The last sequence of the range, until it has been told that all have been passed.
    end: Option<u64>,
}

/// What is read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) stream: String,
    pub(super) consumer: String,
    /// Of the consumer; empty for all.
    pub(super) filter: String,
    /// The first sequence that the stream has.
    pub(super) first: u64,
    /// So many bytes has a message at most.
    pub(super) longest: usize,
}

impl Replay {
    pub(super) fn new(
        jetstream: Context,
        source: Source,
        range: RangeInclusive<u64>,
        is_wanted: impl Fn(u64) -> bool + Send + Sync + 'static,
    ) -> Self {
        // What the stream no longer has need not be asked for.
        let first = source.first.max(*range.start());
        let (is_wanted, asked) = (Box::new(is_wanted), FuturesOrdered::new());
        let end = (!range.is_empty()).then_some(*range.end());
        Self { jetstream, source, rest: first..=*range.end(), is_wanted, asked, end }
    }

    /// The next one, or what is known of a sequence that has none; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Result<Delivery, NatsError>> {
        while self.asked.len() < at_once(self.source.longest) {
            let Some(sequence) = self.rest.by_ref().find(|&sequence| (self.is_wanted)(sequence)) else { break };
            self.asked.push_back(Box::pin(read(self.jetstream.clone(), self.source.clone(), sequence)));
        }
        match self.asked.next().await {
            Some(read) => Some(read),
            None => self.end.take().map(|sequence| Ok(Delivery::nothing(sequence))),
        }
    }
}

fn at_once(longest: usize) -> usize {
    (BYTES / longest.max(1)).clamp(1, AT_ONCE)
}

/// Asks for a message. What the client's library gives for that has no message whose headers it can't read.
async fn read(jetstream: Context, source: Source, sequence: u64) -> Result<Delivery, NatsError> {
    let nothing = Delivery::nothing(sequence);
    let what = || format!("message {sequence} can't be read again");
    let asked = jetstream.request(format!("STREAM.MSG.GET.{}", source.stream), &json!({ "seq": sequence })).await;
    let mut answer: Value = asked.map_err(|error| NatsError::of(what(), &error))?;
    if let Some(error) = answer.get_mut("error") {
        return match serde_json::from_value::<async_nats::jetstream::Error>(error.take()) {
            Ok(error) if error.error_code() == ErrorCode::NO_MESSAGE_FOUND => Ok(nothing),
            Ok(error) => Err(NatsError::of(what(), &error)),
            Err(error) => Err(NatsError::of(what(), &error)),
        };
    }
    let stored = StoredMessage::read(answer).map_err(|error| NatsError::of(what(), &*error))?;
    if !matches(&source.filter, stored.subject()) {
        return Ok(nothing);
    }
    // One that the client's library can't read would end the connection whenever it comes again, so that it is told of at once.
    let reply =
        stored.is_wrong().then(|| format!("$JS.ACK.{}.{}.1.{sequence}.0.0.0", source.stream, source.consumer).into());
    Ok(Delivery { reply, message: Some(stored.into_message()), ..nothing })
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
    fn few_are_asked_for_where_they_may_be_long() {
        assert_eq!([0, 4096, 1 << 20, 8 << 20, 64 << 20].map(at_once), [64, 64, 16, 2, 1]);
    }

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
