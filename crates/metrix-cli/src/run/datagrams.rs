//! [`Datagrams`]: lines that come in datagrams.

use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;

use metrix_io::sources::udp::Udp;
#[cfg(unix)]
use metrix_io::sources::unix::Unix;
use metrix_io::sources::{DatagramMeter, DatagramStats};
use metrix_io::{BindError, Endpoint, LineError, Reading};

use super::account::Account;
use super::feed::Feed;
use super::parser::Parser;
use super::quoting::Quoting;
use super::setup::Setup;
use super::stop::Why;

/// Lines that come in datagrams, which never end by themselves.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: Socket,
    setup: Setup,
}

#[derive(Debug)]
enum Socket {
    Udp(Udp<Quoting<Parser>>),
    #[cfg(unix)]
    Unix(Unix<Quoting<Parser>>),
}

impl Datagrams {
    pub(crate) fn udp(address: SocketAddr, parser: Parser, setup: Setup) -> Result<Self, BindError> {
        Ok(Self { socket: Socket::Udp(Udp::bind(address, Quoting(parser))?), setup })
    }

    #[cfg(unix)]
    pub(crate) fn unix(path: &Path, parser: Parser, setup: Setup) -> Result<Self, BindError> {
        Ok(Self { socket: Socket::Unix(Unix::bind(path, Quoting(parser))?), setup })
    }

    /// Where it really listens.
    pub(crate) fn endpoint(&self) -> Endpoint {
        match &self.socket {
            Socket::Udp(udp) => Endpoint::Udp(udp.address()),
            #[cfg(unix)]
            Socket::Unix(unix) => Endpoint::Unix(unix.path().to_owned()),
        }
    }

    pub(crate) fn meter(&self) -> DatagramMeter {
        match &self.socket {
            Socket::Udp(udp) => udp.meter(),
            #[cfg(unix)]
            Socket::Unix(unix) => unix.meter(),
        }
    }

    /// Listens until the run is to stop.
    pub(crate) async fn listen(mut self, name: String, mut feed: Feed) -> Account {
        let mut account = Account::new(name, self.setup.faults());
        let (stop, strict) = (&self.setup.stop, self.setup.strict);
        let stopped = stop.asked();
        let mut ended = false;
        let listened = self.socket.run(stopped, |read| match read {
            Ok(reading) if !ended => feed.send_now(&reading),
            Err(fault) if !ended => {
                account.faults.add(fault.kind, format_args!("{}: {}", account.name, fault.message));
                if strict {
                    ended = true;
                    stop.ask(Why::WrongLine);
                }
            }
            Ok(_) | Err(_) => {}
        });
        if let Err(error) = listened.await {
            account.failed = true;
            self.setup.voice.say(format_args!("{}: nothing more can be received: {error}", account.name));
        }
        let stats = self.meter().stats();
        let parser = &self.socket.parser().0;
        let others = vec![
            (stats.dropped.unwrap_or(0), "datagrams dropped by the system, as they came too fast"),
            (parser.forgotten(), "gauges forgotten, since there are so many"),
            feed.ahead(),
        ];
        let skipped = metrix_io::ParseLine::skipped(parser);
        Account { lines: stats.lines, readings: feed.readings(), skipped, others, ..account }
    }
}

impl Socket {
    fn parser(&self) -> &Quoting<Parser> {
        match self {
            Self::Udp(udp) => udp.parser(),
            #[cfg(unix)]
            Self::Unix(unix) => unix.parser(),
        }
    }

    async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        visit: impl FnMut(Result<Reading<'_>, LineError>),
    ) -> io::Result<DatagramStats> {
        match self {
            Self::Udp(udp) => udp.run(stop, visit).await,
            #[cfg(unix)]
            Self::Unix(unix) => unix.run(stop, visit).await,
        }
    }
}
