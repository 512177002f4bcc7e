//! [`Index`]: the places of a thread's series, by their tags.

use hashbrown::HashTable;

use crate::Tags;

/// Where the states of series are.
#[derive(Debug, Default)]
pub(crate) struct Index {
    table: HashTable<u32>,
    /// By the places.
    tags: Vec<Tags>,
    /// Places without a series.
    free: Vec<u32>,
}

impl Index {
    /// The place of the series with this hash, if `is` holds for it. Of two series with the same 64 bits, which hardly ever
    /// are, it finds one: so there is no loop around the comparison, and the other is as one that is not known.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, is: impl FnOnce(&Tags) -> bool) -> Option<u32> {
        let place = *self.table.find(hash, |&place| self.tags(place).sum() == hash)?;
        is(self.tags(place)).then_some(place)
    }

    /// The tags of the series at a place.
    #[inline]
    pub(crate) fn tags(&self, place: u32) -> &Tags {
        &self.tags[place as usize]
    }

    /// The place of a series, and whether it is new.
    pub(crate) fn place(&mut self, tags: &Tags) -> (u32, bool) {
        if let Some(&place) = self.table.find(tags.sum(), |&place| self.tags(place) == tags) {
            return (place, false);
        }
        let place = match self.free.pop() {
            Some(place) => {
                self.tags[place as usize] = tags.clone();
                place
            }
            None => {
                self.tags.push(tags.clone());
                u32::try_from(self.tags.len() - 1).expect("four billion series fill any memory")
            }
        };
        let tags = &self.tags;
        self.table.insert_unique(tags[place as usize].sum(), place, |&place| tags[place as usize].sum());
        (place, true)
    }

    /// Forgets the series at a place, if one is there.
    pub(crate) fn forget(&mut self, place: u32) {
        let hash = self.tags[place as usize].sum();
        if let Ok(entry) = self.table.find_entry(hash, |&other| other == place) {
            entry.remove();
            self.tags[place as usize] = Tags::NONE;
            self.free.push(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags;

    #[test]
    fn places_are_found_forgotten_and_used_again() {
        let [a, b, c] = ["a", "b", "c"].map(|x| tags! { "x" => x });
        let mut index = Index::default();
        assert_eq!(
            [&a, &b, &a, &Tags::NONE].map(|tags| index.place(tags)),
            [(0, true), (1, true), (0, false), (2, true)]
        );
        index.forget(0);
        index.forget(0);
        let find = |index: &Index, tags: &Tags| index.find(tags.sum(), |known| known == tags);
        assert_eq!([&a, &b, &Tags::NONE].map(|tags| find(&index, tags)), [None, Some(1), Some(2)]);
        assert_eq!([&c, &a].map(|tags| index.place(tags)), [(0, true), (3, true)]);
        assert_eq!(index.tags(0), &c);
    }
}
