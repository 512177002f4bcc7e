//! A tuple of folds is a fold.

use super::{Fold, Merge};

/// Implements both traits for a tuple; the last fold gets the item itself, the others a clone.
macro_rules! tuple {
    ($($fold:ident $i:tt),* ; $last:ident $l:tt) => {
        impl<T: Clone, $($fold: Fold<T>,)* $last: Fold<T>> Fold<T> for ($($fold,)* $last,) {
            type State = ($($fold::State,)* $last::State,);
            type Out = ($($fold::Out,)* $last::Out,);

            #[inline]
            fn init(&self) -> Self::State {
                ($(self.$i.init(),)* self.$l.init(),)
            }

            #[inline]
            fn step(&self, state: &mut Self::State, item: T) {
                $(self.$i.step(&mut state.$i, item.clone());)*
                self.$l.step(&mut state.$l, item);
            }

            #[inline]
            fn finish(&self, state: Self::State) -> Self::Out {
                ($(self.$i.finish(state.$i),)* self.$l.finish(state.$l),)
            }
        }

        impl<T: Clone, $($fold: Merge<T>,)* $last: Merge<T>> Merge<T> for ($($fold,)* $last,) {
            #[inline]
            fn merge(&self, into: &mut Self::State, later: Self::State) {
                $(self.$i.merge(&mut into.$i, later.$i);)*
                self.$l.merge(&mut into.$l, later.$l);
            }
        }
    };
}

tuple!(; A 0);
tuple!(A 0; B 1);
tuple!(A 0, B 1; C 2);
tuple!(A 0, B 1, C 2; D 3);
tuple!(A 0, B 1, C 2, D 3; E 4);
tuple!(A 0, B 1, C 2, D 3, E 4; F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5; G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6; H 7);
