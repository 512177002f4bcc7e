//! [`Otlp`]: the source of OpenTelemetry's metrics.

use std::error::Error;
use std::net::SocketAddr;

use metrix_io::sources::otlp::{OtlpExport, OtlpServer, RejectedPoint};

use super::account::Account;
use super::causes::with_causes;
use super::feed::Feed;
use super::quoting::quoted;
use super::requests::{self, Take, is_sent};
use super::setup::Setup;
use super::stop::Why;
use crate::config::OtlpSource;

/// So many points are read before what they have is sent, which bounds what has to be held.
const POINTS_AT_ONCE: usize = 16;

/// OpenTelemetry's metrics over gRPC or HTTP, which never end by themselves.
#[derive(Debug)]
pub(crate) struct Otlp {
    server: OtlpServer,
    protocol: &'static str,
    setup: Setup,
}

impl Otlp {
    /// Listens, and says in words why it can't.
    pub(crate) fn bind(config: &OtlpSource, setup: Setup) -> Result<Self, String> {
        let server = server(config).map_err(|error| match error.downcast::<metrix_io::BindError>() {
            Ok(error) => error.to_string(),
            Err(error) => format!("source \"http://{}\": {}", config.listen, with_causes(&*error)),
        })?;
        Ok(Self { server, protocol: if config.is_grpc { "gRPC" } else { "HTTP" }, setup })
    }

    /// Where it really listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Over what it is spoken.
    pub(crate) fn protocol(&self) -> &'static str {
        self.protocol
    }

    /// Listens until the run is to stop, and takes what has come by then.
    pub(crate) async fn listen(self, feed: Feed) -> Account {
        requests::listen(self.server.start(), feed, self.setup).await
    }
}

impl Take for OtlpExport {
    async fn take(mut self, feed: &mut Feed, account: &mut Account, setup: &Setup) -> bool {
        let mut ended = false;
        // What comes after a wrong point that ends the run is not read.
        let points = if setup.strict { 1 } else { POINTS_AT_ONCE };
        while !ended {
            let read = self.read_some(points, |read| match read {
                Ok(reading) => feed.send(&reading),
                Err(RejectedPoint { metric, reason, .. }) => {
                    let metric = quoted(metric.as_bytes());
                    account.faults.add(reason, format_args!("{}: a point of {metric}: {reason}", account.name));
                    ended = setup.strict;
                }
            });
            if read.is_none() {
                break;
            }
            if !is_sent(feed, setup).await {
                return false;
            }
        }
        if ended {
            setup.stop.ask(Why::WrongLine);
            self.reject_rest();
        }
        self.confirm();
        true
    }
}

fn server(config: &OtlpSource) -> Result<OtlpServer, Box<dyn Error>> {
    let token = config.token.as_ref().map(|token| token.open()).transpose()?;
    let mut server = if config.is_grpc { OtlpServer::grpc(config.listen)? } else { OtlpServer::http(config.listen)? };
    server = server.histograms(config.histograms).limits(requests::limits(&config.bounds));
    if let Some(patience) = config.bounds.patience {
        server = server.patience(patience);
    }
    if let Some(names) = &config.resource_attributes {
        server = server.resource_attributes(names);
    }
    if let Some(name) = &config.unit_tag {
        server = server.unit_tag(name);
    }
    if let Some(counters) = config.max_counters {
        server = server.max_counters(counters);
    }
    if let Some(token) = token {
        server = server.token(token);
    }
    Ok(server)
}
