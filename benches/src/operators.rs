//! Each operator, alone: a row each.
//!
//! A loop written by hand stands beside every operator; a peer only where it has something that does the same.

mod batch;
mod ends;
mod flow;
mod group;
mod join;
mod shape;
mod window;

use crate::case::Case;
use crate::digest::Digest;
use crate::input::numbers;

/// A row for each operator.
pub fn cases() -> Vec<Case> {
    let families =
        [shape::cases(), batch::cases(), window::cases(), group::cases(), flow::cases(), join::cases(), ends::cases()];
    families.into_iter().flatten().collect()
}

fn triple(x: u32) -> u32 {
    x.wrapping_mul(3)
}

fn keep(x: &u32) -> bool {
    x & 7 != 0
}

/// Runs a loop over the items, which adds what comes out to the digest.
fn by_hand(work: impl FnOnce(&'static [u32], &mut u64)) -> u64 {
    let mut digest = 0;
    work(numbers(), &mut digest);
    digest
}

/// The digest of what an iterator over the items gives.
fn each<T: Digest, I: Iterator<Item = T>>(outputs: impl FnOnce(std::slice::Iter<'static, u32>) -> I) -> u64 {
    by_hand(|items, digest| outputs(items.iter()).for_each(|output| output.add_to(digest)))
}
