//! [`Encoded`]: a batch, as bytes.

use std::error::Error;
use std::fmt::Display;

use metrix::{MElement, WriteError};

use super::counts::WireCounts;
use crate::sinks::refused::Refused;

/// A batch, as bytes: those of each element that is not refused, one after another.
#[derive(Debug)]
pub(in crate::sinks) struct Encoded {
    pub(in crate::sinks) bytes: Vec<u8>,
    /// Of each element that is there, its position in the batch, and where its bytes end.
    pub(in crate::sinks) ends: Vec<(usize, usize)>,
    refused: Refused,
    batch: usize,
}

impl Encoded {
    /// What `encode` makes of the elements: it appends an element's bytes, and says how many tags have given way to another, or
    /// why the element is refused.
    pub(in crate::sinks) fn new<E: Display>(
        batch: &[MElement],
        counts: &WireCounts,
        encode: impl Fn(&MElement, &mut Vec<u8>) -> Result<usize, E>,
    ) -> Self {
        let (bytes, ends) = (Vec::new(), Vec::with_capacity(batch.len()));
        let mut encoded = Self { bytes, ends, refused: Refused::default(), batch: batch.len() };
        for (position, element) in batch.iter().enumerate() {
            let begin = encoded.bytes.len();
            match encode(element, &mut encoded.bytes) {
                Ok(merged) => {
                    counts.merge(merged, &element.name);
                    encoded.ends.push((position, encoded.bytes.len()));
                }
                Err(reason) => {
                    encoded.bytes.truncate(begin);
                    encoded.refused.add(position, &element.name, reason);
                }
            }
        }
        encoded
    }

    /// Refuses the element at this place among those that are there, after all.
    pub(super) fn refuse(&mut self, place: usize, name: &str, reason: impl Display) {
        self.refused.add(self.ends[place].0, name, reason);
    }

    /// What the write comes to: `Ok` or the place, among the elements that are there, from which on nothing was sent, and why.
    pub(in crate::sinks) fn into_result<E>(self, sent: Result<(), (usize, E)>) -> Result<(), WriteError>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        match sent {
            Ok(()) => self.refused.into_result(self.batch),
            Err((place, cause)) => {
                let unsent = self.ends[place..].iter().map(|(position, _)| *position);
                Err(self.refused.with_unsent(unsent, cause.into()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;

    fn encoded() -> Encoded {
        let element = |value| MElement::new("n", value, tags! {}, Timestamp::EPOCH);
        let batch = [1.0, -1.0, 2.0, 3.0].map(element);
        Encoded::new(&batch, &WireCounts::default(), |element, bytes| {
            bytes.extend_from_slice(element.value.to_string().as_bytes());
            if element.value > 0.0 { Ok(0) } else { Err("it is negative") }
        })
    }

    #[test]
    fn what_is_refused_or_unsent_is_named() {
        let one = encoded();
        assert_eq!((&*one.bytes, &*one.ends), (&b"123"[..], &[(0, 1), (2, 2), (3, 3)][..]));
        let refused = one.into_result::<&str>(Ok(())).unwrap_err();
        assert_eq!((refused.is_retryable(), refused.positions()), (false, Some(&[1][..])));
        assert_eq!(refused.source().unwrap().to_string(), "1 of 4 elements; element 1, \"n\": it is negative");
        let unsent = encoded().into_result(Err((1, "away"))).unwrap_err();
        assert_eq!((unsent.is_retryable(), unsent.positions()), (true, Some(&[1, 2, 3][..])));
    }
}
