//! [`open`]: an `opentsdb` sink, as the configuration has it.

use std::error::Error;

use metrix_io::Tls;
use metrix_io::sinks::opentsdb::OpenTsdb;

use crate::config::OpentsdbConfig;

pub(super) fn open(config: &OpentsdbConfig) -> Result<OpenTsdb, Box<dyn Error>> {
    let sink = match config.url.strip_prefix("telnet://") {
        Some(address) => OpenTsdb::telnet(address)?,
        None => OpenTsdb::http(&config.url)?,
    };
    let mut sink = sink.default_tags(config.default_tags.clone());
    if config.milliseconds {
        sink = sink.milliseconds();
    }
    if let Some(tags) = config.max_tags {
        sink = sink.max_tags(tags);
    }
    if let Some(points) = config.points_per_request {
        sink = sink.points_per_request(points);
    }
    if let Some(file) = &config.ca_file {
        sink = sink.tls(Tls::from_pem_file(file)?);
    }
    Ok(sink)
}
