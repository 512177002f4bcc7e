//! [`Round`]: the messages of one batch, on their way to JetStream.

use std::collections::VecDeque;
use std::error::Error;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;

use super::NatsCounts;
use super::message_id::MessageId;
use super::parcel::Parcel;
use crate::nats::{Link, NatsError};

/// What comes of the acknowledgement of a message.
type Ack = Pin<Box<dyn Future<Output = Result<PublishAck, PublishError>> + Send>>;

/// The messages of one batch. What is not known to be stored or refused when it is asked is unsent.
pub(super) struct Round<'a> {
    waiting: VecDeque<Parcel>,
    /// Published, and not yet acknowledged, in order.
    sent: VecDeque<Sent>,
    in_flight: usize,
    /// Worth another try.
    failed: Vec<usize>,
    /// Why the first of them failed.
    told: Option<NatsError>,
    /// Whether no stream took the subject of one.
    lacks_stream: bool,
    stored: Vec<MessageId>,
    /// With the server's words.
    refused: Vec<(usize, String)>,
    counts: &'a NatsCounts,
}

/// A message that waits for its acknowledgement.
struct Sent {
    position: usize,
    subject: Arc<str>,
    id: MessageId,
    ack: Ack,
}

/// What an answer says of a message.
enum Verdict {
    Refused(String),
    Failed(NatsError),
    /// The same, as no stream takes its subject.
    NoStream(NatsError),
    /// Nothing: the connection is to be given up.
    Broken(NatsError),
}

impl<'a> Round<'a> {
    pub(super) fn new(parcels: Vec<Parcel>, in_flight: usize, counts: &'a NatsCounts) -> Self {
        let (waiting, sent, failed) = (parcels.into(), VecDeque::new(), Vec::new());
        let (lacks_stream, stored, refused) = (false, Vec::new(), Vec::new());
        Self { waiting, sent, in_flight, failed, told: None, lacks_stream, stored, refused, counts }
    }

    /// Publishes all, and waits for the acknowledgements. An error says that the connection is of no use any more.
    pub(super) async fn run(&mut self, link: &mut Link) -> Result<(), NatsError> {
        while !self.waiting.is_empty() || !self.sent.is_empty() {
            if self.sent.len() < self.in_flight && !self.waiting.is_empty() {
                tokio::select! {
                    biased;
                    lost = link.lost() => return Err(lost),
                    sent = publish(link, self.waiting.front()) => self.goes(sent?),
                }
                continue;
            }
            if link.is_lost() {
                return Err(link.lost().await);
            }
            self.drop_denied(link);
            let Some(Sent { position, subject, id, ack }) = self.sent.front_mut() else { continue };
            let answer = tokio::select! {
                biased;
                answer = ack => answer,
                () = link.says() => continue,
            };
            let (position, id) = (*position, *id);
            let verdict = answer.map_err(|error| verdict(&error, subject, link));
            if let Err(Verdict::Broken(error)) = verdict {
                return Err(error);
            }
            self.sent.pop_front();
            match verdict {
                Ok(ack) => {
                    self.counts.acknowledged(ack.duplicate);
                    self.stored.push(id);
                }
                Err(Verdict::Refused(words)) => self.refused.push((position, words)),
                Err(Verdict::NoStream(error)) => {
                    self.lacks_stream = true;
                    self.failed.push(position);
                    self.told.get_or_insert(error);
                }
                Err(Verdict::Failed(error) | Verdict::Broken(error)) => {
                    self.failed.push(position);
                    self.told.get_or_insert(error);
                }
            }
        }
        Ok(())
    }

    /// The first that waited is on its way.
    fn goes(&mut self, ack: Option<PublishAckFuture>) {
        if let Some((Parcel { position, subject, id, .. }, ack)) = self.waiting.pop_front().zip(ack) {
            self.sent.push_back(Sent { position, subject, id, ack: ack.into_future() });
        }
    }

    /// What the server has refused gets no answer.
    fn drop_denied(&mut self, link: &Link) {
        let Self { sent, refused, .. } = self;
        sent.retain(|Sent { position, subject, .. }| {
            let is_denied = link.denies(subject);
            if is_denied {
                refused.push((*position, Self::denied(subject)));
            }
            !is_denied
        });
    }

    /// Why a message to a subject that is denied is refused.
    pub(super) fn denied(subject: &str) -> String {
        format!("the server permits nobody like us to publish to {subject:?}")
    }

    pub(super) fn lacks_stream(&self) -> bool {
        self.lacks_stream
    }

    /// Those that are stored.
    pub(super) fn stored(&mut self) -> Vec<MessageId> {
        std::mem::take(&mut self.stored)
    }

    /// The positions that are worth another try, and why; what is refused is given to `refuse` first.
    pub(super) fn into_unsent(self, mut refuse: impl FnMut(usize, String)) -> (Vec<usize>, Option<NatsError>) {
        self.refused.into_iter().for_each(|(position, words)| refuse(position, words));
        let waiting = self.waiting.into_iter().map(|parcel| parcel.position);
        let sent = self.sent.into_iter().map(|sent| sent.position);
        (self.failed.into_iter().chain(sent).chain(waiting).collect(), self.told)
    }
}

/// Hands a message to the connection, which sends it. If this is dropped, it may have been handed over.
async fn publish(link: &Link, parcel: Option<&Parcel>) -> Result<Option<PublishAckFuture>, NatsError> {
    let Some(parcel) = parcel else { return Ok(None) };
    let message = PublishMessage::build().message_id(parcel.id.to_string()).payload(parcel.payload.clone().into());
    let ack = link.jetstream.send_publish(parcel.subject.to_string(), message).await;
    ack.map(Some).map_err(|error| NatsError::of("the connection takes nothing", &error))
}

/// What an error of an acknowledgement means.
fn verdict(error: &PublishError, subject: &str, link: &Link) -> Verdict {
    match error.kind() {
        PublishErrorKind::StreamNotFound => Verdict::NoStream(NatsError::new(format!(
            "no stream of JetStream takes the subject {subject:?}: make one, or have the sink do it with `create_stream`"
        ))),
        PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => {
            Verdict::Broken(NatsError::new(match link.said() {
                Some(said) => format!("a message was not acknowledged in time; the server says {said:?}"),
                None => "a message was not acknowledged in time".to_owned(),
            }))
        }
        _ => {
            let cause = error.source().and_then(|cause| cause.downcast_ref::<async_nats::jetstream::Error>());
            match cause.map(async_nats::jetstream::Error::code) {
                Some(408 | 429 | 500..) | None => {
                    Verdict::Failed(NatsError::of("JetStream did not store a message", error))
                }
                Some(_) => {
                    Verdict::Refused(format!("JetStream says: {}", NatsError::of("", error)).replace(": : ", ": "))
                }
            }
        }
    }
}
