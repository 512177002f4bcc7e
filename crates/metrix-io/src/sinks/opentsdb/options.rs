//! The options of [`OpenTsdb`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;

use super::name::clean;
use super::point::Unit;
use super::{OpenTsdb, Transport};
use crate::http_client::Tls;

impl OpenTsdb {
    /// Adds these tags to elements that lack tags of their names. There are none at first.
    pub fn default_tags(mut self, tags: impl Into<Tags>) -> Self {
        let clean = |text| clean(text).into_owned();
        self.rules.default_tags = tags.into().iter().map(|(name, value)| (clean(name), clean(value))).collect();
        self
    }

    /// Refuses elements that have more tags than these. The server has such a limit too, and like OpenTSDB's
    /// (`tsd.storage.max_tags`) it is 8 at first.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    ///
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::opentsdb::OpenTsdb;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut sink = OpenTsdb::telnet("127.0.0.1:4242")?.max_tags(NonZeroUsize::MIN);
    /// let element = MElement::new("m", 3.0, tags! { "a" => 1, "b" => 2 }, Timestamp::from_secs(60));
    /// // Nothing of the batch can be sent, so nothing connects.
    /// let error = sink.write(&[element]).await.unwrap_err();
    /// let cause = std::error::Error::source(&error).ok_or("it has one")?;
    /// assert!(cause.to_string().contains("it has 2 tags, more than 1"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn max_tags(mut self, tags: NonZeroUsize) -> Self {
        self.rules.max_tags = tags.get();
        self
    }

    /// Sends times in milliseconds, not in seconds.
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
    /// let mut sink = OpenTsdb::telnet(&server.local_addr()?.to_string())?.milliseconds();
    ///
    /// let at = Timestamp::from_millis(1_700_000_000_250);
    /// sink.write(&[MElement::new("m", 3.0, tags! { "a" => 1 }, at)]).await?;
    ///
    /// let mut lines = BufReader::new(server.accept().await?.0).lines();
    /// assert_eq!(lines.next_line().await?.unwrap(), "put m 1700000000250 3 a=1");
    /// # Ok(())
    /// # }
    /// ```
    pub fn milliseconds(mut self) -> Self {
        self.rules.unit = Unit::Milliseconds;
        self
    }

    /// Posts at most so many points in a request; at first 50, which is what OpenTSDB takes as it comes. Telnet knows no
    /// requests.
    pub fn points_per_request(mut self, points: NonZeroUsize) -> Self {
        self.points_per_request = points.get();
        self
    }

    /// Trusts other certificates than this machine does, if the URL begins with `https://`. Telnet knows no TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        if let Transport::Http(http) = &mut self.transport {
            http.set_tls(tls);
        }
        self
    }

    /// Gives up a connection that isn't made after this time; at first 5 seconds.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.connect = limit;
        self
    }

    /// Gives up a connection over which the server has taken nothing (telnet) or has not answered (HTTP) for this time;
    /// at first 30 seconds.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.write = limit;
        self
    }
}
