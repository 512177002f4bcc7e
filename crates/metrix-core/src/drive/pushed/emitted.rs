//! [`Emitted`]: the outputs that wait for the stream, and how many elements they are.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::sync::{AtomicUsize, Ordering};

/// Outputs in their order. Each counts for one, or for [its elements](Self::count_elements).
pub(super) struct Emitted<T> {
    outputs: VecDeque<T>,
    elements: Option<Counted<T>>,
}

/// Elements that wait: those of the outputs here, and those that the stream has left of the output that it took last.
struct Counted<T> {
    size: fn(&T) -> usize,
    waiting: Arc<AtomicUsize>,
}

impl<T> Emitted<T> {
    pub(super) fn new() -> Self {
        Self { outputs: VecDeque::new(), elements: None }
    }

    /// Counts elements from now on; gives where those are to be taken off that have been given.
    pub(super) fn count_elements(&mut self, size: fn(&T) -> usize) -> Arc<AtomicUsize> {
        let waiting = Arc::new(AtomicUsize::new(self.outputs.iter().map(size).sum()));
        self.elements = Some(Counted { size, waiting: Arc::clone(&waiting) });
        waiting
    }

    #[inline]
    pub(super) fn push(&mut self, output: T) {
        if let Some(Counted { size, waiting }) = &self.elements {
            waiting.fetch_add(size(&output), Ordering::Relaxed);
        }
        self.outputs.push_back(output);
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        self.outputs.pop_front()
    }

    /// Whether there is nothing to be taken.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// How many there are to be taken.
    pub(super) fn len(&self) -> usize {
        self.outputs.len()
    }

    /// How many wait, by what they count for.
    #[inline]
    pub(super) fn waiting(&self) -> usize {
        // Who takes some off locks the state afterwards if that makes room, so whoever has seen none is told.
        self.elements.as_ref().map_or(self.outputs.len(), |counted| counted.waiting.load(Ordering::Relaxed))
    }
}
