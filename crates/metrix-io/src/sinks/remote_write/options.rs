//! The options of [`RemoteWrite`], each of which has a value from the start.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;

use super::{HeaderError, RemoteWrite};
use crate::http_client::Tls;
use crate::prometheus_series::labels;
use crate::{Secret, UserError};

impl RemoteWrite {
    /// Adds these tags to elements that lack tags of their names, as Prometheus does with its external labels: `job` and
    /// `instance`, for instance, which it gives to what it scrapes. There are none at first.
    #[must_use]
    pub fn default_tags(mut self, tags: impl Into<Tags>) -> Self {
        self.default_tags = labels(&tags.into()).iter().map(|(name, value)| (&**name, *value)).collect();
        self
    }

    /// Says who it is by a token.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sinks::remote_write::RemoteWrite;
    ///
    /// let sink = RemoteWrite::new("https://mimir.example.org/api/v1/push")?.token(&Secret::new("s3cr3t")?);
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
    /// If the user has a colon, after which HTTP would take the rest for the password, or a control character.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sinks::remote_write::RemoteWrite;
    ///
    /// let sink = RemoteWrite::new("https://mimir.example.org/api/v1/push")?;
    /// assert!(sink.user("ada:", &Secret::new("s3cr3t")?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn user(mut self, user: &str, password: &Secret) -> Result<Self, UserError> {
        self.headers.user(user, password)?;
        Ok(self)
    }

    /// Sends a header with each request; one of the same name that was set before is replaced.
    ///
    /// # Errors
    /// If it is no header, or one that the sink sends itself.
    ///
    /// ```
    /// use metrix_io::sinks::remote_write::RemoteWrite;
    ///
    /// let sink = RemoteWrite::new("http://127.0.0.1:9009/api/v1/push")?.header("X-Scope-OrgID", "tenant")?;
    /// let error = sink.header("Content-Type", "text/plain").unwrap_err();
    /// assert_eq!(error.to_string(), "the header `content-type` is the sink's own: leave it out");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, HeaderError> {
        self.headers.insert(name, value, &["authorization", "x-prometheus-remote-write-version"])?;
        Ok(self)
    }

    /// Trusts other certificates than this machine does, if the URL begins with `https://`.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.client.set_tls(tls);
        self
    }

    /// Sends at most so many samples in a request; at first 2000, as Prometheus does.
    #[must_use]
    pub fn samples_per_request(mut self, samples: NonZeroUsize) -> Self {
        self.samples_per_request = samples.get();
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
