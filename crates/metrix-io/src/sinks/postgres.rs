//! [`Postgres`]: elements into a table of PostgreSQL.

mod counts;
mod options;
mod rows;
mod session;
mod table;
mod tls;
mod url;
mod verdict;
mod write;

use std::sync::Arc;
use std::time::Duration;

use metrix::{MElement, Sink, Tags, WriteError};
use tokio_postgres::Config;

use self::rows::Rows;
use self::session::Session;
use self::table::{Name, Table};
use crate::sinks::refused::Refused;
use crate::{AddressError, Tls};

pub use self::counts::PostgresCounts;
pub use self::table::NameError;

/// Writes elements into a table of PostgreSQL, of version 11 or later.
///
/// The table is made if there is none, as here, and is called `metrics` unless [another name](Self::table) is given. One that is there
/// must have these columns and this key, or another unique one of the same columns; what else it has is its own.
///
/// ```sql
/// CREATE TABLE metrics (
///     name  text             NOT NULL,
///     at    timestamptz      NOT NULL, -- the end of the window
///     start timestamptz      NOT NULL, -- its beginning; the same as `at` where there is no window
///     tags  jsonb            NOT NULL, -- an object of texts
///     value double precision NOT NULL,
///     PRIMARY KEY (name, at, start, tags)
/// );
/// ```
///
/// So `SELECT at, value FROM metrics WHERE name = 'requests.mean' AND tags @> '{"page": "/"}' ORDER BY at` is a series. The role needs
/// the rights to make temporary tables, which all have at first, and to `INSERT`, `SELECT` and `UPDATE`; and to create, where the table
/// isn't there.
///
/// # Delivery
///
/// A batch is one transaction: it is copied into a temporary table, and from there into the table. What `Ok` says was written is
/// committed. A row of the same series and window, which is what the key has, takes the new value in the place of its own: a
/// batch that is written again changes nothing, and of elements that differ in their values alone the last one wins, in one batch
/// ([counted](PostgresCounts::merged_elements)) or in several.
///
/// # What is allowed
///
/// | of the element | becomes |
/// | --- | --- |
/// | NUL in its name or tags, which PostgreSQL has no room for | `�` (U+FFFD) |
/// | any other text, also an empty one | itself |
/// | a tag that it lacks | the [default tag](Self::default_tags) |
/// | tags whose names are equal after that | the last in the order of the names before; [counted](PostgresCounts::merged_tags) |
/// | a name and tags of more than 2600 bytes together, where a tag counts for 8 more: the key can't be longer | refused |
/// | any value, also one that is not finite | itself |
/// | times | themselves, rounded down to microseconds |
///
/// A database of another encoding than UTF-8 refuses texts that it has no form for.
///
/// # Errors
///
/// A write fails with an error that is worth a retry if the server can't be reached, lets the user not in, hangs up, starts or shuts down, is
/// slower than the timeouts, has no room on its disk or for another client, found a deadlock, or can only be read, as one that is no longer the first
/// of several. What else is of the rows, such as a constraint, a policy or a trigger of your own, is searched for: the batch is
/// written in halves, and these in halves, until it is known which rows are refused; after 10 seconds the rows that are still in doubt are
/// tried once more and count as refused. What isn't, such as a missing right to write, refuses the batch. The error of the
/// write has the server's words, and names what is refused while the rest of the batch is written.
///
/// # TLS
///
/// The connection has TLS if the server offers it, or must have it with `?sslmode=require`, or hasn't with `?sslmode=disable`. The
/// certificate must be of the host's name and signed by somebody who is [trusted](Self::tls), in either case.
///
/// # Cancel safety
///
/// A write that is dropped can be followed by another one; its connection is dropped, too, and so is what was not committed.
///
/// # Memory
///
/// The batch as rows, and two messages of a MiB of them, or of one row.
///
/// # Poolers
///
/// A connection has a temporary table and prepared statements of its own, so one that goes by PgBouncer must keep its server for as
/// long as it lasts: `pool_mode = session`, and not `transaction` or `statement`.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::postgres::Postgres;
///
/// # let nobody = std::net::TcpListener::bind("127.0.0.1:0")?;
/// # let port = nobody.local_addr()?.port();
/// # drop(nobody);
/// let mut sink = Postgres::new(&format!("postgres://metrix@127.0.0.1:{port}/metrics"))?; // where nobody listens
/// let element = MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::from_secs(1_700_000_000));
/// let error = sink.write(&[element]).await.unwrap_err();
/// assert!(error.is_retryable());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Postgres {
    /// One for each host. Their `Debug` doesn't show the password.
    hosts: Vec<Config>,
    tls: Tls,
    table: Table,
    default_tags: Tags,
    limits: Limits,
    session: Option<Session>,
    counts: Arc<PostgresCounts>,
    is_closed: bool,
}

/// How long a server may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    write: Duration,
}

impl Postgres {
    /// Writes to the database that this URL names, such as `postgres://metrix@127.0.0.1:5432/metrics`. Of several hosts
    /// (`postgres://metrix@one,two/metrics?target_session_attrs=read-write`) the first that fits is taken, and one that doesn't answer takes
    /// no more than its share of the [time](Self::connect_timeout). A socket of this machine is named by its folder:
    /// `postgres://metrix@%2Fvar%2Frun%2Fpostgresql/metrics`.
    ///
    /// # Errors
    /// If it is no such URL, has no host, asks for what can't be, or has a password, for which there is [`password`](Self::password). That
    /// the server is there is seen at the first write.
    ///
    /// ```
    /// use metrix_io::sinks::postgres::Postgres;
    ///
    /// let error = Postgres::new("postgres://me:s3cr3t@127.0.0.1/metrics").unwrap_err().to_string();
    /// assert!(error.starts_with(r#"the URL of a postgresql server, "postgres://***@127.0.0.1/metrics", has a password"#));
    /// ```
    pub fn new(url: &str) -> Result<Self, AddressError> {
        Ok(Self {
            hosts: url::parse(url)?,
            tls: Tls::system(),
            table: Table { schema: None, name: Name::new("metrics").expect("it is a name") },
            default_tags: Tags::NONE,
            limits: Limits { connect: Duration::from_secs(5), write: Duration::from_secs(10) },
            session: None,
            counts: Arc::default(),
            is_closed: false,
        })
    }

    /// What the sink has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<PostgresCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for Postgres {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let mut refused = Refused::default();
        let (rows, merged) = Rows::new(batch, &self.default_tags, &mut refused);
        let result = self.store(&rows, batch, refused).await;
        // What is to be written again is counted then.
        if !matches!(&result, Err(error) if error.is_retryable()) {
            self.counts.merged(merged);
        }
        result
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        if let Some(session) = self.session.take() {
            session.end().await;
        }
        Ok(())
    }
}
