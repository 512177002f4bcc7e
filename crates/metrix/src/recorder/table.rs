//! [`Table`]: the handles of one kind, by name and labels.

use std::num::NonZeroUsize;
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashMap;
use metrics::{Key, Label};

use super::handle::Handle;
use super::refusals::{Refusal, Refusals};
use crate::{MSender, Tags};

/// At most so many handles. Its keys have each label once: where the facade gives one twice, the order decides, which its
/// keys don't always look at when they are compared.
pub(super) struct Table<H> {
    handles: RwLock<HashMap<Key, Arc<H>>>,
    max_handles: NonZeroUsize,
    max_tag_bytes: usize,
}

impl<H: Handle> Table<H> {
    pub(super) fn new(max_handles: NonZeroUsize, max_tag_bytes: usize) -> Self {
        Self { handles: RwLock::default(), max_handles, max_tag_bytes }
    }

    pub(super) fn len(&self) -> usize {
        self.handles.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    #[inline]
    pub(super) fn get(&self, key: &Key) -> Option<Arc<H>> {
        self.handles.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// The handle of a key that [`get`](Self::get) doesn't find, for the sender of its name.
    pub(super) fn add(&self, key: &Key, sender: &MSender, refusals: &Refusals) -> Arc<H> {
        let tags: Tags = key.labels().map(|label| (label.key(), label.value())).collect();
        let sender = sender.with(&tags);
        let kept = if tags.text_len() > self.max_tag_bytes { None } else { self.keep(unique(key, &tags), &sender) };
        kept.unwrap_or_else(|| {
            refusals.count(Refusal::NotKept, key.name());
            Arc::new(H::new(sender))
        })
    }

    fn keep(&self, key: Key, sender: &MSender) -> Option<Arc<H>> {
        let mut handles = self.handles.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = handles.get(&key) {
            return Some(Arc::clone(handle));
        }
        if handles.len() >= self.max_handles.get() {
            return None;
        }
        let handle = Arc::new(H::new(sender.clone()));
        handles.insert(key, Arc::clone(&handle));
        Some(handle)
    }
}

/// The key with each label once.
fn unique(key: &Key, tags: &Tags) -> Key {
    if tags.len() == key.labels().len() {
        return key.to_retained();
    }
    let labels = tags.iter().map(|(name, value)| Label::new(name.to_owned(), value.to_owned()));
    Key::from_parts(key.name().to_owned(), labels.collect::<Vec<_>>()).to_retained()
}
