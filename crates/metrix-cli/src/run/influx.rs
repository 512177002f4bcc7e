//! [`InfluxLines`]: the source of InfluxDB's lines over HTTP.

use std::net::SocketAddr;

use metrix_io::sources::influx::{InfluxServer, InfluxWrite, InfluxWrites, WrongLine};

use super::account::Account;
use super::causes::with_causes;
use super::feed::Feed;
use super::quoting::quoted;
use super::setup::Setup;
use super::stop::Why;
use crate::config::InfluxSource;

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
        Ok(Self { server, setup })
    }

    /// Where it really listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Listens until the run is to stop, and takes what has come by then.
    pub(crate) async fn listen(self, mut feed: Feed) -> Account {
        let Self { server, setup } = self;
        let mut account = Account::new(format!("http://{}", server.address()), setup.faults());
        let meter = server.meter();
        let mut writes = server.start();
        while let Some(write) = next(&mut writes, &setup).await {
            // A wrong line ends the run, and what comes after it is not taken.
            if setup.strict && setup.stop.why() == Some(Why::WrongLine) {
                break;
            }
            take(write, &mut feed, &mut account, &setup).await;
        }
        let stats = meter.stats();
        let others = vec![
            (stats.turned_away, "connections turned away, as there were too many"),
            (stats.server_errors, "requests told to come again, as they came too fast"),
        ];
        Account { readings: feed.readings(), others, ..account }
    }
}

/// The next request. When the run is to stop it no longer listens, and gives those that have come.
async fn next(writes: &mut InfluxWrites, setup: &Setup) -> Option<InfluxWrite> {
    if setup.stop.why().is_none() {
        tokio::select! {
            biased;
            () = setup.stop.asked() => {}
            write = writes.next() => return write,
        }
    }
    writes.stop();
    writes.next().await
}

/// Sends the readings of a request, and tells the client when there was room for all.
async fn take(mut write: InfluxWrite, feed: &mut Feed, account: &mut Account, setup: &Setup) {
    let mut ended = false;
    account.lines += write.read(|read| match read {
        Ok(reading) if !ended => feed.send(&reading),
        Err(fault) if !ended => {
            let WrongLine { line, error, .. } = fault;
            let (column, line) = (error.column + 1, quoted(line));
            account
                .faults
                .add(error.kind, format_args!("{}: column {column} of {line}: {}", account.name, error.message));
            if setup.strict {
                ended = true;
                setup.stop.ask(Why::WrongLine);
            }
        }
        Ok(_) | Err(_) => {}
    });
    account.skipped += write.skipped();
    feed.send_held().await;
    write.confirm();
}
