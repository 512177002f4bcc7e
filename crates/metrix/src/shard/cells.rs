//! [`Cells`]: the states of the series that a thread sends to.

use metrix_core::Timestamp;

/// States by their places, each of which belongs to a series of the thread for as long as the series comes in every window.
#[derive(Debug)]
pub(crate) struct Cells<S> {
    /// The key of the first place. That of no place in one window is that of any in another, so that one that was found in the first
    /// isn't used in the other.
    first_key: u64,
    cells: Vec<Cell<S>>,
    /// Places whose series did not come in the window that was drained last.
    idle: Vec<u32>,
    /// The time of the last value that had one, and how many values its thread had taken without asking until then. So nobody has to
    /// forget it for a value without a time.
    at: Option<(Timestamp, u64)>,
}

#[derive(Debug)]
struct Cell<S> {
    /// The place of the series in the window, or [`NOT_COME`].
    rank: u32,
    state: S,
}

/// The rank of a series that has not come in this window.
const NOT_COME: u32 = u32::MAX;
/// That of a place which is nobody's.
const NOBODY: u32 = u32::MAX - 1;

impl<S> Cells<S> {
    pub(crate) fn new() -> Self {
        // 0 is the key of nobody.
        Self { first_key: 1, cells: Vec::new(), idle: Vec::new(), at: None }
    }

    /// The state at a place, if its series has come in this window, for a value of this time, if it has one, which makes the thread's
    /// values so many.
    #[inline]
    pub(crate) fn get_at(&mut self, place: u32, at: Option<Timestamp>, taken: u64) -> Option<&mut S> {
        if let Some(at) = at {
            self.at = Some((at, taken));
        }
        self.get(place)
    }

    /// The time of the value that made the thread's values so many, if it had one and nobody has asked for it since.
    pub(crate) fn take_at(&mut self, taken: u64) -> Option<Timestamp> {
        self.at.take().and_then(|(at, then)| (then == taken).then_some(at))
    }

    /// The state at a place, if its series has come in this window.
    #[inline]
    fn get(&mut self, place: u32) -> Option<&mut S> {
        let cell = self.cells.get_mut(place as usize)?;
        (cell.rank < NOBODY).then_some(&mut cell.state)
    }

    /// The key of a place for the rest of this window, if its series has come in it.
    pub(crate) fn key(&self, place: u32) -> Option<u64> {
        let has_come = self.cells.get(place as usize).is_some_and(|cell| cell.rank < NOBODY);
        has_come.then_some(self.first_key + u64::from(place))
    }

    /// The state at the place of a key of this window.
    #[inline]
    pub(crate) fn found(&mut self, key: u64) -> Option<&mut S> {
        // One of an earlier window becomes a place that no list has.
        let place = usize::try_from(key.wrapping_sub(self.first_key)).ok()?;
        Some(&mut self.cells.get_mut(place)?.state)
    }

    /// The state at a place, whose series has this rank in the window. `init` makes empty states.
    pub(crate) fn come(&mut self, place: u32, rank: u32, mut init: impl FnMut() -> S) -> &mut S {
        let place = place as usize;
        if self.cells.len() <= place {
            if self.cells.capacity() <= place {
                // By an eighth and not by as much again: there may be as many series as memory has room for.
                self.cells.reserve_exact(place + 1 - self.cells.len() + place / 8);
            }
            self.cells.resize_with(place + 1, || Cell { rank: NOBODY, state: init() });
        }
        let cell = &mut self.cells[place];
        if cell.rank == NOBODY {
            cell.state = init();
        }
        cell.rank = rank;
        &mut cell.state
    }

    /// Gives the states of the series that have come, by their ranks, and begins the next window.
    pub(crate) fn drain(&mut self, mut give: impl FnMut(u32, &mut S)) {
        self.first_key += self.cells.len() as u64;
        self.at = None;
        self.idle.clear();
        for (place, cell) in self.cells.iter_mut().enumerate() {
            match cell.rank {
                NOBODY => {}
                NOT_COME => self.idle.push(place as u32),
                rank => {
                    cell.rank = NOT_COME;
                    give(rank, &mut cell.state);
                }
            }
        }
    }

    /// Makes the places of series that did not come in the last window, and have not come since, those of nobody, and gives
    /// them. `empty` makes states that take no memory of their own.
    pub(crate) fn take_idle(&mut self, empty: impl Fn() -> S) -> impl ExactSizeIterator<Item = u32> {
        let mut idle = std::mem::take(&mut self.idle);
        idle.retain(|&place| {
            let cell = &mut self.cells[place as usize];
            let is_idle = cell.rank == NOT_COME;
            if is_idle {
                *cell = Cell { rank: NOBODY, state: empty() };
            }
            is_idle
        });
        if !idle.is_empty() {
            let used = self.cells.iter().rposition(|cell| cell.rank != NOBODY).map_or(0, |last| last + 1);
            self.cells.truncate(used);
            self.cells.shrink_to(2 * used);
        }
        idle.into_iter()
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_that_of_the_last_value_or_none() {
        let mut cells = Cells::new();
        cells.come(0, 0, || 0);
        let [one, two] = [1, 2].map(Timestamp::from_secs);
        cells.get_at(0, Some(one), 1);
        assert_eq!((cells.take_at(1), cells.take_at(1)), (Some(one), None), "it is asked for once");
        cells.get_at(0, Some(one), 2);
        cells.get_at(0, Some(two), 3);
        assert_eq!(cells.take_at(3), Some(two));
        cells.get_at(0, Some(one), 4);
        cells.get_at(0, None, 5);
        assert_eq!(cells.take_at(5), None, "the last value had no time");
        cells.get_at(0, Some(one), 6);
        cells.found(cells.key(0).expect("it has come"));
        assert_eq!(cells.take_at(7), None, "nor has one of a bound sender");
        cells.get_at(0, Some(one), 8);
        cells.drain(|_, _| {});
        assert_eq!(cells.take_at(8), None, "it was one of the window before");
    }

    #[test]
    fn a_series_that_does_not_come_is_idle_and_its_place_is_no_good() {
        let mut cells = Cells::new();
        *cells.come(1, 0, || 0) += 5;
        assert_eq!([0, 1, 2].map(|place| cells.get(place).copied()), [None, Some(5), None]);
        let key = cells.key(1).expect("it has come");
        assert_eq!((cells.found(key).copied(), cells.key(0), cells.key(2)), (Some(5), None, None));

        let mut given = Vec::new();
        cells.drain(|rank, state| given.push((rank, std::mem::take(state))));
        assert_eq!(given, [(0, 5)]);
        assert_eq!([cells.get(1).copied(), cells.found(key).copied(), cells.found(0).copied()], [None; 3]);
        assert_eq!(cells.take_idle(|| 0).next(), None, "it has come in the window before");

        cells.come(0, 7, || 0);
        cells.drain(|_, _| {});
        assert_eq!(cells.take_idle(|| 0).collect::<Vec<_>>(), [1]);
        cells.drain(|_, _| panic!("nothing has come"));
        cells.come(0, 3, || 0);
        assert_eq!(cells.take_idle(|| 0).next(), None, "what has come again is not idle");
    }
}
