//! [`NatsSinkConfig`]: the keys of a `nats` sink.

use metrix_io::NatsServer;
use metrix_io::sinks::nats::{Nats, SubjectError};

use crate::config::key::Key;
use crate::config::nats::{self, NatsPlace};
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// A `nats` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NatsSinkConfig {
    pub(crate) place: NatsPlace,
    pub(crate) subject: String,
    /// The stream that is made if it is missing.
    pub(crate) create_stream: Option<String>,
}

const SUBJECT: Key = Key::new("subject", "\"metrix.{name}\"");
const CREATE_STREAM: Key = Key::new("create_stream", "\"METRIX\"");

pub(super) const KEYS: &[Key] = &nats::keys::<2, 6, 12>([SUBJECT, CREATE_STREAM]);

pub(super) fn read(table: &Table<'_>) -> Read<NatsSinkConfig> {
    let subject = table.optional(SUBJECT, |value| checked(value, Nats::subject));
    let create_stream = table.optional(CREATE_STREAM, |value| checked(value, Nats::create_stream));
    let place = nats::read(table);
    Ok(NatsSinkConfig {
        place: place?,
        subject: subject?.unwrap_or_else(|| "metrix.{name}".to_owned()),
        create_stream: create_stream?,
    })
}

fn checked(value: &Value<'_>, set: fn(Nats, &str) -> Result<Nats, SubjectError>) -> Read<String> {
    let text = value.text()?;
    let any = NatsServer::new("nats://127.0.0.1").map(Nats::new);
    match any.map(|sink| set(sink, text)) {
        Ok(Err(error)) => Err(value.wrong(error)),
        Ok(Ok(_)) | Err(_) => Ok(text.to_owned()),
    }
}
