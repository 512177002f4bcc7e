//! [`Session`]: a connection to PostgreSQL that is ready to take rows.

use std::fmt;
use std::io::Cursor;
use std::mem::take;
use std::ops::Range;
use std::pin::pin;
use std::time::Duration;

use futures_util::SinkExt;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error, Statement};

use super::rows::{HEADER, Rows, TRAILER};
use super::table::Table;
use super::tls::Secured;

/// So many bytes of rows go in a message, or one row.
const MESSAGE: usize = 1 << 20;

/// So long it takes to say goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// An open connection.
pub(super) struct Session {
    client: Client,
    copy: Statement,
    insert: Statement,
    task: Task,
}

/// The task that moves the bytes of a connection, which ends with it.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Session {
    /// Connects, and makes the table if there is none. The server gives up what takes longer than `limit`.
    pub(super) async fn open(config: &Config, tls: Secured, table: &Table, limit: Duration) -> Result<Self, Error> {
        let (client, connection) = config.connect(tls).await?;
        let task = Task(tokio::spawn(async {
            // What goes wrong here is also the answer to what was asked.
            let _ = connection.await;
        }));
        let limit = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
        let settings = format!(
            "SET client_min_messages = warning; SET statement_timeout = {limit}; \
             SET idle_in_transaction_session_timeout = {limit}"
        );
        client.batch_execute(&settings).await?;
        // To ask first takes no right to make tables.
        let found = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&table.to_string()]).await?;
        if !found.try_get::<_, bool>(0)? {
            match client.batch_execute(&table.create()).await {
                // Another one was quicker.
                Err(error)
                    if matches!(error.code(), Some(&SqlState::UNIQUE_VIOLATION | &SqlState::DUPLICATE_TABLE)) => {}
                made => made?,
            }
        }
        client.batch_execute(&table.create_waiting()).await?;
        let copy = client.prepare(&table.copy()).await?;
        let insert = client.prepare(&table.insert()).await?;
        Ok(Self { client, copy, insert, task })
    }

    /// Whether it is, for all that is known.
    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    /// Writes a part of the rows in one transaction. If it is dropped before its end, no other may follow.
    pub(super) async fn store(&self, rows: &Rows, part: Range<usize>) -> Result<(), Error> {
        self.client.batch_execute("BEGIN").await?;
        let mut copy = pin!(self.client.copy_in(&self.copy).await?);
        let mut message = HEADER.to_vec();
        for row in rows.part(part) {
            message.extend_from_slice(row);
            if message.len() >= MESSAGE {
                copy.send(Cursor::new(take(&mut message))).await?;
            }
        }
        message.extend_from_slice(TRAILER);
        copy.send(Cursor::new(message)).await?;
        copy.finish().await?;
        self.client.execute(&self.insert, &[]).await?;
        self.client.batch_execute("COMMIT").await
    }

    /// Takes back what a transaction has done that failed, so that another one may follow.
    pub(super) async fn take_back(&self) -> Result<(), Error> {
        self.client.batch_execute("ROLLBACK").await
    }

    /// Says goodbye, if the server listens.
    pub(super) async fn end(mut self) {
        drop(self.client);
        let _ = timeout(GOODBYE, &mut self.task.0).await;
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("is_open", &self.is_open()).finish_non_exhaustive()
    }
}
