//! [`pauses`]: how long a `send` takes at worst, while a window is closed and while none is.
//!
//! One thread sends to bound series in no order, another takes what the stream gives. The clock is read once every 16 values, so
//! that it is not the clock that is measured: what is told is a sixteenth of the time of 16, one after the other and without
//! a gap. A window counts as being closed while the stream is polled for it.

use std::hint::black_box;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Instant;

use ::metrix::{MSender, MStream};
use futures::StreamExt;
use futures::future::poll_fn;
use tokio::runtime::Builder;

use super::load::{Item, Load};
use super::metrix;

/// How many values are sent between two looks at the clock.
const GROUP: usize = 16;

/// How many windows there are. Each gives a few thousand groups while it is closed.
const WINDOWS: u32 = 10;

/// How long a `send` takes.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// While no window is closed.
    pub between: Pause,
    /// While one is.
    pub meanwhile: Pause,
}

/// Nanoseconds a `send`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pause {
    /// Of half of the groups, at most.
    pub median: f64,
    /// Of all but one in a thousand.
    pub p999: f64,
    /// Of all but one in ten thousand.
    pub p9999: f64,
    /// Of all.
    pub worst: f64,
}

/// Sends for some windows of time.
pub(super) fn pauses(load: &Load) -> Pauses {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime without I/O needs no help");
    let (sender, stream) = {
        let _in_runtime = runtime.enter();
        metrix::stream(load).build().expect("the builder has all that it needs")
    };
    let polls = AtomicU32::new(0);
    let groups = thread::scope(|scope| {
        let sending = scope.spawn(|| {
            let senders = metrix::senders(load, &sender);
            let groups = send(load, &senders, &polls);
            sender.close();
            groups
        });
        runtime.block_on(take(stream, &polls));
        sending.join().expect("a send does not panic")
    });
    assert_eq!(sender.stats().refused() + sender.stats().overflowed, 0, "nothing may be lost");
    let [between, meanwhile] = groups.map(Pause::of);
    Pauses { between, meanwhile }
}

/// Takes all that the stream gives; `polls` is odd while it is at it.
async fn take(stream: MStream, polls: &AtomicU32) {
    let mut stream = pin!(stream);
    let next = poll_fn(|context| {
        polls.fetch_add(1, Ordering::Relaxed);
        while let Poll::Ready(next) = stream.poll_next_unpin(context) {
            if black_box(next).is_none() {
                return Poll::Ready(());
            }
        }
        polls.fetch_add(1, Ordering::Relaxed);
        Poll::Pending
    });
    next.await;
}

/// The nanoseconds that groups took, those apart that were sent while a window was closed.
fn send(load: &Load, senders: &[MSender], polls: &AtomicU32) -> [Vec<u32>; 2] {
    // As much memory as will be needed, which is there from the start.
    let mut groups = [(); 2].map(|()| vec![1; 1 << 24]);
    groups.iter_mut().for_each(Vec::clear);
    let send = |items: &[Item]| items.iter().for_each(|item| senders[item.series()].send(item.value()));
    send(load.firsts(0));
    let mut last = Instant::now();
    let (end, mut before) = (last + WINDOWS * load.setup.window(), 0);
    for group in load.parts(0, usize::MAX).flat_map(|part| part.chunks_exact(GROUP)) {
        send(group);
        let (now, after) = (Instant::now(), polls.load(Ordering::Relaxed));
        let is_meanwhile = before != after || after % 2 == 1;
        groups[usize::from(is_meanwhile)].push((now - last).as_nanos().min(u32::MAX.into()) as u32);
        if now >= end {
            break;
        }
        (last, before) = (now, after);
    }
    groups
}

impl Pause {
    /// Of the nanoseconds that each group took.
    fn of(mut groups: Vec<u32>) -> Self {
        groups.sort_unstable();
        let at = |part: f64| {
            let place = (part * groups.len() as f64).ceil() as usize;
            let nanos = groups.get(place.saturating_sub(1)).copied();
            nanos.map_or(f64::NAN, |nanos| f64::from(nanos) / GROUP as f64)
        };
        Self { median: at(0.5), p999: at(0.999), p9999: at(0.9999), worst: at(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::load::Setup;

    #[test]
    fn a_pause_is_a_sixteenth_of_its_group() {
        let pause = Pause::of((1..=10_000).map(|nanos| nanos * 16).rev().collect());
        assert_eq!(pause, Pause { median: 5000.0, p999: 9990.0, p9999: 9999.0, worst: 10_000.0 });
    }

    #[test]
    fn some_are_sent_while_a_window_is_closed_and_some_are_not() {
        let Pauses { between, meanwhile } = pauses(&Load::new(Setup::one(200)));
        assert!(between.median > 0.0 && meanwhile.median > 0.0, "{between:?} {meanwhile:?}");
    }
}
