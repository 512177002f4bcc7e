//! [`Graphite`]: elements to Graphite.

mod options;
mod pickle;
mod point;

use std::sync::Arc;

use metrix::{MElement, Sink, Tags, WriteError};

use self::point::{Point, Refusal, Rules};
use super::wire::{Break, Datagrams, Encoded, Framing, Peer, Stream, Timeouts, WireCounts};
use crate::AddressError;
use crate::address::host_and_port;

/// Sends elements to Graphite's carbon, or to another server that takes its plain text, `name;tag=value value time`, or its pickles.
///
/// It connects when there is something to write, and anew after the connection was lost; host names are looked up each time.
/// Values are finite, and written in the fewest digits that give the same number. The time is the element's, rounded down to the second.
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | an ASCII letter or digit, or one of `-` `_` `+` `%` `:`, in its name | itself |
/// | a dot there | itself, between the nodes of the name; a node that is empty becomes `_` |
/// | any other character there: a blank, `/`, `;`, `*`, a letter that is not ASCII | `_` |
/// | a visible ASCII character in a tag, other than `;` `{` `}`, other than `!` `^` `=` in its name, and than `~` at the beginning of its value | itself |
/// | any other character there | `_` |
/// | an empty name, tag's name or tag's value | `_` |
/// | a tag that is called `name`, which is Graphite's own | `_name` |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](WireCounts::merged_tags) |
/// | tags, if they [go into the name](Self::tags_in_names) | nodes of it, `name.tag.value`, where what is no ASCII letter or digit, nor one of `-` and `_`, becomes `_` |
/// | a node of more than 200 bytes, if there are no tags | refused, as it would be a file's name |
/// | a line of more than 8192 bytes | refused: carbon hangs up at 16 384, and UDP has a bound too |
/// | a value that is not finite | refused |
/// | a time before 1970-01-01T00:00:01Z or after 2106-02-07T06:28:15Z | refused |
///
/// What is refused is named by the error of the write, while the rest of the batch is written. Graphite keeps one point of a series
/// at a time: of two elements that become one series, the one that came last stays, as it does within each interval of its files.
///
/// # Delivery
///
/// Nothing is ever acknowledged.
/// - Over [TCP](Self::tcp), and as [pickles](Self::pickle), a write that fails is worth a retry, and sends all of its points again. When the
///   server ends a connection, what was sent last over it is sent again too, up to [1 MiB](Self::resend), as it may not have read that; for
///   Graphite two equal points are one. What had waited for the server beyond that is lost. When the sink is closed, it waits up to 5 seconds
///   for the server to hang up; one that does so in that very moment, or never reads what it was sent, may lack the end.
///   What carbon had read, and had not yet put on its disk when it was killed, is lost where it is not among what is sent again: it holds
///   points in its memory for seconds or longer.
/// - Over [UDP](Self::udp), datagrams may be lost by the network, or by a server that is away or too slow. On one machine the system tells that
///   nobody listens, at the next datagram; what can't be sent then is worth a retry.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, or takes nothing for the
/// [time that it has](Self::write_timeout). Elements that are refused are not worth one. Where both happen in one batch, the error is
/// worth a retry and names both; the retry tells them apart.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one: a datagram is sent whole or not at all, and of a connection the line or pickle
/// that was being sent is first brought to its end.
///
/// # Memory
///
/// The bytes of the largest batch so far, and those that may be sent again.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::graphite::Graphite;
/// use tokio::io::{AsyncBufReadExt, BufReader};
/// use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = TcpListener::bind("127.0.0.1:0").await?;
/// let mut sink = Graphite::tcp(&server.local_addr()?.to_string())?.default_tags(tags! { "host" => "web 1" });
///
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::from_secs(1_700_000_000));
/// sink.write(&[element]).await?;
///
/// let mut lines = BufReader::new(server.accept().await?.0).lines();
/// assert_eq!(lines.next_line().await?.unwrap(), "requests.mean;host=web_1;page=/ 12.5 1700000000");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Graphite {
    transport: Transport,
    rules: Rules,
    timeouts: Timeouts,
    counts: Arc<WireCounts>,
    is_closed: bool,
}

#[derive(Debug)]
enum Transport {
    Lines(Stream),
    Pickles(Stream),
    Datagrams(Datagrams),
}

/// So many bytes are sent again after a connection was lost, unless told otherwise: as much as a system usually holds for a peer that
/// reads slowly.
const RESEND: usize = 1 << 20;

/// What an Ethernet frame has room for, without what the headers of IP and UDP may need.
const UDP_PACKET: usize = 1432;

impl Graphite {
    /// Sends lines of plain text over TCP to `host:port`; carbon's port is 2003.
    ///
    /// # Errors
    /// If the address lacks its host or port. That the server is there is seen at the first write.
    pub fn tcp(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port("graphite", address, 2003)?;
        Ok(Self::over(Transport::Lines(Stream::new(address, Framing::Lines, RESEND))))
    }

    /// Sends pickles over TCP to `host:port`, each of up to 500 points; carbon's port for them is 2004. They are quicker for it to read than
    /// lines.
    ///
    /// # Errors
    /// If the address lacks its host or port. That the server is there is seen at the first write.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::graphite::Graphite;
    /// use tokio::io::AsyncReadExt;
    /// use tokio::net::TcpListener;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = TcpListener::bind("127.0.0.1:0").await?;
    /// let mut sink = Graphite::pickle(&server.local_addr()?.to_string())?;
    /// sink.write(&[MElement::new("load", 0.5, tags! {}, Timestamp::from_secs(60))]).await?;
    ///
    /// let (mut connection, _) = server.accept().await?;
    /// let length = connection.read_u32().await?;
    /// let mut pickle = vec![0; length as usize];
    /// connection.read_exact(&mut pickle).await?;
    /// // [("load", (60, 0.5))]
    /// assert_eq!(pickle, b"\x80\x02](X\x04\0\0\0loadJ\x3c\0\0\0G\x3f\xe0\0\0\0\0\0\0\x86\x86e.");
    /// # Ok(())
    /// # }
    /// ```
    pub fn pickle(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port("graphite", address, 2004)?;
        Ok(Self::over(Transport::Pickles(Stream::new(address, Framing::Lengths, RESEND))))
    }

    /// Sends lines of plain text over UDP to `host:port`, packed into datagrams of up to 1432 bytes; a longer line is a datagram of its own. A
    /// host's name is looked up anew every minute.
    ///
    /// # Errors
    /// If the address lacks its host or port. Whether there is such a host is seen at the first write.
    pub fn udp(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port("graphite", address, 2003)?;
        Ok(Self::over(Transport::Datagrams(Datagrams::new(Peer::Udp(address)))))
    }

    fn over(transport: Transport) -> Self {
        let rules = Rules { tags_in_names: false, prefix: String::new(), default_tags: Tags::NONE };
        Self { transport, rules, timeouts: Timeouts::default(), counts: Arc::default(), is_closed: false }
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<WireCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for Graphite {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let (rules, counts, timeouts) = (&self.rules, &*self.counts, self.timeouts);
        let encode = |write: fn(&Point, &mut Vec<u8>)| {
            Encoded::new(batch, counts, |element, bytes| {
                let point = Point::new(element, rules)?;
                write(&point, bytes);
                Ok::<usize, Refusal>(point.merged)
            })
        };
        let stream = |sent: std::io::Result<()>| sent.map_err(|error| (0, error));
        match &mut self.transport {
            Transport::Lines(lines) => {
                let encoded = encode(Point::line);
                let sent = match encoded.ends.is_empty() {
                    true => Ok(()),
                    false => stream(lines.write(&encoded.bytes, timeouts, counts).await),
                };
                encoded.into_result(sent)
            }
            Transport::Pickles(pickles) => {
                let encoded = encode(pickle::tuple);
                let sent = match encoded.ends.is_empty() {
                    true => Ok(()),
                    false => stream(pickles.write(&pickle::frames(&encoded), timeouts, counts).await),
                };
                encoded.into_result(sent)
            }
            Transport::Datagrams(datagrams) => {
                let mut encoded = encode(Point::line);
                let sent = encoded.send(batch, UDP_PACKET, Break::Sent, datagrams, timeouts, counts).await;
                encoded.into_result(sent)
            }
        }
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        match &mut self.transport {
            Transport::Lines(stream) | Transport::Pickles(stream) => {
                Ok(stream.flush(self.timeouts, &*self.counts).await?)
            }
            Transport::Datagrams(_) => Ok(()),
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        match &mut self.transport {
            Transport::Lines(stream) | Transport::Pickles(stream) => {
                Ok(stream.close(self.timeouts, &*self.counts).await?)
            }
            Transport::Datagrams(datagrams) => {
                datagrams.close();
                Ok(())
            }
        }
    }
}
