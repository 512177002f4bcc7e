//! [`InfluxLines`]: the source of InfluxDB's lines over HTTP.

use std::net::SocketAddr;

use metrix_io::sources::influx::{InfluxServer, InfluxWrite, WrongLine};

use super::account::Account;
use super::causes::with_causes;
use super::feed::Feed;
use super::quoting::quoted;
use super::requests::{self, Take, is_sent};
use super::setup::Setup;
use super::stop::Why;
use crate::config::InfluxSource;

/// So many lines are read before what they have is sent, which bounds what has to be held.
const LINES_AT_ONCE: usize = 64;

/// Lines of InfluxDB over HTTP, which never end by themselves.
#[derive(Debug)]
pub(crate) struct InfluxLines {
    server: InfluxServer,
    setup: Setup,
}

impl InfluxLines {
    /// Listens, and says in words why it can't.
    pub(crate) fn bind(config: &InfluxSource, setup: Setup) -> Result<Self, String> {
        let token = config
            .token
            .as_ref()
            .map(|token| token.open())
            .transpose()
            .map_err(|error| format!("source \"http://{}\": {}", config.listen, with_causes(&error)))?;
        let mut server = InfluxServer::bind(config.listen).map_err(|error| error.to_string())?;
        if let Some(field) = &config.field {
            server = server.bare_field(field);
        }
        if let Some(token) = token {
            server = server.token(token);
        }
        server = server.limits(requests::limits(&config.bounds));
        if let Some(patience) = config.bounds.patience {
            server = server.patience(patience);
        }
        Ok(Self { server, setup })
    }

    /// Where it really listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Listens until the run is to stop, and takes what has come by then.
    pub(crate) async fn listen(self, feed: Feed) -> Account {
        requests::listen(self.server.start(), feed, self.setup).await
    }
}

impl Take for InfluxWrite {
    async fn take(mut self, feed: &mut Feed, account: &mut Account, setup: &Setup) -> bool {
        let mut ended = false;
        // What comes after a wrong line that ends the run is not read.
        let lines = if setup.strict { 1 } else { LINES_AT_ONCE };
        while !ended {
            let read = self.read_some(lines, |read| match read {
                Ok(reading) => feed.send(&reading),
                Err(WrongLine { line, error, .. }) => {
                    let (column, line) = (error.column + 1, quoted(line));
                    account.faults.add(
                        error.kind,
                        format_args!("{}: column {column} of {line}: {}", account.name, error.message),
                    );
                    ended = setup.strict;
                }
            });
            let Some(read) = read else { break };
            account.lines += read;
            if !is_sent(feed, setup).await {
                account.skipped += self.skipped();
                return false;
            }
        }
        account.skipped += self.skipped();
        if ended {
            setup.stop.ask(Why::WrongLine);
            self.drop_rest();
        }
        self.confirm();
        true
    }
}
