//! The options of [`Scraper`], each of which has a value from the start.

use std::time::Duration;

use metrix::Tags;

use super::Scraper;
use crate::http_client::Tls;
use crate::{Secret, UserError, authorization};

impl Scraper {
    /// Gives each reading these tags, beside `instance`, which they may replace. There are no others at first.
    #[must_use]
    pub fn tags(mut self, tags: impl Into<Tags>) -> Self {
        self.tags = tags.into().or(&self.tags);
        self
    }

    /// Takes series that are called so for counters, whatever their type; `*` stands for any characters, `?` for any one. It can be
    /// said several times.
    #[must_use]
    pub fn counters(mut self, names: &str) -> Self {
        self.text.force(names);
        self
    }

    /// Leaves labels as they are that have the name of a tag of the target, in its place: for targets that show
    /// metrics of others, such as a pushgateway, or the `/federate` of another Prometheus.
    #[must_use]
    pub fn honor_labels(mut self) -> Self {
        self.honors_labels = true;
        self
    }

    /// Says who it is by a token.
    #[must_use]
    pub fn token(mut self, token: &Secret) -> Self {
        self.authorization = Some(authorization::token("Bearer", token));
        self
    }

    /// Says who it is by a user and a password.
    ///
    /// # Errors
    /// If the name has a colon, after which HTTP would take the rest for the password, or a control character.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sources::prometheus::Scraper;
    ///
    /// let scraper = Scraper::new("http://127.0.0.1:9100/metrics")?;
    /// assert!(scraper.user("a:b", &Secret::new("s3cr3t")?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn user(mut self, name: &str, password: &Secret) -> Result<Self, UserError> {
        self.authorization = Some(authorization::basic(name, password)?);
        Ok(self)
    }

    /// Trusts other certificates than this machine does, if the URL begins with `https://`.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.client.set_tls(tls);
        self
    }

    /// Gives up a scrape that takes longer than this until all of it has come; at first 10 seconds.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        (self.limits.connect, self.limits.exchange) = (limit, limit);
        self
    }

    /// So many bytes may the target show, packed and unpacked; at first 16 MiB.
    #[must_use]
    pub fn most_bytes(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }
}
