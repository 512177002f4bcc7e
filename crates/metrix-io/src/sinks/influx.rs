//! [`Influx`]: elements to InfluxDB, and to what else takes its line protocol.

mod batch;
mod http;
mod line;
mod options;
mod text;
mod write;

use std::sync::Arc;
use std::time::Duration;

use metrix::{MElement, Sink, Tags, WriteError};

use self::batch::Batch;
use self::http::{Http, Place};
use self::line::{Naming, Rules};
use super::HttpCounts;
use super::wire::{Datagrams, Peer};
use crate::address::{AddressError, host_and_port};
use crate::http_client::{HttpUrl, Limits};

pub use crate::influx_precision::Precision;

/// What errors call it, and its usual ports.
const PROTOCOL: &str = "influxdb";
const PORT: u16 = 8086;
const UDP_PORT: u16 = 8089;

/// No datagram has more bytes than these, over IPv4.
const MOST_BYTES: usize = 65_507;
/// What an Ethernet frame has room for, without what the headers of IP and UDP may need.
const UDP_PACKET: usize = 1432;

/// Sends elements to InfluxDB of version 1 or 2, or to another server that takes its line protocol.
///
/// An element is a line of one field: `requests.mean,page=/ value=12.5 1700000000000000000`. What the measurement and the
/// field are called can be [said otherwise](Self::split_names). Values are floats, in the fewest digits that give the same number,
/// unless they are [said to be integers](Self::integers): in InfluxDB a field that has been the one can't be the other. Times are in
/// nanoseconds, or in [another unit](Self::precision), to which they are rounded down.
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | a comma or a space in its name, and also `=` in a tag's name or value, or in the field's name | itself, with a backslash before it in the line |
/// | a control character, such as a line break | `_` |
/// | a backslash before a comma, a space, `=`, `"`, another backslash, a control character, or the end | `_`; any other is itself |
/// | `#` at the beginning of its name | `_` |
/// | any other character: a letter of any script, a quotation mark | itself |
/// | an empty name, or an empty name of a tag | `_` |
/// | a tag with an empty value | no tag |
/// | a tag called `time`, `_field` or `_measurement`, which have a meaning of their own | `time_`, `_field_`, `_measurement_` |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](HttpCounts::merged_tags) |
/// | a name, tags and a field's name of more than 65531 bytes together, backslashes included | refused |
/// | a value that is not finite; one that is to be an integer and isn't | refused |
/// | the first two and the last of all nanoseconds | refused |
///
/// What is refused is named by the error of the write, while the rest of the batch is written. The server has limits of its own:
/// VictoriaMetrics keeps milliseconds and cuts long values of tags, and calls a series by the measurement, `_` and the field.
///
/// # HTTP or UDP
///
/// [`v1`](Self::v1) and [`v2`](Self::v2) have each request confirmed, so what `Ok` says was written has been stored. After a failure the
/// lines of one request may have been stored without the sink knowing, and a retry sends them again: InfluxDB keeps one of
/// two points of one series and time, VictoriaMetrics keeps both unless told otherwise (`-dedup.minScrapeInterval`).
///
/// A server that refuses some lines of a request writes the others, but doesn't say which. So the sink sends the lines of such a
/// request again in halves, and these in halves, until it knows; that takes at most 100 requests more for a batch and 10 seconds, after
/// which the lines that are still in doubt, a small part around each that is refused, count as refused. A request is refused as a whole if the server says so by another status than 400,
/// 413 and 422: the database isn't there, or the token is wrong.
///
/// [`udp`](Self::udp) is never confirmed: what the network or the server drops is lost, and nobody counts it. On one machine, and where
/// the system gets to know it, a server that isn't there makes the next write fail.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, is slower than the
/// timeouts, or answers 408, 429 or 5xx. A `Retry-After` is the error's [`pause`](WriteError::pause). Elements that are refused, by the table or by any other answer of the server, are
/// not worth one, and the error has the server's words. Where both happen in one batch, the error is worth a retry and names
/// both; the retry tells them apart.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one; its connection is dropped, too.
///
/// # Memory
///
/// The lines of the largest batch so far, those of one request twice, and at most 4 MiB of an answer.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::influx::Influx;
///
/// let server = tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
/// let mut sink = Influx::udp(&server.local_addr()?.to_string())?.default_tags(tags! { "host" => "web 1" });
///
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "a=b" }, Timestamp::from_secs(1_700_000_000));
/// sink.write(&[element]).await?;
///
/// let mut datagram = [0; 1500];
/// let bytes = server.recv(&mut datagram).await?;
/// assert_eq!(datagram[..bytes], *b"requests.mean,host=web\\ 1,page=a\\=b value=12.5 1700000000000000000\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Influx {
    transport: Transport,
    rules: Rules,
    limits: Limits,
    lines_per_request: usize,
    batch: Batch,
    counts: Arc<HttpCounts>,
    is_closed: bool,
}

#[allow(clippy::large_enum_variant, reason = "a sink has one of it")]
#[derive(Debug)]
enum Transport {
    Http(Box<Http>),
    Udp {
        datagrams: Datagrams,
        /// So many bytes are put together at most; a line that has more goes alone.
        packed: usize,
    },
}

impl Influx {
    /// Posts to `/write` below this URL, such as `http://127.0.0.1:8086`, or one that begins with `https://`, into a database,
    /// which must be there.
    ///
    /// # Errors
    /// If it is no such URL, or has a user, a password or a query. That the server is there is seen at the first write.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sinks::influx::Influx;
    ///
    /// let sink = Influx::v1("https://influx.example.org", "metrics")?.user("me", &Secret::new("s3cr3t")?)?.gzip();
    /// assert!(!format!("{sink:?}").contains("s3cr3t"));
    /// assert!(Influx::v1("influx.example.org", "metrics").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn v1(url: &str, database: &str) -> Result<Self, AddressError> {
        Self::http(url, Place::V1 { database: database.to_owned(), retention_policy: None })
    }

    /// Posts to `/api/v2/write` below this URL, into a bucket of an organization.
    ///
    /// # Errors
    /// If it is no such URL, or has a user, a password or a query. That the server is there is seen at the first write.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sinks::influx::Influx;
    ///
    /// let sink = Influx::v2("http://127.0.0.1:8086", "my-org", "metrics")?.token(&Secret::new("s3cr3t")?);
    /// assert!(!format!("{sink:?}").contains("s3cr3t"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn v2(url: &str, organization: &str, bucket: &str) -> Result<Self, AddressError> {
        Self::http(url, Place::V2 { organization: organization.to_owned(), bucket: bucket.to_owned() })
    }

    /// Sends datagrams to `host:port`; InfluxDB 1 has one such port for each database. Their port is usually 8089.
    ///
    /// # Errors
    /// If the address lacks its host or port.
    pub fn udp(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port(PROTOCOL, address, UDP_PORT)?;
        Ok(Self::over(|_| Transport::Udp { datagrams: Datagrams::new(Peer::Udp(address)), packed: UDP_PACKET }))
    }

    fn http(url: &str, place: Place) -> Result<Self, AddressError> {
        let url = HttpUrl::parse(PROTOCOL, url, PORT)?;
        Ok(Self::over(|counts| Transport::Http(Box::new(Http::new(url, place, counts.connection_count())))))
    }

    fn over(transport: impl FnOnce(&HttpCounts) -> Transport) -> Self {
        let counts = Arc::<HttpCounts>::default();
        let naming = Naming::Field("value".to_owned());
        let precision = Precision::default();
        Self {
            transport: transport(&counts),
            rules: Rules { default_tags: Tags::NONE, naming, precision, integers: Vec::new() },
            limits: Limits { connect: Duration::from_secs(5), exchange: Duration::from_secs(10) },
            lines_per_request: 5000,
            batch: Batch::default(),
            counts,
            is_closed: false,
        }
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<HttpCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for Influx {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let refused = self.batch.fill(batch, &self.rules, &self.counts);
        match &self.transport {
            Transport::Http(_) => self.post(batch, refused).await,
            Transport::Udp { .. } => self.send(batch, refused).await,
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        match &mut self.transport {
            Transport::Http(http) => http.client.close(),
            Transport::Udp { datagrams, .. } => datagrams.close(),
        }
        Ok(())
    }
}
