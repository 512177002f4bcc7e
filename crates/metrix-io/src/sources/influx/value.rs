//! [`value`]: the value of a field.

use super::text::{OF_STRING, end, shown};
use crate::LineError;

/// The value of a field at a place, `None` if it is a text; and the place after it.
pub(super) fn value(line: &str, begin: usize) -> Result<(Option<f64>, usize), LineError> {
    if line.as_bytes().get(begin) == Some(&b'"') {
        let quote = end(line.as_bytes(), begin + 1, b"\"", OF_STRING);
        let after = quote + 1;
        return match line.as_bytes().get(after) {
            None | Some(b',' | b' ') if quote < line.len() => Ok((None, after)),
            _ => Err(LineError::new("value", begin, "the text has no end: write a quotation mark after it")),
        };
    }
    let after = end(line.as_bytes(), begin, b", ", b"");
    let text = &line[begin..after];
    match number(text) {
        Some(value) => Ok((Some(value), after)),
        None => {
            let mend = "write a number, true or false, or a text in quotation marks";
            let message = format!("{:?} is no value: {mend}", shown(text));
            Err(LineError::new("value", begin, message))
        }
    }
}

fn number(text: &str) -> Option<f64> {
    match text {
        "t" | "T" | "true" | "True" | "TRUE" => return Some(1.0),
        "f" | "F" | "false" | "False" | "FALSE" => return Some(0.0),
        _ => {}
    }
    match text.as_bytes().last()? {
        // An integer that an f64 can't tell from others becomes the nearest that it can.
        b'i' => text[..text.len() - 1].parse::<i64>().ok().map(|value| value as f64),
        b'u' => text[..text.len() - 1].parse::<u64>().ok().map(|value| value as f64),
        // Rust would read `inf` and `nan` too.
        b'0'..=b'9' | b'.' => text.parse::<f64>().ok().filter(|value| value.is_finite()),
        _ => None,
    }
}
