//! [`Table`]: cells that are found by their tags.

use hashbrown::HashTable;

use super::Cell;
use crate::Tags;

/// A cell a series, in the order in which they came here.
#[derive(Debug)]
pub(crate) struct Table<S> {
    table: HashTable<u32>,
    cells: Vec<Cell<S>>,
}

impl<S> Default for Table<S> {
    fn default() -> Self {
        Self { table: HashTable::new(), cells: Vec::new() }
    }
}

impl<S> Table<S> {
    /// With room for so many.
    pub(crate) fn with_room(cells: usize) -> Self {
        Self { table: HashTable::with_capacity(cells), cells: Vec::with_capacity(cells) }
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// The series that are here.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &Tags> {
        self.cells.iter().map(|cell| &cell.tags)
    }

    pub(crate) fn find(&mut self, tags: &Tags) -> Option<&mut Cell<S>> {
        let cells = &self.cells;
        let place = *self.table.find(tags.sum(), |&place| cells[place as usize].tags == *tags)?;
        Some(&mut self.cells[place as usize])
    }

    /// Keeps a cell, or `add`s its state to that of its series, which has the rank of the first of the two.
    pub(crate) fn put(&mut self, cell: Cell<S>, add: impl FnOnce(&mut S, S)) {
        match self.find(&cell.tags) {
            Some(there) => {
                there.rank = there.rank.min(cell.rank);
                add(&mut there.state, cell.state);
            }
            None => self.insert(cell),
        }
    }

    /// Keeps the cell of a series that is not here.
    pub(crate) fn insert(&mut self, cell: Cell<S>) {
        let place = u32::try_from(self.cells.len()).expect("four billion series fill any memory");
        let hash = cell.tags.sum();
        self.cells.push(cell);
        let cells = &self.cells;
        self.table.insert_unique(hash, place, |&place| cells[place as usize].tags.sum());
    }

    /// The cells, by their ranks.
    pub(crate) fn into_cells(mut self) -> Vec<Cell<S>> {
        self.cells.sort_by_key(|cell| cell.rank);
        self.cells
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;
    use crate::tags;

    #[test]
    fn a_series_has_one_cell_and_its_first_rank() {
        let mut table = Table::with_room(2);
        for (x, rank, state) in [("a", 5, 1), ("b", 3, 10), ("a", 2, 100), ("b", 9, 1000)] {
            table.put(Cell { state, tags: tags! { "x" => x }, rank }, |into, part| *into += part);
        }
        assert_eq!((table.len(), table.find(&tags! { "x" => "a" }).map(|cell| cell.state)), (2, Some(101)));
        let cells: Vec<_> = table.into_cells().into_iter().map(|cell| (cell.rank, cell.state)).collect();
        assert_eq!(cells, [(2, 101), (3, 1010)]);
    }
}
