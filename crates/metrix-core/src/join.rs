//! Streams with several inputs or several outputs: methods on streams, and functions for tuples and `Vec`s of streams.

// One file each; this is their index.

mod combine_latest;
mod inputs;
#[expect(clippy::module_inception, reason = "the method is called join")]
mod join;
mod share;
mod slots;
#[cfg(test)]
mod tests;
mod union;
mod zip;
mod zip_latest;

pub use combine_latest::{CombineLatest, CombineLatestExt, combine_latest};
pub use inputs::Inputs;
pub use join::{Either, Join, JoinExt, Joined, Side};
pub use share::{Share, ShareExt, Slow};
pub use union::{Union, UnionExt, union};
pub use zip::{Zip, ZipExt, zip};
pub use zip_latest::{ZipLatest, ZipLatestExt, zip_latest};
