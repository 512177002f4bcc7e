//! Numbers, as lines have them.

use super::fault::quote;
use super::line::Line;
use crate::LineError;

/// The finite number that a part of the line is.
pub(super) fn read(line: &Line<'_>, text: &str) -> Result<f64, LineError> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(line.fault(text, "not finite", format!("{} is not finite: send finite values", quote(text)))),
        Err(_) => {
            Err(line.fault(text, "value", format!("{} is no number: write digits, as in 12 or 0.5", quote(text))))
        }
    }
}
