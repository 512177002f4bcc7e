//! [`Groups`]: what a window or a batch came to, before its aggregates are looked at.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::Tags;
use crate::agg::AggsState;
use crate::shard::{Cell, Shards};

/// A series, and what has come of it.
pub(super) type Group = Cell<AggsState>;

/// The series that came, in the order of their first measurements.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: Vec<Group>,
    /// Who has a use for the memory afterwards.
    shards: Option<Arc<Shards>>,
}

impl Groups {
    pub(super) fn new(groups: Vec<Group>, shards: Option<Arc<Shards>>) -> Self {
        Self { groups, shards }
    }

    /// The tags alone.
    pub(super) fn into_tags(mut self) -> Vec<Tags> {
        self.groups.iter_mut().map(|group| std::mem::take(&mut group.tags)).collect()
    }
}

impl FromIterator<(Tags, AggsState)> for Groups {
    fn from_iter<I: IntoIterator<Item = (Tags, AggsState)>>(groups: I) -> Self {
        let groups = groups.into_iter().zip(0..);
        Self::new(groups.map(|((tags, state), rank)| Group { state, tags, rank }).collect(), None)
    }
}

impl Deref for Groups {
    type Target = [Group];

    fn deref(&self) -> &[Group] {
        &self.groups
    }
}

impl DerefMut for Groups {
    fn deref_mut(&mut self) -> &mut [Group] {
        &mut self.groups
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        if let Some(shards) = &self.shards {
            let used = self.groups.len();
            shards.keep_room(std::mem::take(&mut self.groups), used);
        }
    }
}
