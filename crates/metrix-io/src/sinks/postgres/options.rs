//! The options of [`Postgres`], each of which has a value from the start.

use std::time::Duration;

use metrix::Tags;

use super::Postgres;
use super::rows::clean;
use super::table::{Name, NameError};
use crate::{Secret, Tls};

impl Postgres {
    /// Writes into a table of this name, which is quoted as it is: `Metrics` is not `metrics`. At first it is `metrics`.
    ///
    /// # Errors
    /// If it is empty, has more than 63 bytes, which PostgreSQL would cut, or NUL.
    pub fn table(mut self, name: &str) -> Result<Self, NameError> {
        self.table.name = Name::new(name)?;
        Ok(self)
    }

    /// The table is in this schema, which must be there, and not in the first of the user's `search_path`.
    ///
    /// # Errors
    /// As those of [`table`](Self::table).
    ///
    /// ```
    /// use metrix_io::sinks::postgres::Postgres;
    ///
    /// let sink = Postgres::new("postgres://metrix@127.0.0.1/metrics")?.schema("monitoring")?.table("elements")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn schema(mut self, name: &str) -> Result<Self, NameError> {
        self.table.schema = Some(Name::new(name)?);
        Ok(self)
    }

    /// Adds these tags to elements that lack tags of their names. There are none at first.
    ///
    /// ```
    /// use metrix::tags;
    /// use metrix_io::sinks::postgres::Postgres;
    ///
    /// let sink = Postgres::new("postgres://metrix@127.0.0.1/metrics")?.default_tags(tags! { "host" => "web 1" });
    /// # Ok::<(), metrix_io::AddressError>(())
    /// ```
    pub fn default_tags(mut self, tags: impl Into<Tags>) -> Self {
        let tags = tags.into();
        self.default_tags =
            tags.iter().map(|(name, value)| (clean(name).into_owned(), clean(value).into_owned())).collect();
        self
    }

    /// Says this password if the server asks for one: by SCRAM, by MD5, or as it is.
    ///
    /// ```
    /// use metrix_io::Secret;
    /// use metrix_io::sinks::postgres::Postgres;
    ///
    /// let sink = Postgres::new("postgres://metrix@127.0.0.1/metrics")?.password(&Secret::new("s3cr3t")?);
    /// assert!(!format!("{sink:?}").contains("s3cr3t"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn password(mut self, password: &Secret) -> Self {
        for host in &mut self.hosts {
            host.password(password.reveal());
        }
        self
    }

    /// Trusts other certificates than this machine does, where the connection has TLS.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// Gives up a connection that isn't made, with the table looked up or made, after this time; at first 5 seconds. Of several hosts each
    /// has an equal share of what is left of it.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.limits.connect = limit;
        self
    }

    /// Gives up a transaction that takes longer than this; at first 10 seconds. The server is told to do so, too.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.limits.write = limit;
        self
    }
}
