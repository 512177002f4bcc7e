//! [`InfluxLines`]: the source of InfluxDB's lines over HTTP.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use metrix_io::http_server::HttpLimits;
use metrix_io::sources::influx::{InfluxServer, InfluxWrite, InfluxWrites, WrongLine};
use tokio::task::yield_now;
use tokio::time::sleep;

use super::account::Account;
use super::causes::with_causes;
use super::feed::Feed;
use super::quoting::quoted;
use super::setup::Setup;
use super::stop::Why;
use crate::config::InfluxSource;

/// So many lines are read before what they have is sent, which bounds what has to be held.
const LINES_AT_ONCE: usize = 64;

/// How long after the run was asked to stop a request may take whose readings have to wait: less than the sources may, so that
/// the account is not lost.
const GRACE_OF_TAKING: Duration = Duration::from_secs(10);

/// After this time it is seen again whether there is room.
const BREATH: Duration = Duration::from_millis(5);

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
        let mut limits = HttpLimits::default();
        limits.connections = config.max_connections.unwrap_or(limits.connections);
        limits.idle = config.idle_timeout.unwrap_or(limits.idle);
        limits.body = config.max_body.map_or(limits.body, NonZeroUsize::get);
        // One of the longest has room in any case.
        limits.bodies = limits.bodies.max(limits.body);
        server = server.limits(limits);
        if let Some(patience) = config.patience {
            server = server.patience(patience);
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
        while let Some(write) = next(&mut writes, &feed, &setup).await {
            // A wrong line ends the run, and what comes after it is not taken.
            if setup.strict && setup.stop.why() == Some(Why::WrongLine) {
                break;
            }
            if !take(write, &mut feed, &mut account, &setup).await {
                break;
            }
        }
        let stats = meter.stats();
        let others = vec![
            (stats.turned_away, "connections turned away, as there were too many"),
            (stats.too_many + stats.unavailable, "requests told to come again, as there was no room"),
            (stats.server_errors - stats.unavailable, "requests answered by an error of ours"),
            (feed.unsent(), "readings that no stream had taken by the end"),
        ];
        Account { readings: feed.readings(), others, ..account }
    }
}

/// The next request, when there is room for what it has. When the run is to stop it no longer listens, and gives those that have
/// come, unless there is no room.
async fn next(writes: &mut InfluxWrites, feed: &Feed, setup: &Setup) -> Option<InfluxWrite> {
    if setup.stop.why().is_none() {
        tokio::select! {
            biased;
            () = setup.stop.asked() => {}
            write = next_with_room(writes, feed) => return write,
        }
    }
    writes.stop();
    tokio::select! {
        biased;
        write = next_with_room(writes, feed) => write,
        () = setup.stop.overdue(GRACE_OF_TAKING) => None,
    }
}

/// A request that has begun to be taken can't be told to come again, so one that could not go on is left where it waits.
async fn next_with_room(writes: &mut InfluxWrites, feed: &Feed) -> Option<InfluxWrite> {
    while !feed.has_room() {
        sleep(BREATH).await;
    }
    writes.next().await
}

/// Sends the readings of a request, and tells the client when there was room for all. Tells whether there was, before the run had
/// to end.
async fn take(mut write: InfluxWrite, feed: &mut Feed, account: &mut Account, setup: &Setup) -> bool {
    let mut ended = false;
    // What comes after a wrong line that ends the run is not read.
    let lines = if setup.strict { 1 } else { LINES_AT_ONCE };
    while !ended {
        let read = write.read_some(lines, |read| match read {
            Ok(reading) => feed.send(&reading),
            Err(WrongLine { line, error, .. }) => {
                let (column, line) = (error.column + 1, quoted(line));
                account
                    .faults
                    .add(error.kind, format_args!("{}: column {column} of {line}: {}", account.name, error.message));
                ended = setup.strict;
            }
        });
        let Some(read) = read else { break };
        account.lines += read;
        tokio::select! {
            biased;
            () = feed.send_held() => {}
            () = setup.stop.overdue(GRACE_OF_TAKING) => {
                account.skipped += write.skipped();
                return false;
            }
        }
        // A body may have millions of lines, and others have something to do too.
        yield_now().await;
    }
    account.skipped += write.skipped();
    if ended {
        setup.stop.ask(Why::WrongLine);
        write.drop_rest();
    }
    write.confirm();
    true
}
