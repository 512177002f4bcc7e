//! [`Opened`]: a fold whose states are counted while they hold something.

use std::sync::Arc;

use metrix_core::Fold;

use super::stats::Counters;

/// Folds as another fold does, and counts the states that have taken something and are not finished: the windows and
/// batches that are open.
pub(super) struct Opened<F> {
    pub(super) fold: F,
    pub(super) counters: Arc<Counters>,
}

/// One that is open, until it is finished or dropped.
pub(super) struct Open(Arc<Counters>);

impl Open {
    fn new(counters: &Arc<Counters>) -> Self {
        // In this order, so that the stream, when it sees that one has begun, sees that one is open; if not, it sleeps before it knows.
        counters.open.add(1);
        counters.begun.add(1);
        Self(Arc::clone(counters))
    }

    /// It has come to its end.
    fn end(self) {
        self.0.over.add(1);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.sub(1);
    }
}

impl<F> Opened<F> {
    /// Steps in a way of one's own.
    pub(super) fn take<S, R>(&self, (state, open): &mut (S, Option<Open>), step: impl FnOnce(&F, &mut S) -> R) -> R {
        if open.is_none() {
            *open = Some(Open::new(&self.counters));
        }
        step(&self.fold, state)
    }
}

impl<T, F: Fold<T>> Fold<T> for Opened<F> {
    type State = (F::State, Option<Open>);
    type Out = F::Out;

    fn init(&self) -> Self::State {
        (self.fold.init(), None)
    }

    #[inline]
    fn step(&self, state: &mut Self::State, item: T) {
        self.take(state, |fold, state| fold.step(state, item));
    }

    fn finish(&self, (state, open): Self::State) -> F::Out {
        let finished = self.fold.finish(state);
        if let Some(open) = open {
            open.end();
        }
        finished
    }
}

#[cfg(test)]
mod tests {
    use metrix_core::fold::Count;

    use super::*;

    #[test]
    fn a_state_is_open_from_its_first_item_until_its_end() {
        let counters = Arc::new(Counters::default());
        let fold = Opened { fold: Count, counters: Arc::clone(&counters) };
        let (mut one, mut two) = (Fold::<i32>::init(&fold), Fold::<i32>::init(&fold));
        assert_eq!(counters.open.get(), 0);
        [1, 2, 3].into_iter().for_each(|item| fold.step(&mut one, item));
        fold.step(&mut two, 4);
        assert_eq!(counters.open.get(), 2);
        assert_eq!(Fold::<i32>::finish(&fold, one), 3);
        assert_eq!((counters.open.get(), counters.begun.get(), counters.over.get()), (1, 2, 1));
        drop(two);
        assert_eq!((counters.open.get(), counters.begun.get(), counters.over.get()), (0, 2, 1), "nothing came of it");
    }
}
