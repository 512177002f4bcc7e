//! [`Connections`]: lines that come over TCP.

use std::net::SocketAddr;

use metrix_io::sources::tcp_lines::TcpLines;
use metrix_io::{BindError, Endpoint, LineError, ParseLine, Reading};

use super::account::Account;
use super::feed::Feed;
use super::parser::Parser;
use super::quoting::Quoting;
use super::setup::Setup;
use super::stop::Why;
use crate::config::TcpBounds;

/// Lines that come over TCP, which never end by themselves. A sender waits while a stream is full.
#[derive(Debug)]
pub(crate) struct Connections {
    tcp: TcpLines<Quoting<Parser>>,
    setup: Setup,
}

impl Connections {
    pub(crate) fn bind(
        address: SocketAddr,
        bounds: TcpBounds,
        parser: Parser,
        setup: Setup,
    ) -> Result<Self, BindError> {
        let TcpBounds { connections, idle, line } = bounds;
        let mut tcp = TcpLines::bind(address, Quoting(parser))?;
        if let Some(connections) = connections {
            tcp = tcp.max_connections(connections);
        }
        if let Some(limit) = idle {
            tcp = tcp.idle_timeout(limit);
        }
        if let Some(bytes) = line {
            tcp = tcp.max_line(bytes);
        }
        Ok(Self { tcp, setup })
    }

    /// Where it really listens.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::Tcp(self.tcp.address())
    }

    /// Listens until the run is to stop.
    pub(crate) async fn listen(mut self, name: String, mut feed: Feed) -> Account {
        let mut account = Account::new(name, self.setup.faults());
        let (stop, strict) = (&self.setup.stop, self.setup.strict);
        let mut ended = false;
        let mut take = |read: Result<Reading<'_>, LineError>, feed: &mut Feed| match read {
            Ok(reading) if !ended => feed.send(&reading),
            Err(fault) if !ended => {
                account.faults.add(fault.kind, format_args!("{}: {}", account.name, fault.message));
                if strict {
                    ended = true;
                    stop.ask(Why::WrongLine);
                }
            }
            Ok(_) | Err(_) => {}
        };
        loop {
            tokio::select! {
                biased;
                () = stop.asked() => break,
                more = self.tcp.receive(|read| take(read, &mut feed)) => if !more { break },
            }
            feed.send_held().await;
        }
        self.tcp.stop();
        while stop.why().is_none_or(Why::sends_what_was_read) && self.tcp.receive(|read| take(read, &mut feed)).await {
            feed.send_held().await;
        }
        let (stats, parser) = (self.tcp.meter().stats(), &self.tcp.parser().0);
        let others = vec![
            (stats.turned_away, "connections turned away, since there are so many"),
            (parser.forgotten(), "gauges forgotten, since there are so many"),
            feed.ahead(),
            (feed.untimed(), "without a time, taken at the time when they were read by streams that go by it"),
        ];
        Account { lines: stats.lines, readings: feed.readings(), skipped: parser.skipped(), others, ..account }
    }
}
