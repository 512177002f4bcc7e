//! How the rows of a batch are written.

use std::collections::VecDeque;
use std::error::Error;
use std::ops::Range;
use std::time::Duration;

use metrix::WriteError;
use tokio::time::timeout;

use super::Postgres;
use super::rows::Rows;
use super::session::Session;
use super::tls::Secured;
use super::verdict::{Verdict, said};
use crate::sinks::refused::Refused;
use crate::sinks::search::Search;

/// Why rows were not written, and what becomes of them.
struct Fault {
    verdict: Verdict,
    cause: Box<dyn Error + Send + Sync>,
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        Self { verdict: Verdict::of(&error), cause: said(&error).into() }
    }
}

impl Fault {
    fn late(limit: Duration) -> Self {
        Self { verdict: Verdict::Retryable, cause: format!("the server has not answered within {limit:?}").into() }
    }
}

impl Postgres {
    /// Writes all rows, and finds out which of them are refused.
    pub(super) async fn store(
        &mut self,
        rows: &Rows,
        batch: &[metrix::MElement],
        mut refused: Refused,
    ) -> Result<(), WriteError> {
        let mut parts = VecDeque::new();
        if rows.len() > 0 {
            parts.push_back(0..rows.len());
        }
        let mut search = Search::new();
        while let Some(part) = parts.pop_front() {
            let Err(Fault { verdict, cause }) = self.transact(rows, part.clone()).await else { continue };
            match verdict {
                Verdict::Retryable => {
                    parts.push_front(part);
                    return Err(refused.with_unsent(rows.positions(parts.make_contiguous()), cause));
                }
                // Halves come last, so that when the search ends what is in doubt is in small parts, all of which have been tried.
                Verdict::OfRows if part.len() > 1 && search.goes_on() => {
                    let middle = part.start + part.len() / 2;
                    parts.extend([part.start..middle, middle..part.end]);
                }
                Verdict::OfRows | Verdict::Refused => {
                    for position in rows.positions(&[part]) {
                        refused.add(position, &batch[position].name, &cause);
                    }
                }
            }
        }
        refused.into_result(batch.len())
    }

    /// Writes a part in a transaction. The connection is kept if it can be used again, and dropped with this.
    async fn transact(&mut self, rows: &Rows, part: Range<usize>) -> Result<(), Fault> {
        let session = self.connect().await?;
        let limit = self.limits.write;
        let stored = timeout(limit, session.store(rows, part)).await.map_err(|_| Fault::late(limit))?;
        self.counts.tried();
        let fault = match stored {
            Ok(()) => {
                self.session = Some(session);
                return Ok(());
            }
            Err(error) => Fault::from(error),
        };
        if fault.verdict != Verdict::Retryable && matches!(timeout(limit, session.take_back()).await, Ok(Ok(()))) {
            self.session = Some(session);
        }
        Err(fault)
    }

    /// The connection, or a new one if the server has ended it.
    async fn connect(&mut self) -> Result<Session, Fault> {
        if let Some(session) = self.session.take().filter(Session::is_open) {
            return Ok(session);
        }
        let limit = self.limits.connect;
        let tls = self.tls.config().await.map_err(|error| Fault { verdict: Verdict::Refused, cause: error.into() })?;
        let opening = Session::open(&self.config, Secured::new(tls), &self.table, self.limits.write);
        let session = timeout(limit, opening).await.map_err(|_| Fault::late(limit))??;
        self.counts.connected();
        Ok(session)
    }
}
