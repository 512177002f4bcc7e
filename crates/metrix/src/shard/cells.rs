//! [`Cells`]: the states of the series that a thread has sent to in a window.

use metrix_core::Timestamp;

use crate::Tags;

/// What has come of a series in a window.
#[derive(Debug)]
pub(crate) struct Cell<S> {
    pub(crate) state: S,
    pub(crate) tags: Tags,
    /// How many series of the stream had come before, on any thread.
    pub(crate) rank: u64,
}

/// The cells of a thread's series, in the order in which these came. Who ends the window takes them all at once.
#[derive(Debug)]
pub(crate) struct Cells<S> {
    /// The key of the first place. That of no place in one window is that of any in another, so that one that was found in the first
    /// isn't used in the other.
    first_key: u64,
    cells: Vec<Cell<S>>,
    /// The time of the last value that had one, and how many its thread might still take after it without asking. So nobody has to forget
    /// it for a value without a time.
    at: Option<(Timestamp, u64)>,
}

/// Where a series was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The key of its place.
    pub(crate) key: u64,
    /// The first of its window.
    pub(crate) first_key: u64,
}

impl<S> Cells<S> {
    pub(crate) fn new() -> Self {
        // 0 is the key of nobody.
        Self { first_key: 1, cells: Vec::new(), at: None }
    }

    /// Keeps the time of a value, if it has one, after which the thread may take so many.
    #[inline]
    pub(crate) fn set_at(&mut self, at: Option<Timestamp>, left: u64) {
        if let Some(at) = at {
            self.at = Some((at, left));
        }
    }

    /// The time of the value after which the thread might take so many, if it had one.
    pub(crate) fn at(&self, left: u64) -> Option<Timestamp> {
        self.at.and_then(|(at, then)| (then == left).then_some(at))
    }

    /// Forgets what time the last value had, before the thread may take others.
    pub(crate) fn forget_at(&mut self) {
        self.at = None;
    }

    /// The state at the place of a key, if it is one of this window.
    #[inline]
    pub(crate) fn found(&mut self, key: u64) -> Option<&mut S> {
        // One of an earlier window becomes a place that no list has.
        let place = usize::try_from(key.wrapping_sub(self.first_key)).ok()?;
        Some(&mut self.cells.get_mut(place)?.state)
    }

    /// Keeps a cell for a series that has not come to this thread in this window.
    pub(crate) fn come(&mut self, cell: Cell<S>) -> (Found, &mut S) {
        let place = self.cells.len();
        if place == self.cells.capacity() {
            // By an eighth and not by as much again: there may be as many series as memory has room for.
            self.cells.reserve_exact(place / 8 + 4);
        }
        self.cells.push(cell);
        let found = Found { key: self.first_key + place as u64, first_key: self.first_key };
        (found, &mut self.cells[place].state)
    }

    /// Whether no series has come in this window.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// All that has come.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Cell<S>> {
        self.cells.iter()
    }

    /// Gives all that has come, by the ranks, and begins the next window in `room`, which is empty.
    pub(crate) fn drain(&mut self, mut room: Vec<Cell<S>>) -> Vec<Cell<S>> {
        // As many will come again, as a rule. Memory that nobody has written to is not there yet, so this takes no time.
        room.reserve_exact(self.cells.len());
        self.begin(room)
    }

    /// Gives all that has come, by the ranks, when no more will.
    pub(crate) fn drain_for_good(&mut self) -> Vec<Cell<S>> {
        self.begin(Vec::new())
    }

    fn begin(&mut self, room: Vec<Cell<S>>) -> Vec<Cell<S>> {
        self.first_key += self.cells.len() as u64;
        self.at = None;
        std::mem::replace(&mut self.cells, room)
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;
    use crate::tags;

    fn come(cells: &mut Cells<i32>, series: &str) -> u64 {
        let (found, state) = cells.come(Cell { state: 0, tags: tags! { "series" => series }, rank: 7 });
        *state += 5;
        found.key
    }

    #[test]
    fn a_key_is_that_of_one_series_in_one_window() {
        let mut cells = Cells::new();
        let keys = ["a", "b"].map(|series| come(&mut cells, series));
        assert_eq!(keys.map(|key| cells.found(key).copied()), [Some(5); 2]);
        assert_eq!([0, keys[0] - 1, keys[1] + 1].map(|key| cells.found(key).copied()), [None; 3]);

        let drained = cells.drain(Vec::new());
        let drained: Vec<_> = drained.iter().map(|cell| (cell.tags.to_string(), cell.rank, cell.state)).collect();
        assert_eq!(drained, [("series=a".to_owned(), 7, 5), ("series=b".to_owned(), 7, 5)]);
        assert_eq!(keys.map(|key| cells.found(key).copied()), [None; 2]);
        let key = come(&mut cells, "b");
        assert_eq!((cells.found(key).copied(), keys.map(|key| cells.found(key).copied())), (Some(5), [None; 2]));
    }

    #[test]
    fn a_time_is_that_of_the_last_value_or_none() {
        let mut cells = Cells::new();
        come(&mut cells, "a");
        let [one, two] = [1, 2].map(Timestamp::from_secs);
        cells.set_at(Some(one), 9);
        assert_eq!(cells.at(9), Some(one));
        cells.set_at(Some(two), 8);
        assert_eq!(cells.at(8), Some(two));
        cells.set_at(None, 7);
        assert_eq!(cells.at(7), None, "the last value had no time");
        cells.set_at(Some(one), 6);
        cells.forget_at();
        assert_eq!(cells.at(6), None, "nobody knows of what number it is any more");
        cells.set_at(Some(one), 5);
        cells.drain(Vec::new());
        assert_eq!(cells.at(5), None, "it was one of the window before");
    }
}
