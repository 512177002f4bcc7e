//! [`open`]: an `influx` sink, as the configuration has it.

use std::error::Error;

use metrix_io::Tls;
use metrix_io::sinks::influx::Influx;

use crate::config::{InfluxConfig, InfluxPlace};

pub(super) fn open(config: &InfluxConfig) -> Result<Influx, Box<dyn Error>> {
    let url = &config.url;
    let mut sink = match &config.to {
        InfluxPlace::V1 { database, retention_policy, user } => {
            let mut sink = Influx::v1(url, database)?;
            if let Some(policy) = retention_policy {
                sink = sink.retention_policy(policy);
            }
            match user {
                Some((user, password)) => sink.user(user, &password.open()?)?,
                None => sink,
            }
        }
        InfluxPlace::V2 { org, bucket, token } => {
            let sink = Influx::v2(url, org, bucket)?;
            match token {
                Some(token) => sink.token(&token.open()?),
                None => sink,
            }
        }
        InfluxPlace::Udp => Influx::udp(url.strip_prefix("udp://").unwrap_or(url))?,
    };
    sink = sink.precision(config.precision).default_tags(config.default_tags.clone());
    if config.gzip {
        sink = sink.gzip();
    }
    if let Some(field) = &config.field {
        sink = sink.field(field);
    }
    if config.split_names {
        sink = sink.split_names();
    }
    for names in &config.integers {
        sink = sink.integers(names);
    }
    if let Some(file) = &config.ca_file {
        sink = sink.tls(Tls::from_pem_file(file)?);
    }
    Ok(sink)
}
