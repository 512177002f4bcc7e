//! [`open`]: a `postgres` sink, as the configuration has it.

use std::error::Error;

use metrix_io::Tls;
use metrix_io::sinks::postgres::Postgres;

use crate::config::PostgresConfig;

pub(super) fn open(config: &PostgresConfig) -> Result<Postgres, Box<dyn Error>> {
    let mut sink = Postgres::new(&config.url)?.default_tags(config.default_tags.clone());
    if let Some(table) = &config.table {
        sink = sink.table(table)?;
    }
    if let Some(schema) = &config.schema {
        sink = sink.schema(schema)?;
    }
    if let Some(password) = &config.password {
        sink = sink.password(&password.open()?);
    }
    if let Some(file) = &config.ca_file {
        sink = sink.tls(Tls::from_pem_file(file)?);
    }
    Ok(sink)
}
