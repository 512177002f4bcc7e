//! [`History`]: what was sent last.

use std::collections::VecDeque;

use super::framing::Framing;

/// What was sent last, within a bound: the system says that it has taken it, but not that the peer has.
#[derive(Debug)]
pub(super) struct History {
    most: usize,
    held: usize,
    /// Of each write, no longer than the bound, how many bytes at its front have gone.
    writes: VecDeque<(Vec<u8>, usize)>,
    /// Whether the connection over which it was sent has broken, so that it may not have come.
    pub(super) is_owed: bool,
}

impl History {
    /// Of up to so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: 0, writes: VecDeque::new(), is_owed: false }
    }

    /// Adds a write of whole parts. The oldest parts go to make room; of none a piece alone is held.
    pub(super) fn add(&mut self, write: &[u8], framing: Framing) {
        let (_, begin) = framing.part(write, write.len().saturating_sub(self.most));
        if begin > 0 {
            self.writes.clear();
            self.held = 0;
        }
        if begin < write.len() {
            self.held += write.len() - begin;
            self.writes.push_back((write[begin..].to_vec(), 0));
        }
        while let Some(excess) = self.held.checked_sub(self.most).filter(|excess| *excess > 0) {
            let Some((oldest, gone)) = self.writes.front_mut() else { break };
            let left = &oldest[*gone..];
            let (_, end) = framing.part(left, excess.min(left.len()));
            self.held -= end;
            *gone += end;
            if *gone == oldest.len() {
                self.writes.pop_front();
            }
        }
    }

    /// All of it, the oldest first.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.writes.iter().flat_map(|(write, gone)| &write[*gone..]).copied().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_parts_are_held_whole() {
        let mut history = History::new(6);
        for (write, held) in [
            ("a\n", "a\n"),
            ("bc\nd\n", "bc\nd\n"),
            ("e\n", "d\ne\n"),
            ("f\n", "d\ne\nf\n"),
            ("", "d\ne\nf\n"),
            ("gh\nij\nkl\nmn\n", "kl\nmn\n"),
            ("opqrst\n", ""),
            ("u\n", "u\n"),
        ] {
            history.add(write.as_bytes(), Framing::Lines);
            assert_eq!(history.bytes(), held.as_bytes());
            assert_eq!(history.is_empty(), held.is_empty());
        }
        let mut none = History::new(0);
        none.add(b"a\n", Framing::Lines);
        assert!(none.is_empty());
    }

    #[cfg(feature = "graphite")]
    #[test]
    fn a_part_that_has_a_length_is_held_whole() {
        let mut history = History::new(11);
        history.add(b"\0\0\0\x01a\0\0\0\x02bc\0\0\0\x01d", Framing::Lengths);
        assert_eq!(history.bytes(), b"\0\0\0\x02bc\0\0\0\x01d");
        history.add(b"\0\0\0\0", Framing::Lengths);
        assert_eq!(history.bytes(), b"\0\0\0\x01d\0\0\0\0");
    }
}
