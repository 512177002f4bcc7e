//! What is sent: elements of any text, and which of them a sink has taken.

use metrix::{MElement, Tags, Timestamp, WriteError};

/// Elements with values that differ by one, at a second that all protocols have.
pub fn batch(value: f64, at: i64, texts: impl IntoIterator<Item = (String, Vec<(String, String)>)>) -> Vec<MElement> {
    let at = Timestamp::from_secs(at.rem_euclid(4_000_000_000) + 1);
    let element = |(number, (name, pairs)): (usize, (String, Vec<(String, String)>))| {
        MElement::new(name, value + number as f64, Tags::from(pairs), at)
    };
    texts.into_iter().take(8).enumerate().map(element).collect()
}

/// Those of a batch that a sink hasn't refused.
pub fn taken<'a>(batch: &'a [MElement], written: &Result<(), WriteError>) -> Vec<&'a MElement> {
    let refused: Vec<usize> = match written {
        Ok(()) => Vec::new(),
        Err(error) => {
            assert!(!error.is_retryable(), "{error:?}");
            error.positions().map_or((0..batch.len()).collect(), <[usize]>::to_vec)
        }
    };
    batch.iter().enumerate().filter(|(place, _)| !refused.contains(place)).map(|(_, element)| element).collect()
}
