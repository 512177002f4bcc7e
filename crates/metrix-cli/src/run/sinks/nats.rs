//! [`open`]: a `nats` sink, as the configuration has it.

use std::error::Error;

use metrix_io::sinks::nats::Nats;

use crate::config::NatsSinkConfig;

pub(super) fn open(config: &NatsSinkConfig) -> Result<Nats, Box<dyn Error>> {
    let sink = Nats::new(config.place.open()?).subject(&config.subject)?;
    Ok(match &config.create_stream {
        Some(stream) => sink.create_stream(stream)?,
        None => sink,
    })
}
