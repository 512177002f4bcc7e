//! The options of [`Influx`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;

use super::line::Naming;
use super::text::{clean, column};
use super::{Influx, MOST_BYTES, Place, Precision, Transport};
use crate::http_client::Tls;
use crate::{Glob, Secret, UserError, authorization};

impl Influx {
    /// Adds these tags to elements that lack tags of their names. There are none at first.
    pub fn default_tags(mut self, tags: impl Into<Tags>) -> Self {
        let tags = tags.into();
        let given = tags.iter().filter(|(_, value)| !value.is_empty());
        self.rules.default_tags =
            given.map(|(name, value)| (column(name).into_owned(), clean(value).into_owned())).collect();
        self
    }

    /// Calls the one field of each line so; at first `value`.
    pub fn field(mut self, name: &str) -> Self {
        self.rules.naming = Naming::Field(column(name).into_owned());
        self
    }

    /// Makes the element `requests.mean` the field `mean` of the measurement `requests`, so that all aggregates of a stream
    /// stand in one row. An element without a dot becomes the field `value`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use metrix::{MElement, Sink, Timestamp, tags};
    /// use metrix_io::sinks::influx::Influx;
    ///
    /// let server = tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// let mut sink = Influx::udp(&server.local_addr()?.to_string())?.split_names();
    /// let at = Timestamp::from_secs(1_700_000_000);
    /// let elements = ["took.mean", "took.p99.9"].map(|name| MElement::new(name, 12.5, tags! { "page" => "/" }, at));
    /// sink.write(&elements).await?;
    ///
    /// let mut datagram = [0; 1500];
    /// let bytes = server.recv(&mut datagram).await?;
    /// let lines = "took,page=/ mean=12.5 1700000000000000000\ntook,page=/ p99.9=12.5 1700000000000000000\n";
    /// assert_eq!(datagram[..bytes], *lines.as_bytes());
    /// # Ok(())
    /// # }
    /// ```
    pub fn split_names(mut self) -> Self {
        self.rules.naming = Naming::Split;
        self
    }

    /// Sends elements that are called so as integers, such as `*.count`, for databases in which the field is one; all others are
    /// floats. Of elements called so, those whose value is no integer are refused. It can be said several times.
    pub fn integers(mut self, names: &str) -> Self {
        self.rules.integers.push(Glob::new(names));
        self
    }

    /// Sends times in this unit; at first in nanoseconds. Over UDP the server must have been told the same.
    pub fn precision(mut self, precision: Precision) -> Self {
        self.rules.precision = precision;
        self
    }

    /// Says who it is by a user's name and password, as version 1 has them. It goes with each request over HTTP.
    ///
    /// # Errors
    /// If the name has a colon, after which HTTP would take the rest for the password, or a control character.
    pub fn user(mut self, name: &str, password: &Secret) -> Result<Self, UserError> {
        let authorization = authorization::basic(name, password)?;
        if let Transport::Http(http) = &mut self.transport {
            http.authorization = Some(authorization);
        }
        Ok(self)
    }

    /// Says who it is by a token, as version 2 has it. It goes with each request over HTTP.
    pub fn token(mut self, token: &Secret) -> Self {
        if let Transport::Http(http) = &mut self.transport {
            http.authorization = Some(authorization::token("Token", token));
        }
        self
    }

    /// Writes under this retention policy of the database, and not under its usual one. Only version 1 knows it.
    pub fn retention_policy(mut self, name: &str) -> Self {
        if let Transport::Http(http) = &mut self.transport {
            if let Place::V1 { retention_policy, .. } = &mut http.place {
                *retention_policy = Some(name.to_owned());
            }
        }
        self
    }

    /// Packs what it posts by gzip, to about a tenth, for some time of the processor.
    pub fn gzip(mut self) -> Self {
        if let Transport::Http(http) = &mut self.transport {
            http.gzip = true;
        }
        self
    }

    /// Trusts other certificates than this machine does, if the URL begins with `https://`.
    pub fn tls(mut self, tls: Tls) -> Self {
        if let Transport::Http(http) = &mut self.transport {
            http.client.set_tls(tls);
        }
        self
    }

    /// Posts at most so many lines in a request, and 4 MiB; at first 5000.
    pub fn lines_per_request(mut self, lines: NonZeroUsize) -> Self {
        self.lines_per_request = lines.get();
        self
    }

    /// Puts lines together in datagrams of so many bytes at most; at first 1432, which no usual network cuts. A line that has
    /// more goes alone. It is 65507 at most.
    pub fn datagram_bytes(mut self, bytes: NonZeroUsize) -> Self {
        if let Transport::Udp { packed, .. } = &mut self.transport {
            *packed = bytes.get().min(MOST_BYTES);
        }
        self
    }

    /// Gives up a connection that isn't made after this time; at first 5 seconds.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Gives up a request that is not answered after this time; at first 10 seconds.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.limits.exchange = limit;
        self
    }
}
