//! [`Plan`]: what is to be read, and how.

use std::error::Error;
use std::fmt;

use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind, KeyValueError};
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::{self, DiscardPolicy};
use async_nats::jetstream::{Context, ErrorCode};

use super::opened::Opened;
use super::reader::Reader;
use super::record::{Record, key};
use super::wanted::{Wanted, lacking};
use crate::nats::{Link, NatsError, NatsServer};

/// What is to be read, and how.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) server: NatsServer,
    pub(super) stream: String,
    pub(super) consumer: String,
    pub(super) wanted: Wanted,
    bucket: String,
}

impl Plan {
    pub(super) fn new(server: NatsServer, stream: &str, consumer: &str) -> Result<Self, NatsNameError> {
        Ok(Self {
            server,
            stream: named("stream", stream)?,
            consumer: named("consumer", consumer)?,
            wanted: Wanted::default(),
            bucket: "metrix".to_owned(),
        })
    }

    pub(super) fn set_bucket(&mut self, name: &str) -> Result<(), NatsNameError> {
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_of_name) {
            return Err(NatsNameError { what: "bucket", name: name.to_owned(), of: "letters, digits, `_` and `-`" });
        }
        name.clone_into(&mut self.bucket);
        Ok(())
    }

    /// Connects, makes what is missing, and finds out what has been settled.
    pub(super) async fn open(self) -> Result<Opened, NatsError> {
        let link = Link::open(&self.server, 1).await?;
        let jetstream = &link.jetstream;
        let stream = jetstream.get_stream(&self.stream).await;
        let stream = stream
            .map_err(|error| NatsError::of(format_args!("the stream {:?} can't be read", self.stream), &error))?;
        let stream_created = stream.cached_info().created.unix_timestamp_nanos().to_string();
        let consumer = stream.get_or_create_consumer(&self.consumer, self.wanted.config(&self.consumer)).await;
        let of_consumer = |cause: &(dyn Error + 'static)| {
            NatsError::of(format_args!("the consumer {:?} of {:?} can't be used", self.consumer, self.stream), cause)
        };
        let consumer = consumer.map_err(|error| of_consumer(&error))?;
        let info = consumer.cached_info().clone();
        if let Some(words) = lacking(&info.config) {
            return Err(of_consumer(&NatsError::new(words)));
        }
        let differing = self.wanted.differing(&info.config).map(|words| {
            let Self { stream, consumer, .. } = &self;
            format!(
                "the consumer {consumer:?} of {stream:?} is there already, and stays as it is: {words}; delete it, or name another one, \
                 to have it so"
            )
        });
        let consumer_created = info.created.unix_timestamp_nanos().to_string();
        let bucket = bucket(jetstream, &self.bucket).await?;
        let key = key(&self.stream, &self.consumer);
        let stored = bucket.get(&key).await;
        let stored = stored
            .map_err(|error| NatsError::of(format_args!("the bucket {:?} can't be read", self.bucket), &error))?;
        let record = stored.and_then(|text| Record::read(&text));
        let record = record.filter(|record| record.stream == stream_created && record.consumer == consumer_created);
        // Asked for last, so that it is no older than what is compared with it.
        let state = stream
            .get_info()
            .await
            .map_err(|error| NatsError::of(format_args!("the stream {:?} can't be read", self.stream), &error))?;
        let last = state.state.last_sequence;
        let lost_end = record.as_ref().map(|record| (record.next, last)).filter(|(next, last)| last + 1 < *next);
        let record = record.filter(|_| lost_end.is_none());
        let (stream_of, consumer_of) = (stream_created.clone(), consumer_created.clone());
        let mut reader = Reader::new(link, stream, consumer, (bucket, key), stream_created, consumer_created).await?;
        // A consumer may know of messages that the stream has lost.
        let delivered = info.delivered.stream_sequence.min(last);
        let record = match record {
            // The floor of one that begins in the middle may lie before that, so that it has to be known where it began.
            None if info.num_ack_pending == 0 => {
                let (held, note) = (Vec::new(), String::new());
                let begins = Record { stream: stream_of, consumer: consumer_of, next: delivered + 1, held, note };
                reader.store(&begins).await?;
                Some(begins)
            }
            record => record,
        };
        let positive =
            |number: i64, usual: usize| usize::try_from(number).ok().filter(|&number| number > 0).unwrap_or(usual);
        Ok(Opened {
            reader,
            last,
            delivered,
            floor: info.ack_floor.stream_sequence.min(last),
            max_ack_pending: positive(info.config.max_ack_pending, self.wanted.max_ack_pending()),
            ack_wait: Some(info.config.ack_wait).filter(|wait| !wait.is_zero()).unwrap_or(self.wanted.ack_wait()),
            record,
            lost_end,
            differing,
        })
    }
}

/// The bucket of this name, which is made if it is missing: as what it is, a stream, since a server older than the client's
/// library doesn't understand how that makes one.
async fn bucket(jetstream: &Context, name: &str) -> Result<Store, NatsError> {
    // That the server hasn't answered doesn't say that it is missing.
    match jetstream.get_key_value(name).await {
        Ok(bucket) => return Ok(bucket),
        Err(error) if is_missing(&error) => {}
        Err(error) => return Err(NatsError::of(format_args!("the bucket {name:?} can't be read"), &error)),
    }
    let config = stream::Config {
        name: format!("KV_{name}"),
        description: Some("What metrix has settled of the streams that it reads".to_owned()),
        subjects: vec![format!("$KV.{name}.>")],
        max_messages_per_subject: 1,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        deny_delete: true,
        // A replica that lags would give what was settled some time ago.
        allow_direct: false,
        ..stream::Config::default()
    };
    let failed =
        |cause: &(dyn Error + 'static)| NatsError::of(format_args!("the bucket {name:?} can't be made"), cause);
    jetstream.create_stream(config).await.map_err(|error| failed(&error))?;
    jetstream.get_key_value(name).await.map_err(|error| failed(&error))
}

/// Whether JetStream says that there is no such stream.
fn is_missing(error: &KeyValueError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<GetStreamError>());
    cause.is_some_and(|cause| match cause.kind() {
        GetStreamErrorKind::JetStream(error) => error.error_code() == ErrorCode::STREAM_NOT_FOUND,
        GetStreamErrorKind::EmptyName | GetStreamErrorKind::Request | GetStreamErrorKind::InvalidStreamName => false,
    })
}

fn named(what: &'static str, name: &str) -> Result<String, NatsNameError> {
    let is_of_name = |char: char| !char.is_whitespace() && !char.is_control() && !".*>/\\".contains(char);
    if name.is_empty() || !name.chars().all(is_of_name) {
        return Err(NatsNameError { what, name: name.to_owned(), of: "no spaces, dots, slashes, `*` and `>`" });
    }
    Ok(name.to_owned())
}

/// Why nothing can be called so.
///
/// ```
/// use metrix_io::{NatsServer, sources::nats::NatsSource};
///
/// let error = NatsSource::new(NatsServer::new("nats://127.0.0.1")?, "a.b", "metrix").unwrap_err();
/// assert_eq!(error.to_string(), "no stream can be called \"a.b\": write a name of no spaces, dots, slashes, `*` and `>`");
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NatsNameError {
    what: &'static str,
    name: String,
    of: &'static str,
}

impl fmt::Display for NatsNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no {} can be called {:?}: write a name of {}", self.what, self.name, self.of)
    }
}

impl Error for NatsNameError {}
