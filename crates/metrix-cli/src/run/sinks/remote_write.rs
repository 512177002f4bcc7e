//! [`open`]: a `remote_write` sink, as the configuration has it.

use std::error::Error;

use metrix_io::Tls;
use metrix_io::sinks::remote_write::RemoteWrite;

use crate::config::{Identity, RemoteWriteConfig};

pub(super) fn open(config: &RemoteWriteConfig) -> Result<RemoteWrite, Box<dyn Error>> {
    let mut sink = RemoteWrite::new(&config.url)?.default_tags(config.default_tags.clone());
    for (name, value) in &config.headers {
        sink = sink.header(name, value)?;
    }
    if let Some(samples) = config.samples_per_request {
        sink = sink.samples_per_request(samples);
    }
    sink = match &config.access.is {
        Some(Identity::Token(token)) => sink.token(&token.open()?),
        Some(Identity::User(user, password)) => sink.user(user, &password.open()?)?,
        None => sink,
    };
    if let Some(file) = &config.access.ca_file {
        sink = sink.tls(Tls::from_pem_file(file)?);
    }
    Ok(sink)
}
