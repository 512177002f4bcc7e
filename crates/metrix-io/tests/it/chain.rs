//! What an error says, with its causes.

use std::error::Error;

/// The error and its causes, each after a colon.
pub(crate) fn chain(error: &dyn Error) -> String {
    let cause = error.source().map_or_else(String::new, |cause| format!(": {}", chain(cause)));
    format!("{error}{cause}")
}
