//! [`Nats`]: elements to NATS JetStream.

mod counts;
mod message_id;
mod options;
mod parcel;
mod round;
mod subject;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::stream::Config;
use metrix::{MElement, Sink, WriteError};
use tokio::time::{Instant, timeout_at};

use self::message_id::MessageIds;
use self::round::Round;
use self::subject::Template;
use crate::nats::{Link, MOST_DENIED, MOST_HEARD, NatsError, NatsServer};
use crate::sinks::refused::Refused;

pub use self::counts::NatsCounts;
pub use self::subject::SubjectError;

/// A sink that publishes each element to a subject of NATS JetStream, as a message that is one line of JSON, as
/// [`JsonLines`](metrix::sink::JsonLines) writes it, without its end.
///
/// # Subjects
///
/// The subject is a text with `{name}` in it, which stands for the element's name: `metrix.{name}` unless it is told. A dot in a name
/// parts it into tokens, so that `metrix.requests.>` subscribes to `requests.count` and `requests.mean`.
///
/// | of the name | becomes |
/// | --- | --- |
/// | a dot between two other characters | itself: it begins a new token |
/// | a dot at the beginning, at the end, or after another one | gets `_` where a token would be empty; an empty name is `_` |
/// | white space of any kind, a control character, `*`, `>` | `_` |
/// | any other character, also one that is not ASCII | itself |
/// | more than 2000 bytes of subject | the element is refused |
///
/// The message itself has the name as it is, with tags, value and time. A value that is not finite has no form in JSON: the element is
/// refused.
///
/// # Delivery
///
/// Each message is acknowledged by JetStream, which has then stored it; many are on their way at a time. A message has a `Nats-Msg-Id` that is made
/// of the series, the window and the value, so that JetStream drops one that comes again within the stream's time for that, which is two minutes
/// unless the stream has another: within that time each element is stored once, whatever connections are lost between, and also where a process that
/// has died is followed by one that sums up the same windows. Where such a window has another value then, that is another message: of those of one series and
/// window the last holds. An element that is equal to one that was acknowledged is another one, with a number behind its `Nats-Msg-Id`, as long as no 65 536 others
/// came between.
///
/// A stream that takes the subjects has to be there, or is [made](Self::create_stream).
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, or is slower than the timeouts; if no
/// stream takes the subject, since it may be made yet; and if JetStream answers with a code of 408, 429 or 5xx, as when a stream is full
/// that discards what is new. Elements are refused, with the server's words, at any other code; if their message is larger than the server
/// takes; and where the server permits nobody like us to publish to their subject. Where both happen in one batch the error is worth a retry, has both
/// positions and the words of the failure alone; the retry tells them apart.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one; the connection is dropped.
///
/// # Memory
///
/// The messages of one batch, some words for each of the last 131 072 elements, and the last 8192 subjects that the server has denied.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```no_run
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::{NatsServer, sinks::nats::Nats};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut sink = Nats::new(NatsServer::new("nats://127.0.0.1:4222")?).subject("metrix.{name}")?.create_stream("METRIX")?;
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::now());
/// sink.write(&[element]).await?; // to metrix.requests.mean
/// assert_eq!(sink.counts().published(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Nats {
    server: NatsServer,
    subject: Template,
    /// The stream that is made if there is none.
    stream: Option<String>,
    in_flight: usize,
    total: Duration,
    link: Option<Link>,
    /// The subjects that the server is known to permit nobody like us, until a connection is lost.
    denied: HashSet<String>,
    /// Whether so few messages are on their way that the refusal of each is heard.
    is_cautious: bool,
    ids: MessageIds,
    counts: Arc<NatsCounts>,
    is_closed: bool,
}

impl Nats {
    /// Publishes to `metrix.{name}`. It connects when there is something to write, and anew after the connection was lost.
    pub fn new(server: NatsServer) -> Self {
        Self {
            server,
            subject: Template::default(),
            stream: None,
            in_flight: 1000,
            // With the time for a connection it stays below the coordinator's limit of 30 s for a write.
            total: Duration::from_secs(12),
            link: None,
            denied: HashSet::new(),
            is_cautious: false,
            ids: MessageIds::default(),
            counts: Arc::default(),
            is_closed: false,
        }
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<NatsCounts> {
        Arc::clone(&self.counts)
    }

    /// The connection that there is, or a new one.
    async fn connect(&mut self) -> Result<Link, NatsError> {
        match self.link.take() {
            Some(link) if !link.is_lost() => return Ok(link),
            // Whom it permits what may have been changed.
            Some(_) => self.denied.clear(),
            None => {}
        }
        let link = Link::open(&self.server, self.in_flight).await?;
        self.counts.connected();
        self.make_stream(&link).await?;
        Ok(link)
    }

    /// Makes the stream, if that was asked for and it isn't there. Tells which subjects it takes, if what is written isn't one of them.
    async fn make_stream(&self, link: &Link) -> Result<Option<NatsError>, NatsError> {
        let Some(name) = &self.stream else { return Ok(None) };
        let filter = self.subject.filter();
        let config = Config { name: name.clone(), subjects: vec![filter.clone()], ..Config::default() };
        let made = link.jetstream.get_or_create_stream(config).await;
        let made = made.map_err(|error| NatsError::of(format_args!("the stream {name:?} can't be made"), &error))?;
        let subjects = &made.cached_info().config.subjects;
        Ok((!subjects.contains(&filter)).then(|| {
            NatsError::new(format!(
                "the stream {name:?} is there and takes {subjects:?} alone: add {filter:?} to its subjects"
            ))
        }))
    }

    /// Keeps what the server has said of subjects.
    fn hears(&mut self, link: &Link, is_broken: bool) {
        let denied = link.denied();
        if is_broken {
            // Where it has refused some, those without an answer may be others that it has refused.
            self.is_cautious = !link.is_lost() && !denied.is_empty();
            if !self.is_cautious {
                self.denied.clear();
                return;
            }
        }
        if self.denied.len() + denied.len() > 2 * MOST_DENIED {
            self.denied.clear();
        }
        self.denied.extend(denied);
    }
}

impl Sink for Nats {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        // It is put back when all is well, so that nothing of a write that is given up comes into the next one.
        let mut link = self.connect().await.map_err(WriteError::retryable)?;
        let mut refused = Refused::default();
        let parcels = self.parcels(batch, link.client.server_info().max_payload, &mut refused).await;
        let in_flight = if self.is_cautious { self.in_flight.min(MOST_HEARD) } else { self.in_flight };
        let counts = Arc::clone(&self.counts);
        let mut round = Round::new(parcels, in_flight, &counts);
        let end = Instant::now() + self.total;
        let broken = match timeout_at(end, round.run(&mut link)).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error),
            Err(_) => Some(NatsError::new(format!("the batch was not acknowledged within {:?}", self.total))),
        };
        let lacks = if broken.is_none() && round.lacks_stream() { self.make_stream(&link).await } else { Ok(None) };
        let stored = round.stored();
        let (unsent, told) = round.into_unsent(|position, words| refused.add(position, &batch[position].name, words));
        stored.into_iter().for_each(|id| self.ids.stored(id));
        self.hears(&link, broken.is_some());
        if broken.is_none() {
            self.link = Some(link);
        }
        match broken.or(lacks.unwrap_or_else(Some)).or(told) {
            None => refused.into_result(batch.len()),
            Some(error) => Err(refused.with_unsent(unsent.into_iter(), error.into())),
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        self.link = None;
        Ok(())
    }
}
