//! [`StatsD`]: elements to StatsD and DogStatsD.

mod dialect;
mod line;
mod options;

#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;

use metrix::{MElement, Sink, Tags, WriteError};

pub use self::dialect::{Dialect, Negatives, Type};
use self::line::Rules;
use super::wire::{Break, Datagrams, Encoded, Framing, Peer, Stream, Timeouts, WireCounts};
use crate::AddressError;
use crate::address::host_and_port;

/// Sends elements to StatsD, to DogStatsD, or to another server that takes their lines: `name:value|g|#tag:value`.
///
/// An element is an aggregate of a window, and so a gauge: of two in one of the server's own intervals, the later one stays. What the
/// server is to add up or to take as a timer instead is told by [`typed`](Self::typed).
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | a blank, a line break or another control character, `:`, `\|`, `,`, `{` or `}` in its name | `_` |
/// | a name that begins with `_sc` after that, in the [dialect](Dialect) of DogStatsD, where it is a service check's | `__sc` and the rest |
/// | a control character, a line break, `\|` or `,` in a tag's name or value, and `:` in its name | `_` |
/// | an empty name, tag's name or tag's value | `_` |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](WireCounts::merged_tags) |
/// | tags, in a [dialect](Dialect) without them | a part of the name, see there |
/// | a value that is not finite | refused |
/// | the value -0 | `0` |
/// | a negative gauge | `-5`, or `0` first and then `-5`; see [`Negatives`] |
/// | a line that is longer than a [packet](Self::max_packet) | refused |
/// | its time | left out, or `T` and the second, by [`timestamps`](Self::timestamps) |
///
/// What is refused is named by the error of the write, while the rest of the batch is written. A value is written in the
/// fewest digits that give the same number, with an exponent where it is very large or small.
///
/// # Delivery
///
/// Nothing is ever acknowledged.
/// - Over [UDP](Self::udp), datagrams may be lost by the network, or by a server that is away or too slow. On one machine the
///   system tells that nobody listens, at the next datagram; what can't be sent then is worth a retry.
/// - Over a [Unix socket](Self::unix), nothing is lost on the way. While the server is away, or takes nothing, a write is worth a retry.
/// - Over [TCP](Self::tcp), what the server's system had taken is lost if the server is killed, or hangs up, before it reads it; when the
///   sink is closed, it waits up to 5 seconds for the server to hang up. A write that fails halfway
///   is repeated from its start, so that its first lines may come twice; a gauge is none the worse for that, but a counter is. StatsD's own
///   TCP server reads ASCII alone, and drops the highest bit of all other bytes: names and tags for it should have no other letters.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, or takes nothing for the
/// [time that it has](Self::write_timeout). Elements that are refused are not worth one. Where both happen in one batch, the error is worth
/// a retry and names both; the retry tells them apart.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one: a datagram is sent whole or not at all, and over TCP a line that was being
/// sent is first brought to its end.
///
/// # Memory
///
/// The text of the largest batch so far.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::statsd::StatsD;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = std::net::UdpSocket::bind("127.0.0.1:0")?;
/// let mut sink = StatsD::udp(&server.local_addr()?.to_string())?.default_tags(tags! { "host" => "web 1" });
///
/// let element = |name, value| MElement::new(name, value, tags! { "page" => "/" }, Timestamp::from_secs(60));
/// sink.write(&[element("requests.mean", 12.5), element("free space", -3.0)]).await?;
///
/// let mut datagram = [0; 1432];
/// let len = server.recv(&mut datagram)?;
/// let lines = "requests.mean:12.5|g|#host:web 1,page:/\nfree_space:-3|g|#host:web 1,page:/";
/// assert_eq!(std::str::from_utf8(&datagram[..len])?, lines);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct StatsD {
    transport: Transport,
    rules: Rules,
    timeouts: Timeouts,
    counts: Arc<WireCounts>,
    is_closed: bool,
}

#[derive(Debug)]
enum Transport {
    Datagrams(Datagrams),
    Stream(Stream),
}

/// What an Ethernet frame has room for, without what the headers of IP and UDP may need.
const UDP_PACKET: usize = 1432;
/// What servers take at most, unless told otherwise.
const LOCAL_PACKET: usize = 8192;
/// What a datagram of UDP has room for.
const MOST_PACKET: usize = 65_507;

impl StatsD {
    /// Sends datagrams over UDP to `host:port`, packed with lines up to 1432 bytes; StatsD's port is 8125. A host's name is looked up anew
    /// every minute.
    ///
    /// # Errors
    /// If the address lacks its host or port. Whether there is such a host is seen at the first write.
    pub fn udp(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port("statsd", address, 8125)?;
        Ok(Self::over(Transport::Datagrams(Datagrams::new(Peer::Udp(address))), UDP_PACKET))
    }

    /// Sends datagrams to the Unix socket at this path, packed with lines up to 8192 bytes. Whether it is there is seen at the first write.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::statsd::StatsD;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("metrix-statsd-sink-{}", std::process::id()));
    /// let server = std::os::unix::net::UnixDatagram::bind(&path)?;
    /// let mut sink = StatsD::unix(&path);
    /// sink.write(&[MElement::new("requests.mean", 12.5, tags! {}, Timestamp::EPOCH)]).await?;
    ///
    /// let mut datagram = [0; 8192];
    /// let len = server.recv(&mut datagram)?;
    /// assert_eq!(&datagram[..len], b"requests.mean:12.5|g");
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(unix)]
    pub fn unix(path: impl AsRef<Path>) -> Self {
        Self::over(Transport::Datagrams(Datagrams::new(Peer::Unix(path.as_ref().to_owned()))), LOCAL_PACKET)
    }

    /// Sends lines over TCP to `host:port`, each of up to 8192 bytes.
    ///
    /// # Errors
    /// If the address lacks its host or port. That the server is there is seen at the first write.
    pub fn tcp(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port("statsd", address, 8125)?;
        // Counters would count twice what is sent again.
        Ok(Self::over(Transport::Stream(Stream::new(address, Framing::Lines, 0)), LOCAL_PACKET))
    }

    fn over(transport: Transport, packet: usize) -> Self {
        let rules = Rules {
            dialect: Dialect::DogStatsD,
            negatives: None,
            timestamps: false,
            prefix: String::new(),
            default_tags: Tags::NONE,
            types: Vec::new(),
            packet,
        };
        Self { transport, rules, timeouts: Timeouts::default(), counts: Arc::default(), is_closed: false }
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<WireCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for StatsD {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let mut encoded = Encoded::new(batch, &self.counts, |element, bytes| self.rules.encode(element, bytes));
        let sent = match &mut self.transport {
            _ if encoded.ends.is_empty() => Ok(()),
            Transport::Datagrams(datagrams) => {
                let most = self.rules.packet;
                encoded.send(batch, most, Break::Left, datagrams, self.timeouts, &self.counts).await
            }
            Transport::Stream(stream) => {
                stream.write(&encoded.bytes, self.timeouts, &*self.counts).await.map_err(|error| (0, error))
            }
        };
        encoded.into_result(sent)
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        match &mut self.transport {
            Transport::Datagrams(_) => Ok(()),
            Transport::Stream(stream) => Ok(stream.flush(self.timeouts, &*self.counts).await?),
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        match &mut self.transport {
            Transport::Datagrams(datagrams) => {
                datagrams.close();
                Ok(())
            }
            Transport::Stream(stream) => Ok(stream.close(self.timeouts, &*self.counts).await?),
        }
    }
}
