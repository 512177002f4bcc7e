//! [`Index`]: the series that a thread knows, by their tags.

use std::mem;

use hashbrown::HashTable;

use super::Found;
use crate::Tags;

/// The series of a thread, and where each came last.
#[derive(Debug, Default)]
pub(crate) struct Index {
    table: HashTable<u32>,
    /// By the numbers that the series have here.
    series: Vec<Known>,
    /// Numbers without a series.
    free: Vec<u32>,
    /// The first key of the window in which one has come last, and how many have in it.
    first_key: u64,
    came: usize,
}

#[derive(Debug)]
struct Known {
    tags: Tags,
    key: u64,
}

impl Index {
    /// The number of the series with this hash, if `is` holds for it. Of two series with the same 64 bits, which hardly ever
    /// are, it finds one: so there is no loop around the comparison, and the other is as one that is not known.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, is: impl FnOnce(&Tags) -> bool) -> Option<u32> {
        let number = *self.table.find(hash, |&number| self.tags(number).sum() == hash)?;
        is(self.tags(number)).then_some(number)
    }

    /// Whether the series of this number, if there is one, has this very set of tags, and not an equal one. Never where there are no tags.
    #[inline]
    pub(crate) fn is_the_same(&self, number: u32, tags: &Tags) -> bool {
        self.series.get(number as usize).is_some_and(|known| known.tags.is_the_same(tags))
    }

    /// The tags of a series.
    #[inline]
    pub(crate) fn tags(&self, number: u32) -> &Tags {
        &self.series[number as usize].tags
    }

    /// Where a series came last: the key of its place, which is 0 if it never came.
    #[inline]
    pub(crate) fn key(&self, number: u32) -> u64 {
        self.series[number as usize].key
    }

    /// The number of a series, and whether it is new.
    pub(crate) fn number(&mut self, tags: &Tags) -> (u32, bool) {
        if let Some(&number) = self.table.find(tags.sum(), |&number| self.tags(number) == tags) {
            return (number, false);
        }
        let known = Known { tags: tags.clone(), key: 0 };
        let number = match self.free.pop() {
            Some(number) => {
                self.series[number as usize] = known;
                number
            }
            None => {
                self.series.push(known);
                u32::try_from(self.series.len() - 1).expect("four billion series fill any memory")
            }
        };
        self.insert(number);
        (number, true)
    }

    /// The series has come. If it is the first to come in its window, those are forgotten that have not come in the window before.
    pub(crate) fn came(&mut self, number: u32, Found { key, first_key }: Found) {
        if first_key != self.first_key {
            self.begin(first_key, number);
        }
        let known = &mut self.series[number as usize];
        self.came += usize::from(known.key < first_key);
        known.key = key;
    }

    fn begin(&mut self, first_key: u64, first: u32) {
        let (known, before) = (self.table.len(), mem::replace(&mut self.first_key, first_key));
        if mem::take(&mut self.came) == known {
            return;
        }
        // The lowest last, so that it is used again first, and what is beyond can be given back.
        for number in (0..self.series.len() as u32).rev() {
            if number != first && self.series[number as usize].key < before {
                self.forget(number);
            }
        }
        if self.series.len() > 4 * self.table.len() {
            self.shrink();
        }
    }

    /// Forgets a series, if there is one of this number.
    pub(crate) fn forget(&mut self, number: u32) {
        let hash = self.tags(number).sum();
        if let Ok(entry) = self.table.find_entry(hash, |&other| other == number) {
            entry.remove();
            self.series[number as usize].tags = Tags::NONE;
            self.free.push(number);
        }
    }

    fn insert(&mut self, number: u32) {
        let series = &self.series;
        self.table
            .insert_unique(series[number as usize].tags.sum(), number, |&number| series[number as usize].tags.sum());
    }

    /// Gives back memory.
    fn shrink(&mut self) {
        let last = self.table.iter().copied().max();
        self.series.truncate(last.map_or(0, |last| last as usize + 1));
        self.free.retain(|&number| (number as usize) < self.series.len());
        self.series.shrink_to(2 * self.table.len());
        let series = &self.series;
        self.table.shrink_to_fit(|&number| series[number as usize].tags.sum());
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;
    use crate::tags;

    fn find(index: &Index, tags: &Tags) -> Option<u32> {
        index.find(tags.sum(), |known| known == tags)
    }

    #[test]
    fn series_are_found_forgotten_and_numbered_anew() {
        let [a, b, c] = ["a", "b", "c"].map(|x| tags! { "x" => x });
        let mut index = Index::default();
        assert_eq!(
            [&a, &b, &a, &Tags::NONE].map(|tags| index.number(tags)),
            [(0, true), (1, true), (0, false), (2, true)]
        );
        index.forget(0);
        index.forget(0);
        assert_eq!([&a, &b, &Tags::NONE].map(|tags| find(&index, tags)), [None, Some(1), Some(2)]);
        assert_eq!([&c, &a].map(|tags| index.number(tags)), [(0, true), (3, true)]);
        assert_eq!(index.tags(0), &c);
    }

    #[test]
    fn a_series_that_misses_a_window_is_forgotten() {
        let series: Vec<Tags> = (0..1000).map(|x| tags! { "x" => x }).collect();
        let mut index = Index::default();
        let mut next = 1;
        let mut come = |index: &mut Index, series: &[Tags]| {
            let first_key = next;
            for tags in series {
                let (number, _) = index.number(tags);
                index.came(number, Found { key: next, first_key });
                assert_eq!(index.key(number), next);
                next += 1;
            }
        };
        let known = |index: &Index| series.iter().filter(|tags| find(index, tags).is_some()).count();
        come(&mut index, &series);
        come(&mut index, &series[..600]);
        assert_eq!(known(&index), 1000, "all have come in the window before");
        come(&mut index, &series[590..600]);
        assert_eq!(known(&index), 600);
        come(&mut index, &series[999..]);
        assert_eq!((known(&index), find(&index, &series[999]).is_some()), (11, true));
        come(&mut index, &series[..1]);
        assert_eq!(known(&index), 2);
        come(&mut index, &series[..1]);
        assert_eq!(known(&index), 1);
        assert!(index.series.capacity() < 10 && index.table.capacity() < 10, "memory is given back");
    }
}
