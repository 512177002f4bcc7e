//! [`Retention`]: old points go, a few at a time.

use std::time::Duration;

use metrix::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// How often it looks for old points.
const ROUND: Duration = Duration::from_secs(60);

/// Where the search for old points is. A round goes through the series, as each has its points in the order of time, and
/// goes on with the next batch where it has stopped.
#[derive(Debug)]
pub(super) struct Retention {
    /// The last series that is done with; `None` between rounds.
    after: Option<i64>,
    next_round: Timestamp,
}

impl Retention {
    /// A round begins with the next batch.
    pub(super) fn new() -> Self {
        Self { after: None, next_round: Timestamp::MIN }
    }

    /// Deletes points before `oldest`, and the series that have none left then. It deletes about `budget` points, and those
    /// of the same time as the last one, or looks at as many series. Tells whether series were deleted.
    pub(super) fn sweep(
        &mut self,
        connection: &Connection,
        now: Timestamp,
        oldest: Timestamp,
        mut budget: usize,
    ) -> rusqlite::Result<bool> {
        if self.after.is_none() && now < self.next_round {
            return Ok(false);
        }
        let mut after = self.after.take().unwrap_or(i64::MIN);
        let mut next = connection.prepare("SELECT id FROM series WHERE id > ?1 ORDER BY id LIMIT 1")?;
        let mut end =
            connection.prepare("SELECT at FROM points WHERE series = ?1 AND at < ?2 ORDER BY at LIMIT 1 OFFSET ?3")?;
        let mut delete = connection.prepare("DELETE FROM points WHERE series = ?1 AND at < ?2")?;
        let mut forget = connection
            .prepare("DELETE FROM series WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM points WHERE series = ?1)")?;
        let mut forgotten = false;
        while budget > 0 {
            let Some(series) = next.query_row([after], |row| row.get::<_, i64>(0)).optional()? else {
                self.next_round = now + ROUND;
                return Ok(forgotten);
            };
            let oldest = oldest.as_nanos();
            let most = i64::try_from(budget).unwrap_or(i64::MAX);
            let end = end.query_row(params![series, oldest, most], |row| row.get::<_, i64>(0)).optional()?;
            match end {
                // There are more than the budget allows.
                Some(end) => {
                    // Below `oldest`, so that there is a time after it.
                    delete.execute([series, end + 1])?;
                    budget = 0;
                }
                None => {
                    let deleted = delete.execute([series, oldest])?;
                    forgotten |= forget.execute([series])? > 0;
                    after = series;
                    budget = budget.saturating_sub(deleted.max(1));
                }
            }
        }
        self.after = Some(after);
        Ok(forgotten)
    }
}
