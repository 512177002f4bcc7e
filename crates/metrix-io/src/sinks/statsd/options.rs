//! The options of [`StatsD`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;

use super::{Dialect, MOST_PACKET, Negatives, StatsD, Transport, Type};
use crate::Glob;

impl StatsD {
    /// Writes tags as this server understands them; at first [as DogStatsD](Dialect::DogStatsD).
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::statsd::{Dialect, StatsD};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = std::net::UdpSocket::bind("127.0.0.1:0")?;
    /// let element = MElement::new("free.min", -2.0, tags! { "disk" => "a.b" }, Timestamp::EPOCH);
    /// for (dialect, expected) in [
    ///     (Dialect::DogStatsD, "free.min:-2|g|#disk:a.b"),
    ///     (Dialect::Graphite, "free.min;disk=a.b:0|g\nfree.min;disk=a.b:-2|g"),
    ///     (Dialect::Plain, "free.min.disk.a_b:0|g\nfree.min.disk.a_b:-2|g"),
    /// ] {
    ///     let mut sink = StatsD::udp(&server.local_addr()?.to_string())?.dialect(dialect);
    ///     sink.write(&[element.clone()]).await?;
    ///     let mut datagram = [0; 1432];
    ///     let len = server.recv(&mut datagram)?;
    ///     assert_eq!(std::str::from_utf8(&datagram[..len])?, expected);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.rules.dialect = dialect;
        self
    }

    /// Makes gauges negative in this way. Unless it is called, that is by the dialect: [signed](Negatives::Signed) for DogStatsD, and
    /// [after a zero](Negatives::AfterZero) for the others.
    #[must_use]
    pub fn negatives(mut self, negatives: Negatives) -> Self {
        self.rules.negatives = Some(negatives);
        self
    }

    /// Has the server take elements of these names as this type. Of several patterns that match a name, the one that was given
    /// first holds; what none matches is a gauge.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::Glob;
    /// use metrix_io::sinks::statsd::{StatsD, Type};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = std::net::UdpSocket::bind("127.0.0.1:0")?;
    /// let mut sink = StatsD::udp(&server.local_addr()?.to_string())?.typed(Glob::new("*.count"), Type::Counter);
    /// let element = |name| MElement::new(name, 3.0, tags! {}, Timestamp::EPOCH);
    /// sink.write(&[element("requests.count"), element("requests.max")]).await?;
    ///
    /// let mut datagram = [0; 1432];
    /// let len = server.recv(&mut datagram)?;
    /// assert_eq!(&datagram[..len], b"requests.count:3|c\nrequests.max:3|g");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn typed(mut self, names: Glob, kind: Type) -> Self {
        self.rules.types.push((names, kind));
        self
    }

    /// Sends the element's time with gauges and counters, in whole seconds, as DogStatsD 1.3 and later understands it; the other
    /// dialects have none, and leave it out. An element from before 1970-01-01T00:00:01Z is refused then.
    #[must_use]
    pub fn timestamps(mut self) -> Self {
        self.rules.timestamps = true;
        self
    }

    /// Puts this before each name, as it is but for what no name may have: `"shop."`, for one.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.rules.prefix);
        self
    }

    /// Adds these tags to elements that lack tags of their names. There are none at first.
    #[must_use]
    pub fn default_tags(mut self, tags: impl Into<Tags>) -> Self {
        self.rules.default_tags = tags.into();
        self
    }

    /// Packs lines into datagrams of up to so many bytes; at first 1432 over UDP, and 8192 to a Unix socket. No datagram has more than 65507,
    /// what UDP can send. Over TCP it bounds a line.
    #[must_use]
    pub fn max_packet(mut self, bytes: NonZeroUsize) -> Self {
        self.rules.packet = match self.transport {
            Transport::Datagrams(_) => bytes.get().min(MOST_PACKET),
            Transport::Stream(_) => bytes.get(),
        };
        self
    }

    /// Gives up a connection that isn't made, or a host's name that isn't found, after this time; at first 5 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.connect = limit;
        self
    }

    /// Gives up a write when the server has taken nothing for this time; at first 30 seconds.
    #[must_use]
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.write = limit;
        self
    }
}
