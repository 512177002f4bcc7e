//! [`OpenTsdb`]: elements to OpenTSDB, and to what else speaks its protocols.

use std::fmt::Write;
use std::sync::Arc;

use metrix::{MElement, Sink, Tags, WriteError};

use crate::address::{AddressError, host_and_port};
use crate::http_client::HttpUrl;
use crate::sinks::refused::Refused;
use crate::sinks::wire::{Framing, Stream, Timeouts};

mod counts;
mod http;
mod name;
mod options;
mod point;

use http::{Failure, Http};
use point::{Point, Rules, Unit};

pub use counts::OpenTsdbCounts;

/// Sends elements to OpenTSDB, or to another server that takes its `put` lines or its `/api/put`.
///
/// It connects when there is something to write, and anew after the connection was lost; host names are looked up each
/// time. Values are finite; integral ones are sent as integers, and others in the fewest digits that give the same number.
/// The time is the element's, rounded down to the second, or to the millisecond if [asked for](Self::milliseconds).
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | an ASCII letter or digit, or one of `-` `_` `.` `/`, in its name, a tag's name or a tag's value | itself |
/// | any other character there: a space, a line break, `=`, a letter that is not ASCII | `_` |
/// | an empty name, tag's name or tag's value | `_` |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](OpenTsdbCounts::merged_tags) |
/// | no tags | the [default tags](Self::default_tags); refused if there are none |
/// | more tags than [`max_tags`](Self::max_tags), default tags included | refused |
/// | a name and tags of more than 960 bytes together | refused, since OpenTSDB reads lines of 1024 |
/// | a value that is not finite | refused |
/// | a time before 1970 or after 2106-02-07T06:28:15Z, and in milliseconds one before 1970-02-19T17:02:47.296Z | refused |
///
/// What is refused is named by the error of the write, while the rest of the batch is written. So two elements that
/// differ in nothing but their characters become points of one series, and of one time the last that was sent stays.
///
/// # Telnet or HTTP
///
/// [`http`](Self::http) has each request confirmed, so what `Ok` says was written has been stored. After a failure the
/// points of one request may have been stored without the sink knowing, and a retry sends them again; OpenTSDB keeps one
/// of two equal points. A batch goes out in requests of [`points_per_request`](Self::points_per_request) points. Of those
/// in a request, the server names the ones that it refuses; if it doesn't, the whole request counts as refused.
///
/// [`telnet`](Self::telnet) is never confirmed. `Ok` says that the system has taken all bytes. So if the server dies or
/// the network breaks, lines of writes that returned `Ok` shortly before may be lost. A write that fails halfway is
/// repeated from its start, so its first lines may arrive twice. All lines are whole, except that the last one is cut if
/// the connection is given up while it is sent, and there are servers (InfluxDB) that take a cut line for a whole one.
/// What the server says, which is only ever complaints, is [counted](OpenTsdbCounts::replies), and the first line of it is logged.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, hangs up, is slower than the
/// timeouts, or answers 408, 429 or 5xx. A `Retry-After` is the error's [`pause`](WriteError::pause). Elements that are refused, by the table or by any other answer of the server, are
/// not worth one. Where both happen in one batch, the error is worth a retry and names both; the retry tells them apart.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one. Over telnet the line that was being sent is first brought to
/// its end; over HTTP the connection is dropped.
///
/// # Memory
///
/// The text of the largest batch so far over telnet, of one request over HTTP, and at most 4 MiB of an answer.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::opentsdb::OpenTsdb;
/// use tokio::io::{AsyncBufReadExt, BufReader};
/// use tokio::net::TcpListener;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = TcpListener::bind("127.0.0.1:0").await?;
/// let mut sink = OpenTsdb::telnet(&server.local_addr()?.to_string())?.default_tags(tags! { "host" => "web 1" });
///
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::from_secs(1_700_000_000));
/// sink.write(&[element]).await?;
///
/// let mut lines = BufReader::new(server.accept().await?.0).lines();
/// assert_eq!(lines.next_line().await?.unwrap(), "put requests.mean 1700000000 12.5 host=web_1 page=/");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OpenTsdb {
    transport: Transport,
    rules: Rules,
    timeouts: Timeouts,
    points_per_request: usize,
    counts: Arc<OpenTsdbCounts>,
    is_closed: bool,
}

#[derive(Debug)]
enum Transport {
    Telnet(Stream),
    Http(Http),
}

/// What errors call it, and its usual port.
const PROTOCOL: &str = "opentsdb";
const PORT: u16 = 4242;

impl OpenTsdb {
    /// Sends `put` lines over TCP to `host:port`; OpenTSDB's port is 4242.
    ///
    /// # Errors
    /// If the address lacks its host or port. That the server is there is seen at the first write.
    pub fn telnet(address: &str) -> Result<Self, AddressError> {
        let address = host_and_port(PROTOCOL, address, PORT)?;
        Ok(Self::over(|_| Transport::Telnet(Stream::new(address, Framing::Lines, 0))))
    }

    /// Posts JSON to `/api/put` below this URL, such as `http://127.0.0.1:4242`, or one that begins with `https://`.
    ///
    /// # Errors
    /// If it is no such URL, or has a user, a password or a query. That the server is there is seen at the first write.
    ///
    /// ```
    /// use metrix_io::sinks::opentsdb::OpenTsdb;
    ///
    /// assert!(OpenTsdb::http("http://127.0.0.1:4242").is_ok());
    /// let error = OpenTsdb::http("ftp://127.0.0.1:4242").unwrap_err();
    /// assert!(error.to_string().starts_with("no opentsdb server can be at \"ftp://127.0.0.1:4242\""));
    /// ```
    pub fn http(url: &str) -> Result<Self, AddressError> {
        let url = HttpUrl::parse(PROTOCOL, url, PORT)?;
        Ok(Self::over(|counts| Transport::Http(Http::new(url, counts.connection_count()))))
    }

    fn over(transport: impl FnOnce(&OpenTsdbCounts) -> Transport) -> Self {
        let counts = Arc::<OpenTsdbCounts>::default();
        Self {
            transport: transport(&counts),
            rules: Rules { default_tags: Tags::NONE, max_tags: 8, unit: Unit::Seconds },
            timeouts: Timeouts::default(),
            points_per_request: 50,
            counts,
            is_closed: false,
        }
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<OpenTsdbCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for OpenTsdb {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let mut refused = Refused::default();
        let mut points = Vec::with_capacity(batch.len());
        for (position, element) in batch.iter().enumerate() {
            match Point::new(element, &self.rules) {
                Ok(point) => {
                    self.counts.merged(point.merged(), &element.name);
                    points.push((position, point));
                }
                Err(refusal) => refused.add(position, &element.name, refusal),
            }
        }
        match &mut self.transport {
            Transport::Telnet(telnet) => {
                let mut lines = String::new();
                for (_, point) in &points {
                    write!(lines, "{point}").expect("a String takes all that is written to it");
                }
                if !lines.is_empty() {
                    telnet
                        .write(lines.as_bytes(), self.timeouts, &*self.counts)
                        .await
                        .map_err(WriteError::retryable)?;
                }
            }
            Transport::Http(http) => {
                for (number, request) in points.chunks(self.points_per_request).enumerate() {
                    let sent: Vec<&Point<'_>> = request.iter().map(|(_, point)| point).collect();
                    match http.write(&sent, self.timeouts).await {
                        Ok(()) => {}
                        Err(Failure::Refused(reason, places)) => {
                            for place in places {
                                let position = request[place].0;
                                refused.add(position, &batch[position].name, &reason);
                            }
                        }
                        Err(Failure::Retryable(cause, pause)) => {
                            let unsent =
                                points[number * self.points_per_request..].iter().map(|(position, _)| *position);
                            return Err(refused.with_unsent(unsent, cause).after(pause));
                        }
                    }
                }
            }
        }
        refused.into_result(batch.len())
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        match &mut self.transport {
            Transport::Telnet(telnet) => {
                telnet.flush(self.timeouts, &*self.counts).await.map_err(WriteError::retryable)
            }
            Transport::Http(_) => Ok(()),
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        match &mut self.transport {
            Transport::Telnet(telnet) => {
                telnet.close(self.timeouts, &*self.counts).await.map_err(WriteError::retryable)
            }
            Transport::Http(http) => {
                http.close();
                Ok(())
            }
        }
    }
}
