//! [`Elements`]: the elements of a window or batch, made one by one.

use std::mem;
use std::sync::Arc;

use metrix_core::Timestamp;

use super::pipeline::Summary;
use crate::agg::{Column, Columns};
use crate::{Aggs, MElement, Tags};

/// All groups of the first aggregate, then all of the second.
///
/// The results are there from the beginning, so that it is known how many elements there are; what costs most of an element is
/// left to whoever takes it.
#[derive(Debug)]
pub(super) struct Elements {
    /// Those of the aggregates' elements.
    names: Arc<[Arc<str>]>,
    tags: Vec<Tags>,
    columns: Vec<Column>,
    at: Timestamp,
    start: Option<Timestamp>,
    /// The column whose turn it is, and the place in it.
    agg: usize,
    place: usize,
    /// Up to which place the tags are near.
    near: usize,
    left: usize,
}

/// The tags of so many results are fetched at once: of very many series each would be waited for by itself, as it is far from the one
/// before. More than a processor can wait for at the same time.
const NEAR: usize = 32;

/// What belongs to so many series is near anyway.
const FEW: usize = 1024;

impl Elements {
    pub(super) fn new(summary: Summary, aggs: &Aggs, names: Arc<[Arc<str>]>) -> Self {
        let Summary { mut groups, at, start } = summary;
        let Columns { columns, len } = aggs.finish_all(&mut groups);
        // The states end here, and their memory serves another window: elements may wait for long.
        let tags = groups.into_tags();
        let near = if tags.len() > FEW { 0 } else { FEW };
        Self { names, tags, columns, at, start, agg: 0, place: 0, near, left: len }
    }

    /// The next result of the column, with its tags, which are left to nobody else by the last column.
    #[inline]
    fn next_of(
        column: &Column,
        place: &mut usize,
        near: &mut usize,
        tags: &mut [Tags],
        is_last: bool,
    ) -> Option<(Tags, f64)> {
        match column {
            Column::Single(values) => {
                let (skipped, value) = values[*place..].iter().enumerate().find(|(_, value)| !value.is_nan())?;
                let group = *place + skipped;
                *place = group + 1;
                if group >= *near {
                    *near = bring_near(tags, group);
                }
                let tags = &mut tags[group];
                Some((if is_last { mem::take(tags) } else { tags.clone() }, *value))
            }
            Column::Several(values) => {
                let (group, own, value) = values.get(*place)?;
                *place += 1;
                Some((own.or(&tags[*group as usize]), *value))
            }
        }
    }
}

/// Has the tags from this place on fetched; says up to which place.
#[inline(never)]
fn bring_near(tags: &[Tags], place: usize) -> usize {
    let end = tags.len().min(place + NEAR);
    Tags::fetch(&tags[place..end]);
    end
}

impl Iterator for Elements {
    type Item = MElement;

    fn next(&mut self) -> Option<MElement> {
        while let Some(column) = self.columns.get(self.agg) {
            let is_last = self.agg + 1 == self.columns.len();
            if let Some((tags, value)) = Self::next_of(column, &mut self.place, &mut self.near, &mut self.tags, is_last)
            {
                self.left -= 1;
                let name = Arc::clone(&self.names[self.agg]);
                return Some(MElement { name, value, tags, at: self.at, start: self.start });
            }
            (self.agg, self.place) = (self.agg + 1, 0);
            self.near = if self.tags.len() > FEW { 0 } else { FEW };
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Elements {}
