//! [`Columns`]: what the aggregates of many groups come to, aggregate by aggregate.

use std::mem;

use super::aggs::Aggs;
use super::aggs_state::AggsState;
use super::entry::Made;
use super::slot::Slot;
use crate::Tags;
use crate::shard::Cell;

/// The results of a window or batch: a column for each aggregate, in their order.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) columns: Vec<Column>,
    /// How many results there are.
    pub(crate) len: usize,
}

/// What one aggregate comes to.
#[derive(Debug)]
pub(crate) enum Column {
    /// By the places of the groups; NaN where there is none.
    Single(Vec<f64>),
    /// The place of the group, the tags that the result has beside those of the group, and the result: any number of them for a
    /// group, in the order of the groups.
    Several(Vec<(u32, Tags, f64)>),
}

/// As many states are in a processor's nearest cache, where all aggregates read them before the next are looked at.
const BLOCK: usize = 256;

impl Aggs {
    /// What these groups come to. As [`finish`](metrix_core::Fold::finish) of each, but it allocates for each aggregate and not
    /// for each group.
    pub(crate) fn finish_all(&self, groups: &mut [Cell<AggsState>]) -> Columns {
        let column = |made: &Made| match made {
            Made::Shared(_) => Column::Single(Vec::with_capacity(groups.len())),
            Made::Apart { .. } => Column::Several(Vec::new()),
        };
        let mut columns: Vec<Column> = self.entries.iter().map(|entry| column(&entry.made)).collect();
        let mut len = 0;
        for block in groups.chunks(BLOCK) {
            for (entry, column) in self.entries.iter().zip(&mut columns) {
                let (Made::Shared(stat), Column::Single(column)) = (&entry.made, column) else { continue };
                let value = |state| stat.of(state).and_then(|value| self.keep(entry, value));
                column.extend(block.iter().map(|group| {
                    let value = value(&group.state);
                    len += usize::from(value.is_some());
                    value.unwrap_or(f64::NAN)
                }));
            }
        }
        let mut nth = 0;
        for (entry, column) in self.entries.iter().zip(&mut columns) {
            let Column::Several(column) = column else { continue };
            for (place, group) in groups.iter_mut().enumerate() {
                let slot = group.state.more.as_mut().and_then(|more| more.slots.get_mut(nth));
                let Some(slot) = slot.map(|slot| mem::replace(slot, Slot::Void)) else { continue };
                self.finish_slot(entry, slot, column, |tags, value| (place as u32, tags, value));
            }
            len += column.len();
            nth += 1;
        }
        Columns { columns, len }
    }
}

#[cfg(test)]
mod tests {
    use metrix_core::Fold;

    use super::*;
    use crate::agg::{Agg, Aggregate};

    /// What the columns hold of each group, as the aggregates of one group come.
    fn rows(Columns { columns, len }: &Columns, groups: usize) -> Vec<Vec<(usize, Tags, f64)>> {
        let mut rows = vec![Vec::new(); groups];
        for (agg, column) in columns.iter().enumerate() {
            match column {
                Column::Single(values) => {
                    let values = values.iter().enumerate().filter(|(_, value)| !value.is_nan());
                    values.for_each(|(place, &value)| rows[place].push((agg, Tags::NONE, value)));
                }
                Column::Several(values) => {
                    values
                        .iter()
                        .for_each(|(place, tags, value)| rows[*place as usize].push((agg, tags.clone(), *value)));
                }
            }
        }
        assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), *len);
        rows
    }

    #[test]
    fn many_groups_come_to_what_each_comes_to_by_itself() {
        let names = ["count", "sum", "stdev", "histogram(2,8)", "max", "distinct", "p50"];
        let fussy = Agg::values("fussy", |values: &[f64]| {
            assert!(values.len() % 3 != 0, "it doesn't like them");
            (values.len() % 3 == 1).then_some(1.0)
        });
        let list = names.iter().map(|name| name.parse().expect(name)).chain([fussy]);
        let aggs = Aggs::new(list, None).expect("their names are different");
        for groups in [0, 1, 3, BLOCK + 1] {
            let values =
                |group: usize| (0..=group % 5).map(move |n| if group == 2 { f64::MAX } else { (n + group) as f64 });
            let state = |group: usize| {
                let mut state = aggs.init();
                values(group).for_each(|value| aggs.step(&mut state, value));
                state
            };
            let faults = || (aggs.panics(), aggs.not_finite());
            let before = faults();
            let cell = |group| Cell { state: state(group), tags: Tags::NONE, rank: group as u64 };
            let mut cells: Vec<_> = (0..groups).map(cell).collect();
            let found = rows(&aggs.finish_all(&mut cells), groups);
            let between = faults();
            let alone = (0..groups).map(|group| aggs.finish(state(group)));
            let alone =
                alone.map(|found| found.into_iter().map(|Aggregate { agg, tags, value }| (agg, tags, value)).collect());
            assert_eq!(found, alone.collect::<Vec<Vec<_>>>(), "{groups} groups");
            let after = faults();
            assert_eq!((between.0 - before.0, between.1 - before.1), (after.0 - between.0, after.1 - between.1));
        }
    }
}
