//! [`Inputs`]: what the streams with several inputs can be made of.

use futures_core::Stream;

use super::slots::{Cons, Nil, Slots, VecSlots};

/// Several input streams: a tuple of two to eight of any types, or a `Vec` of one type.
///
/// The inputs of a `Vec` are boxed, one allocation each when the stream is built. This trait can't be implemented
/// outside this crate.
pub trait Inputs {
    /// An item of each input: a tuple for a tuple, a `Vec` for a `Vec`.
    type Items;

    /// How the inputs are kept.
    #[doc(hidden)]
    type Slots: Slots;

    #[doc(hidden)]
    fn into_slots(self) -> Self::Slots;

    #[doc(hidden)]
    fn items(nested: <Self::Slots as Slots>::Items) -> Self::Items;
}

impl<S: Stream> Inputs for Vec<S> {
    type Items = Vec<S::Item>;
    type Slots = VecSlots<S>;

    fn into_slots(self) -> VecSlots<S> {
        VecSlots::new(self)
    }

    fn items(items: Vec<S::Item>) -> Vec<S::Item> {
        items
    }
}

/// Builds up a type, a value or a pattern that is nested to the right.
macro_rules! nested {
    (type) => { Nil };
    (type $S:ident $($rest:ident)*) => { Cons<$S, nested!(type $($rest)*)> };
    (slots) => { Nil };
    (slots $s:ident $($rest:ident)*) => { Cons::new($s, nested!(slots $($rest)*)) };
    (items) => { () };
    (items $s:ident $($rest:ident)*) => { ($s, nested!(items $($rest)*)) };
}

macro_rules! inputs_of_tuple {
    ($($S:ident $s:ident),+) => {
        impl<$($S: Stream),+> Inputs for ($($S,)+) {
            type Items = ($($S::Item,)+);
            type Slots = nested!(type $($S)+);

            fn into_slots(self) -> Self::Slots {
                let ($($s,)+) = self;
                nested!(slots $($s)+)
            }

            #[inline]
            fn items(nested!(items $($s)+): <Self::Slots as Slots>::Items) -> Self::Items {
                ($($s,)+)
            }
        }
    };
}

inputs_of_tuple!(A a, B b);
inputs_of_tuple!(A a, B b, C c);
inputs_of_tuple!(A a, B b, C c, D d);
inputs_of_tuple!(A a, B b, C c, D d, E e);
inputs_of_tuple!(A a, B b, C c, D d, E e, F f);
inputs_of_tuple!(A a, B b, C c, D d, E e, F f, G g);
inputs_of_tuple!(A a, B b, C c, D d, E e, F f, G g, H h);
