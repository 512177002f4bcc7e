//! The options of [`Otlp`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;

use super::shape::globs;
use super::{HeaderError, Otlp};
use crate::http_client::Tls;
use crate::{Secret, UserError};

/// Headers that the sink sends itself, or that ask for answers that it can't read.
const OWN: [&str; 5] = ["accept-encoding", "grpc-accept-encoding", "grpc-encoding", "grpc-timeout", "te"];

impl Otlp {
    /// Says what the elements come from, by these attributes of the resource. There is `service.name` at first, which is `metrix`; of
    /// equal names the one that is given holds.
    #[must_use]
    pub fn resource(mut self, attributes: impl Into<Tags>) -> Self {
        self.resource = attributes.into().or(&self.resource);
        self
    }

    /// Takes elements of these names, or patterns of names, for what only grows; at first `*.count` and `*.histogram`.
    ///
    /// ```
    /// use metrix_io::sinks::otlp::{Otlp, Protocol};
    ///
    /// let sink = Otlp::new("http://127.0.0.1:4318", Protocol::default())?.counters(["*.count", "*.histogram", "bytes.sum"]);
    /// # drop(sink);
    /// # Ok::<(), metrix_io::AddressError>(())
    /// ```
    #[must_use]
    pub fn counters<P: AsRef<str>>(mut self, names: impl IntoIterator<Item = P>) -> Self {
        self.shapes.counters = globs(names);
        self
    }

    /// Takes elements of these names, or patterns of names, for what can be added up, but may be negative; at first `*.sum`.
    #[must_use]
    pub fn sums<P: AsRef<str>>(mut self, names: impl IntoIterator<Item = P>) -> Self {
        self.shapes.sums = globs(names);
        self
    }

    /// Packs what it sends by gzip. It costs some work, and makes a tenth of it.
    #[must_use]
    pub fn gzip(self) -> Self {
        Self { gzip: true, ..self }
    }

    /// Says who it is by a token.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sinks::otlp::{Otlp, Protocol};
    ///
    /// let sink = Otlp::new("https://otlp.example.org", Protocol::Grpc)?.token(&Secret::new("s3cr3t")?);
    /// assert!(!format!("{sink:?}").contains("s3cr3t"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn token(mut self, token: &Secret) -> Self {
        self.headers.token(token);
        self
    }

    /// Says who it is by a user and a password.
    ///
    /// # Errors
    /// If the user has a colon, which would end it, or a control character.
    pub fn user(mut self, user: &str, password: &Secret) -> Result<Self, UserError> {
        self.headers.user(user, password)?;
        Ok(self)
    }

    /// Sends a header with each request, such as the key of a service; one of the same name that was set before is replaced.
    ///
    /// # Errors
    /// If it is no header, or one that the sink sends itself.
    ///
    /// ```
    /// use metrix_io::sinks::otlp::{Otlp, Protocol};
    ///
    /// let sink = Otlp::new("https://otlp.example.org", Protocol::Grpc)?.header("x-api-key", "s3cr3t")?;
    /// assert!(!format!("{sink:?}").contains("s3cr3t"));
    /// let error = sink.header("grpc-timeout", "1S").unwrap_err();
    /// assert_eq!(error.to_string(), "the header `grpc-timeout` is the sink's own: leave it out");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, HeaderError> {
        self.headers.insert(name, value, &OWN)?;
        Ok(self)
    }

    /// Trusts other certificates than this machine does, if the URL begins with `https://`.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.client.set_tls(tls);
        self
    }

    /// Sends at most so many elements in a request; at first 2000. Where they are large, it sends fewer, as a request has at most about 2 MiB.
    #[must_use]
    pub fn elements_per_request(mut self, elements: NonZeroUsize) -> Self {
        self.elements_per_request = elements.get();
        self
    }

    /// Gives up a connection that isn't made after this time; at first 5 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Gives up a request that isn't answered after this time; at first 10 seconds.
    #[must_use]
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.limits.exchange = limit;
        self
    }

    /// Begins no further request of a write after this time; at first 12 seconds. What is left is worth a retry. A write takes
    /// this, and the time of one connection and one request more, which should be less than a coordinator gives it.
    #[must_use]
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }
}
