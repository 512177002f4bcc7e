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
    /// Of what rows are answered with. Constraints, triggers and policies may have any code, so what doesn't pass is of the rows.
    pub(super) fn of_rows(error: &tokio_postgres::Error) -> Self {
        if is_passing(error) { Self::Retryable } else { Self::OfRows }
    }
}

/// Whether it may be over when it is tried again.
fn is_passing(error: &tokio_postgres::Error) -> bool {
    match (error.code(), error.source()) {
        (Some(code), _) => is_passing_code(code),
        // It hung up, or is no PostgreSQL.
        (None, None) => true,
        // The network and TLS, or else what can't be: no password where one is asked for, no TLS where it has to be.
        (None, Some(cause)) => cause.is::<io::Error>(),
    }
}

/// By the codes of PostgreSQL, whose first two characters are the class.
fn is_passing_code(code: &SqlState) -> bool {
    match code.code() {
        // The table was dropped, and is made again with the next connection; or the statements were, by `DISCARD ALL`.
        "42P01" | "26000" => true,
        // Locked, read-only since another server has become the first, or a transaction that took too long.
        "55006" | "55P03" | "25006" | "25P03" | "25P04" => true,
        // A constraint that was looked at last.
        "40002" => false,
        // The connection; no room on the disk, no memory, too many clients; the system around it; a deadlock; the server
        // shuts down, starts, or was told to cancel.
        code => ["08", "53", "58", "40", "57"].iter().any(|class| code.starts_with(class)),
    }
}

/// The server's words, or else those of the network.
pub(super) fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("the server says {}: {:?}", error.code().code(), words(error)),
        None => {
            let cause = error.source().map(|cause| cause.to_string()).unwrap_or_default();
            match &*cause {
                "" => error.to_string(),
                // In the client's words, which say nothing of who lacks it.
                "password missing" => {
                    "the server asks for a password, and there is none: give one, in a configuration \
                                       by `password_env` or `password_file`"
                        .to_owned()
                }
                cause => format!("{error}: {cause}"),
            }
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
    fn what_passes_is_known_by_its_code() {
        for code in
            ["08006", "53100", "53300", "57P01", "57P03", "57014", "40001", "40P01", "25006", "42P01", "26000", "55P03"]
        {
            assert!(is_passing_code(&SqlState::from_code(code)), "{code}");
        }
        for code in [
            "22P05", "23514", "54000", "P0001", "MX001", "38000", "09000", "40002", "28P01", "3D000", "42501", "42P10",
            "25P02", "0",
        ] {
            assert!(!is_passing_code(&SqlState::from_code(code)), "{code}");
        }
    }
}
