//! How the rows of a batch are written.

use std::collections::VecDeque;
use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::time::Duration;

use metrix::WriteError;
use tokio::time::{Instant, timeout};
use tokio_postgres::Config;
use tokio_postgres::config::LoadBalanceHosts;

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

impl Fault {
    fn new(verdict: Verdict, error: &tokio_postgres::Error) -> Self {
        Self { verdict, cause: said(error).into() }
    }

    fn late(limit: Duration) -> Self {
        // A share has fractions of a second that say nothing.
        let limit = Duration::from_millis(u64::try_from((limit.as_micros() + 500) / 1000).unwrap_or(u64::MAX));
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
        // A transaction is soon over, so the time alone ends it.
        let mut search = Search::new(usize::MAX);
        let mut is_of_rows = false;
        while let Some(part) = parts.pop_front() {
            let Err(mut fault) = self.transact(rows, part.clone()).await else { continue };
            if fault.verdict == Verdict::OfRows && part.len() > 1 && !is_of_rows {
                // What no row at all is answered with, such as a right that is missing, isn't searched for.
                match self.transact(rows, 0..0).await {
                    Ok(()) => is_of_rows = true,
                    Err(Fault { verdict: Verdict::OfRows, cause }) => {
                        fault = Fault { verdict: Verdict::Refused, cause }
                    }
                    Err(other) => fault = other,
                }
            }
            let Fault { verdict, cause } = fault;
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
            Err(error) => Fault::new(Verdict::of_rows(&error), &error),
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
        let tls = self.tls.config().await.map_err(|error| Fault { verdict: Verdict::Refused, cause: error.into() })?;
        let tls = Secured::new(tls);
        let mut hosts: Vec<&Config> = self.hosts.iter().collect();
        if hosts[0].get_load_balance_hosts() == LoadBalanceHosts::Random {
            // Each state has keys of its own.
            hosts.sort_by_cached_key(|_| RandomState::new().hash_one(()));
        }
        let begun = Instant::now();
        let mut failed: Option<Fault> = None;
        for (place, host) in hosts.iter().enumerate() {
            // One that says nothing leaves time for the others.
            let others = u32::try_from(hosts.len() - place).unwrap_or(u32::MAX);
            let limit = self.limits.connect.saturating_sub(begun.elapsed()) / others;
            let opening = Session::open(host, tls.clone(), &self.table, self.limits.write);
            let fault = match timeout(limit, opening).await {
                Ok(Ok(session)) => {
                    self.counts.connected();
                    return Ok(session);
                }
                // Who is not let in now may be later: that is no fault of the elements.
                Ok(Err(error)) => Fault::new(Verdict::Retryable, &error),
                Err(_) => Fault::late(limit),
            };
            failed.get_or_insert(fault);
        }
        Err(failed.expect("a URL has a host"))
    }
}
