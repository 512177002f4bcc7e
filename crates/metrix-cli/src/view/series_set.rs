//! [`SeriesSet`]: all series that can be shown.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use metrix::{MElement, Tags, Timestamp};

use super::series::Series;

/// The series of which elements came, up to a number. Beyond it those go that have had none for the longest time.
///
/// Memory: that number of [`Series`].
#[derive(Clone, Debug)]
pub(super) struct SeriesSet {
    most: NonZeroUsize,
    series: HashMap<(Arc<str>, Tags), Series>,
    /// The number of elements that came.
    turn: u64,
    newest: Timestamp,
    let_go: u64,
}

impl SeriesSet {
    pub(super) fn new(most: NonZeroUsize) -> Self {
        Self { most, series: HashMap::new(), turn: 0, newest: Timestamp::MIN, let_go: 0 }
    }

    pub(super) fn push(&mut self, element: &MElement) {
        let key = (Arc::clone(&element.name), element.tags.clone());
        if self.series.len() >= self.most.get() && !self.series.contains_key(&key) {
            self.make_room();
        }
        self.turn += 1;
        let series = self.series.entry(key).or_insert_with(|| Series::of(element));
        series.push(element);
        series.turn = self.turn;
        self.newest = self.newest.max(series.at());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Series> {
        self.series.values()
    }

    pub(super) fn len(&self) -> usize {
        self.series.len()
    }

    /// Differs whenever something has come.
    pub(super) fn turn(&self) -> u64 {
        self.turn
    }

    /// The latest time of an element.
    pub(super) fn newest(&self) -> Timestamp {
        self.newest
    }

    /// How many series went for want of room.
    pub(super) fn let_go(&self) -> u64 {
        self.let_go
    }

    /// Lets some go at a time, as finding the oldest is work for all of them: the sixteenth part, or one.
    fn make_room(&mut self) {
        let mut turns: Vec<u64> = self.series.values().map(|series| series.turn).collect();
        let last = (self.most.get() / 16).max(1) - 1;
        let (_, &mut bound, _) = turns.select_nth_unstable(last);
        let before = self.series.len();
        self.series.retain(|_, series| series.turn > bound);
        self.let_go += (before - self.series.len()) as u64;
    }
}

#[cfg(test)]
mod tests {
    use metrix::{size, tags};

    use super::*;

    fn element(name: &str, id: u32) -> MElement {
        MElement::new(name, f64::from(id), tags! { "id" => id }, Timestamp::from_secs(i64::from(id)))
    }

    #[test]
    fn a_name_with_other_tags_is_another_series() {
        let mut set = SeriesSet::new(size(100));
        [element("a", 1), element("a", 2), element("b", 1), element("a", 1)].iter().for_each(|e| set.push(e));
        assert_eq!((set.len(), set.turn(), set.newest()), (3, 4, Timestamp::from_secs(2)));
        let mut lengths: Vec<usize> = set.iter().map(|series| series.values(100).count()).collect();
        lengths.sort_unstable();
        assert_eq!(lengths, [1, 1, 2]);
    }

    #[test]
    fn the_least_recently_updated_go_first() {
        let mut set = SeriesSet::new(size(3));
        for id in [1, 2, 3, 1, 4] {
            set.push(&element("n", id));
        }
        let mut tags: Vec<&str> = set.iter().map(|series| &*series.tags).collect();
        tags.sort_unstable();
        assert_eq!((tags, set.let_go()), (vec!["id=1", "id=3", "id=4"], 1));
    }

    #[test]
    fn a_flood_of_tags_stays_below_the_bound() {
        let mut set = SeriesSet::new(size(1000));
        let kept = element("kept", 0);
        for id in 0..50_000 {
            set.push(&element("flood", id));
            set.push(&kept);
            assert!(set.len() <= 1000);
        }
        assert!(set.len() > 900 && set.let_go() > 49_000);
        let kept = set.iter().find(|series| &*series.name == "kept").unwrap();
        assert_eq!(kept.values(100).count(), 60, "it had an element all the time");
    }

    #[test]
    fn there_may_be_room_for_one() {
        let mut set = SeriesSet::new(size(1));
        (0..5).for_each(|id| set.push(&element("n", id)));
        assert_eq!((set.len(), set.let_go()), (1, 4));
    }
}
