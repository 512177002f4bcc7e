//! What all contenders of a case are given, and what runs the streams among them.

use std::hint::black_box;
use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;

use futures::stream::{Iter, Stream, StreamExt};
use tokio::runtime::{Builder, Runtime};

use crate::digest::Digest;

/// How many items a run of the chain or of an operator takes in: few enough to stay in the cache.
pub const ITEMS: usize = 200_000;

/// Longer than any bench takes.
pub const HOUR: Duration = Duration::from_secs(60 * 60);

/// How many items our driver handles before it looks at the clock again; loops by hand do likewise.
pub const A_POLL: usize = 256;

/// The items: 0, 1, 2 and so on. That branches on them are easy to predict leaves what the contenders add in plain
/// sight; mispredicted branches would cost all of them the same and hide it.
pub fn numbers() -> &'static [u32] {
    static NUMBERS: OnceLock<Vec<u32>> = OnceLock::new();
    black_box(NUMBERS.get_or_init(|| (0..ITEMS as u32).collect()))
}

/// The items of a slice, as a stream that is always ready.
pub fn stream<T: Copy>(items: &'static [T]) -> Iter<std::iter::Copied<std::slice::Iter<'static, T>>> {
    futures::stream::iter(items.iter().copied())
}

/// Runs a stream to its end on tokio, and gives the digest of its items.
pub fn drain<S: Stream>(stream: S) -> u64
where
    S::Item: Digest,
{
    block_on(digest_of(stream))
}

/// Runs a future on tokio.
pub fn block_on<F: Future>(work: F) -> F::Output {
    thread_local!(static RUNTIME: Runtime = runtime(false));
    RUNTIME.with(|runtime| runtime.block_on(work))
}

/// As [`drain`], on paused time.
pub fn drain_paused<S: Stream>(stream: impl FnOnce() -> S) -> u64
where
    S::Item: Digest,
{
    on_paused_time(async { digest_of(stream()).await })
}

/// Runs a future on tokio, where time stands still while there is work, and jumps to the next timer when there is none.
pub fn on_paused_time<F: Future>(work: F) -> F::Output {
    thread_local!(static RUNTIME: Runtime = runtime(true));
    RUNTIME.with(|runtime| runtime.block_on(work))
}

fn runtime(paused: bool) -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(paused)
        .build()
        .expect("a runtime without I/O needs no help")
}

/// The digest of a stream's items.
pub async fn digest_of<S: Stream>(stream: S) -> u64
where
    S::Item: Digest,
{
    let mut stream = pin!(stream);
    let mut digest = 0;
    while let Some(item) = stream.next().await {
        item.add_to(&mut digest);
    }
    digest
}
