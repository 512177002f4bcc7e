//! [`open`]: an `otlp` sink, as the configuration has it.

use std::error::Error;

use metrix_io::Tls;
use metrix_io::sinks::otlp::Otlp;

use crate::config::{Identity, OtlpConfig};

pub(super) fn open(config: &OtlpConfig) -> Result<Otlp, Box<dyn Error>> {
    let mut sink = Otlp::new(&config.url, config.protocol)?.resource(config.resource.clone());
    if config.gzip {
        sink = sink.gzip();
    }
    if let Some(counters) = &config.counters {
        sink = sink.counters(counters);
    }
    if let Some(sums) = &config.sums {
        sink = sink.sums(sums);
    }
    for (name, value) in &config.headers {
        sink = sink.header(name, value)?;
    }
    for (name, place) in &config.secret_headers {
        sink = sink.header(name, place.open()?.reveal())?;
    }
    if let Some(elements) = config.elements_per_request {
        sink = sink.elements_per_request(elements);
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
