//! [`History`]: what was sent last.

use std::collections::VecDeque;

/// What was sent last, within a bound: the system says that it has taken it, but not that the peer has.
#[derive(Debug)]
pub(super) struct History {
    most: usize,
    held: usize,
    writes: VecDeque<Vec<u8>>,
    /// Whether the connection over which it was sent has broken, so that it may not have come.
    pub(super) is_owed: bool,
}

impl History {
    /// Of up to so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: 0, writes: VecDeque::new(), is_owed: false }
    }

    /// Adds a write of whole parts. The oldest ones go to make room; of none a part alone is held.
    pub(super) fn add(&mut self, write: &[u8]) {
        if write.len() > self.most {
            (self.held, self.is_owed) = (0, false);
            self.writes.clear();
            return;
        }
        self.held += write.len();
        self.writes.push_back(write.to_vec());
        while self.held > self.most {
            self.held -= self.writes.pop_front().map_or(self.held, |oldest| oldest.len());
        }
    }

    /// All of it, the oldest first.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.writes.iter().flatten().copied().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_writes_are_held_whole() {
        let mut history = History::new(6);
        for (write, held) in
            [("ab", "ab"), ("cd", "abcd"), ("efg", "cdefg"), ("hijk", "hijk"), ("", "hijk"), ("lmnopqr", "")]
        {
            history.add(write.as_bytes());
            assert_eq!(history.bytes(), held.as_bytes());
            assert_eq!(history.is_empty(), held.is_empty());
        }
        let mut none = History::new(0);
        none.add(b"a");
        assert!(none.is_empty());
    }
}
