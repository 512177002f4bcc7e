//! [`Held`]: the messages that were handed out and are not settled.

use std::collections::BTreeMap;

use async_nats::Subject;

/// The messages that were handed out and are not settled, by their sequences, and where their acknowledgements go. One that was
/// read from the stream has no such place, until it is delivered again.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<u64, Option<Subject>>);

/// What a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    New,
    Held,
    Settled,
}

/// So many ranges are told at most.
const MOST_RANGES: usize = 1000;

impl Held {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn add(&mut self, sequence: u64, reply: Option<Subject>) {
        self.0.insert(sequence, reply);
    }

    /// What a delivery is, if all before `next` were handed out. The acknowledgement of one that is held goes to the new place.
    pub(super) fn know(&mut self, sequence: u64, reply: &Subject, next: u64) -> Known {
        match self.0.get_mut(&sequence) {
            Some(held) => {
                *held = Some(reply.clone());
                Known::Held
            }
            None if sequence < next => Known::Settled,
            None => Known::New,
        }
    }

    /// Lets go of one; `None` if it isn't held.
    pub(super) fn remove(&mut self, sequence: u64) -> Option<Option<Subject>> {
        self.0.remove(&sequence)
    }

    pub(super) fn replies(&self) -> impl Iterator<Item = &Subject> {
        self.0.values().flatten()
    }

    /// From which to which sequence messages are held, in order. Where there are very many, the last goes to the one before `next`.
    pub(super) fn ranges(&self, next: u64) -> Vec<(u64, u64)> {
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for &sequence in self.0.keys() {
            let is_full = ranges.len() == MOST_RANGES;
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == sequence => *last = sequence,
                Some((_, last)) if is_full => {
                    *last = next.saturating_sub(1).max(sequence);
                    break;
                }
                _ => ranges.push((sequence, sequence)),
            }
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(sequences: impl IntoIterator<Item = u64>) -> Held {
        Held(sequences.into_iter().map(|sequence| (sequence, None)).collect())
    }

    #[test]
    fn what_comes_again_is_known() {
        let mut held = held([3, 5]);
        let (first, second) = (Subject::from("first"), Subject::from("second"));
        let known = [3, 4, 5, 6].map(|sequence| held.know(sequence, &first, 6));
        assert_eq!(known, [Known::Held, Known::Settled, Known::Held, Known::New]);
        assert_eq!(held.know(3, &second, 6), Known::Held);
        assert_eq!(held.remove(3), Some(Some(second)));
        assert_eq!((held.remove(3), held.know(3, &first, 6)), (None, Known::Settled));
    }

    #[test]
    fn ranges_are_few() {
        assert_eq!(held([]).ranges(9), []);
        assert_eq!(held([1, 2, 3, 7, 9, 10]).ranges(20), [(1, 3), (7, 7), (9, 10)]);
        let ranges = held((0..5000).map(|number| number * 2)).ranges(20_000);
        assert_eq!((ranges.len(), ranges[998], ranges[999]), (1000, (1996, 1996), (1998, 19_999)));
    }
}
