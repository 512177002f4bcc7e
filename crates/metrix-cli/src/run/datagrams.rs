//! [`Datagrams`]: the source of StatsD over UDP.

use std::net::SocketAddr;

use metrix_io::BindError;
use metrix_io::sources::DatagramMeter;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::udp::Udp;

use super::account::Account;
use super::feed::Feed;
use super::quoting::Quoting;
use super::setup::Setup;
use super::stop::Why;

/// Datagrams of StatsD, which never end by themselves.
#[derive(Debug)]
pub(crate) struct Datagrams {
    udp: Udp<Quoting<StatsD>>,
    setup: Setup,
}

impl Datagrams {
    pub(crate) fn bind(address: SocketAddr, setup: Setup) -> Result<Self, BindError> {
        Ok(Self { udp: Udp::bind(address, Quoting(StatsD::new()))?, setup })
    }

    /// Where it really listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.udp.address()
    }

    pub(crate) fn meter(&self) -> DatagramMeter {
        self.udp.meter()
    }

    /// Listens until the run is to stop.
    pub(crate) async fn listen(mut self, mut feed: Feed) -> Account {
        let name = format!("udp://{}", self.udp.address());
        let mut account = Account::new(name, self.setup.faults());
        let (stop, strict) = (&self.setup.stop, self.setup.strict);
        let stopped = stop.asked();
        let mut ended = false;
        let listened = self.udp.run(stopped, |read| match read {
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
        let stats = self.udp.meter().stats();
        let others = vec![
            (stats.dropped.unwrap_or(0), "datagrams dropped by the system, as they came too fast"),
            (self.udp.parser().0.forgotten(), "gauges forgotten, since there are so many"),
        ];
        Account { lines: stats.lines, readings: feed.readings(), others, ..account }
    }
}
