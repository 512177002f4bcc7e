//! `Debug` for types that hold closures, and `Clone` for those that hold a fold.

/// Writes `Debug` with the named fields and an ellipsis for the rest: `opaque_debug!(Type<A, B> { field })`.
macro_rules! opaque_debug {
    ($name:ident < $($param:ident $(: $bound:path)?),* > { $($field:ident),* }) => {
        impl<$($param $(: $bound)?),*> std::fmt::Debug for $name<$($param),*> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use opaque_debug;

/// Writes `Clone` for an operator with a fold, which asks it of the fold and its state but not of the items, as a
/// derived one would: `clone_with_fold!(Type<T, F: Fold<T>> { every, field })`.
macro_rules! clone_with_fold {
    ($name:ident < $item:ident, $fold:ident : $bound:path > { $($field:ident),* $(,)? }) => {
        impl<$item, $fold: $bound + Clone> Clone for $name<$item, $fold>
        where
            $fold::State: Clone,
        {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone()),* }
            }
        }
    };
}

pub(crate) use clone_with_fold;
