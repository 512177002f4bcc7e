//! [`Resume`]: where a batch goes on whose write was cut off.

use crate::MElement;

/// Remembers which elements of a batch have gone out already, for the case that the future that writes it is dropped and
/// the batch comes again.
///
/// Memory: a clone of each element of one batch.
#[derive(Debug, Default)]
pub(super) struct Resume {
    gone: Vec<MElement>,
}

impl Resume {
    /// A batch comes. Returns how many of its first elements have gone out when it came the last time.
    pub(super) fn begin(&mut self, batch: &[MElement]) -> usize {
        let again = self.gone.len() <= batch.len() && self.gone.iter().zip(batch).all(|(gone, new)| same(gone, new));
        if !again {
            self.gone.clear();
        }
        self.gone.len()
    }

    /// The next element of the batch has gone out.
    pub(super) fn went(&mut self, element: &MElement) {
        self.gone.push(element.clone());
    }

    /// The batch has been answered for, so the next one is another one, even if it is equal.
    pub(super) fn end(&mut self) {
        self.gone.clear();
    }
}

/// Equal, where a value that is no number equals itself.
fn same(one: &MElement, other: &MElement) -> bool {
    let values = one.value.to_bits() == other.value.to_bits();
    values && (&one.name, &one.tags, one.at, one.start) == (&other.name, &other.tags, other.at, other.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, tags};

    #[test]
    fn only_the_same_batch_is_resumed() {
        let element = |name: &str, value| MElement::new(name, value, tags! {}, Timestamp::EPOCH);
        let batch = [element("a", f64::NAN), element("b", 0.0), element("c", 3.0)];
        let cut = |batch: &[MElement]| {
            let mut resume = Resume::default();
            assert_eq!(resume.begin(batch), 0);
            batch[..2].iter().for_each(|element| resume.went(element));
            resume
        };
        assert_eq!(cut(&batch).begin(&batch), 2);
        assert_eq!(cut(&batch).begin(&batch[..2]), 2);
        assert_eq!(cut(&batch).begin(&batch[..1]), 0);
        assert_eq!(cut(&batch).begin(&[element("a", f64::NAN), element("b", -0.0)]), 0);
        let mut over = cut(&batch);
        over.end();
        assert_eq!(over.begin(&batch), 0);
    }
}
