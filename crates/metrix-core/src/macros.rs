//! `Debug` for types that hold closures.

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
