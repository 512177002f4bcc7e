//! [`Verdict`]: what becomes of rows after an error.

use std::error::Error;
use std::io;

use tokio_postgres::error::{DbError, SqlState};

/// What becomes of rows after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another try, over another connection, may help.
    Retryable,
    /// It is of some of the rows, and others may pass without them.
    OfRows,
    /// The server takes none of them.
    Refused,
}

impl Verdict {
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        match (error.code(), error.source()) {
            (Some(code), _) => Self::of_code(code),
            // It hung up, or is no PostgreSQL.
            (None, None) => Self::Retryable,
            // The network and TLS, or else what can't be: no password where one is asked for, no TLS where it has to be.
            (None, Some(cause)) if cause.is::<io::Error>() => Self::Retryable,
            (None, Some(_)) => Self::Refused,
        }
    }

    /// By the codes of PostgreSQL, whose first two characters are the class.
    fn of_code(code: &SqlState) -> Self {
        match code.code() {
            // The table was dropped, and is made again with the next connection.
            "42P01" => Self::Retryable,
            // Locked, read-only since another server has become the first, or a transaction that took too long.
            "55006" | "55P03" | "25006" | "25P03" | "25P04" => Self::Retryable,
            "40002" => Self::OfRows,
            code => match &code[..2] {
                // The connection; no room on the disk, no memory, too many clients; the system around it.
                "08" | "53" | "58" => Self::Retryable,
                // A deadlock; the server shuts down, starts, or was told to cancel.
                "40" | "57" => Self::Retryable,
                // Data, constraints, views, limits, more than one row, triggers.
                "22" | "23" | "44" | "54" | "21" | "P0" => Self::OfRows,
                _ => Self::Refused,
            },
        }
    }
}

/// The server's words, or else those of the network.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("the server says {}: {:?}", error.code().code(), words(error)),
        None => {
            let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
            format!("{error}{cause}")
        }
    }
}

/// With its details, of which the first 300 characters say enough.
fn words(error: &DbError) -> String {
    let more = [error.detail(), error.hint()].into_iter().flatten();
    let words = [error.message()].into_iter().chain(more).collect::<Vec<_>>().join("; ");
    words.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_by_the_code() {
        for (code, expected) in [
            ("08006", Verdict::Retryable),
            ("53100", Verdict::Retryable),
            ("53300", Verdict::Retryable),
            ("57P01", Verdict::Retryable),
            ("57P03", Verdict::Retryable),
            ("57014", Verdict::Retryable),
            ("40001", Verdict::Retryable),
            ("40P01", Verdict::Retryable),
            ("25006", Verdict::Retryable),
            ("42P01", Verdict::Retryable),
            ("22P05", Verdict::OfRows),
            ("23514", Verdict::OfRows),
            ("54000", Verdict::OfRows),
            ("P0001", Verdict::OfRows),
            ("28P01", Verdict::Refused),
            ("3D000", Verdict::Refused),
            ("42501", Verdict::Refused),
            ("42P10", Verdict::Refused),
            ("25P02", Verdict::Refused),
        ] {
            assert_eq!(Verdict::of_code(&SqlState::from_code(code)), expected, "{code}");
        }
    }
}
