//! The options of [`Graphite`], each of which has a value from the start.

use std::time::Duration;

use metrix::Tags;

use super::{Graphite, Transport};

impl Graphite {
    /// Puts tags into the name, in the order of their names, for servers that know no tags: Graphite before 1.1, or InfluxDB.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::graphite::Graphite;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = std::net::UdpSocket::bind("127.0.0.1:0")?;
    /// let mut sink = Graphite::udp(&server.local_addr()?.to_string())?.tags_in_names().prefix("shop.");
    /// let tags = tags! { "host" => "a.example", "page" => "/" };
    /// sink.write(&[MElement::new("requests.mean", 12.5, tags, Timestamp::from_secs(60))]).await?;
    ///
    /// let mut datagram = [0; 1432];
    /// let len = server.recv(&mut datagram)?;
    /// assert_eq!(&datagram[..len], b"shop.requests.mean.host.a_example.page._ 12.5 60\n");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tags_in_names(mut self) -> Self {
        self.rules.tags_in_names = true;
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

    /// Holds so many bytes of what was sent last, to send them again if the server ends the connection; at first 1 MiB. Of
    /// lines and pickles the last whole ones are held. UDP knows no connections.
    #[must_use]
    pub fn resend(mut self, bytes: usize) -> Self {
        match &mut self.transport {
            Transport::Lines(stream) | Transport::Pickles(stream) => stream.resend(bytes),
            Transport::Datagrams(_) => {}
        }
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
