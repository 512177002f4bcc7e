//! The interleavings of a thread that goes to its own state with those that drain it, by loom:
//! `RUSTFLAGS="--cfg metrix_loom" cargo test -p metrix --lib --release shard::loom`.
//!
//! Each value is counted once: it is in the state that is drained, or its thread was told that it can't go there. Loom itself sees to
//! it that no two are at a state at once. The fences are the portable ones; loom knows no other. The interleavings are those with so
//! many forced switches between threads as each test says, which is what finds nearly all faults in a time that one can wait for.

use loom::sync::{Arc, Mutex};
use loom::thread;

use super::owned::owned;
use super::ranks::Ranks;
use super::{Gate, Key, Owned};

/// What a stream has: one lock with the key under it, and the sum of all that has been drained.
struct Stream {
    /// So many turns a thread gets with a pass.
    turns: u64,
    gate: std::sync::Arc<Gate>,
    locked: Mutex<(Key, u64)>,
    shards: Mutex<Vec<std::sync::Arc<Owned<u64>>>>,
}

impl Stream {
    fn new() -> Arc<Self> {
        Self::of_turns(10)
    }

    fn of_turns(turns: u64) -> Arc<Self> {
        let (gate, key) = Key::new();
        Arc::new(Self { turns, gate, locked: Mutex::new((key, 0)), shards: Mutex::default() })
    }

    /// Opens the gate, as a stream's poll does before it sleeps.
    fn open(&self) {
        self.gate.open_if(self.gate.number());
    }

    /// What a sender does: its own way if it may, else under the lock, where it gets a pass. Says whether it is taken.
    fn send(&self, shard: &Owned<u64>) -> bool {
        if let Some(mut visit) = shard.enter() {
            *visit.state() += 1;
            return visit.end(true);
        }
        let (key, _) = &mut *self.locked.lock().unwrap();
        if self.gate.is_closed() {
            return false;
        }
        key.enter_with(shard, |state| *state += 1).expect("its owner");
        key.give_pass(shard);
        assert!(shard.set_turns(self.turns));
        true
    }

    /// What ends a window.
    fn drain(&self) {
        let (key, sum) = &mut *self.locked.lock().unwrap();
        let shards = self.shards.lock().unwrap().clone();
        key.drain(shards.iter().map(|shard| &**shard), |state| *sum += std::mem::take(state));
    }

    /// A shard of this thread.
    fn shard(&self) -> std::sync::Arc<Owned<u64>> {
        let shard = std::sync::Arc::new(owned(&self.gate, 0));
        self.shards.lock().unwrap().push(std::sync::Arc::clone(&shard));
        shard
    }

    /// All that has come, when nobody sends any more.
    fn sum(&self) -> u64 {
        self.drain();
        self.locked.lock().unwrap().1
    }
}

fn check(preemptions: usize, test: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(test);
}

/// Sends so many values from a thread of its own; gives how many were taken.
fn send_on_thread(stream: &Arc<Stream>, values: u64) -> thread::JoinHandle<u64> {
    let stream = Arc::clone(stream);
    thread::spawn(move || {
        let shard = stream.shard();
        (0..values).map(|_| u64::from(stream.send(&shard))).sum()
    })
}

#[test]
fn a_sender_and_a_window_that_ends() {
    check(4, || {
        let stream = Stream::new();
        stream.open();
        let sender = send_on_thread(&stream, 3);
        stream.drain();
        stream.open();
        stream.drain();
        assert_eq!(sender.join().unwrap(), 3);
        // The thread has ended, and what it had is there.
        assert_eq!(stream.sum(), 3);
    });
}

#[test]
fn turns_that_run_out_while_others_look_how_many_there_are() {
    check(3, || {
        let stream = Stream::of_turns(1);
        stream.open();
        let shard = Arc::new(Mutex::new(None));
        let sender = thread::spawn({
            let (stream, shard) = (Arc::clone(&stream), Arc::clone(&shard));
            move || {
                let mine = stream.shard();
                *shard.lock().unwrap() = Some(std::sync::Arc::clone(&mine));
                // Under the lock, where it gets a turn; by that; under the lock.
                (0..3).for_each(|_| assert!(stream.send(&mine)));
                mine.turns()
            }
        });
        let theirs = shard.lock().unwrap().clone();
        assert!(theirs.is_none_or(|shard| shard.turns() <= 1), "also while it is busy");
        stream.drain();
        assert!(sender.join().unwrap() <= 1);
        assert_eq!(stream.sum(), 3);
    });
}

#[test]
fn two_senders_and_a_window_that_ends() {
    check(2, || {
        let stream = Stream::new();
        stream.open();
        let senders = [send_on_thread(&stream, 2), send_on_thread(&stream, 2)];
        stream.drain();
        assert_eq!(senders.map(|sender| sender.join().unwrap()), [2, 2]);
        assert_eq!(stream.sum(), 4);
    });
}

/// As the threads of batches do: one that is alone drains without the fence, until another comes.
#[test]
fn senders_that_end_their_windows_themselves() {
    fn send_and_drain(stream: &Stream) {
        let shard = stream.shard();
        // The first gets a pass, the second needs one.
        (0..2).for_each(|_| assert!(stream.send(&shard)));
        stream.drain();
        stream.open();
        assert!(stream.send(&shard));
    }
    check(3, || {
        let stream = Stream::new();
        stream.open();
        let other = thread::spawn({
            let stream = Arc::clone(&stream);
            move || send_and_drain(&stream)
        });
        send_and_drain(&stream);
        other.join().unwrap();
        assert_eq!(stream.sum(), 6);
    });
}

#[test]
fn a_gate_that_is_opened_while_a_window_ends() {
    check(3, || {
        let stream = Stream::new();
        stream.open();
        let sender = send_on_thread(&stream, 2);
        let poll = thread::spawn({
            let stream = Arc::clone(&stream);
            move || {
                stream.gate.shut();
                stream.open();
            }
        });
        stream.drain();
        assert_eq!(sender.join().unwrap(), 2);
        poll.join().unwrap();
        assert_eq!(stream.sum(), 2);
    });
}

#[test]
fn a_stream_that_is_closed_counts_what_it_has_taken() {
    check(3, || {
        let stream = Stream::new();
        stream.open();
        let sender = send_on_thread(&stream, 3);
        // As `close` does: under the lock, so that nobody gets a pass after it.
        {
            let _locked = stream.locked.lock().unwrap();
            stream.gate.close();
        }
        stream.drain();
        let at_the_end = stream.locked.lock().unwrap().1;
        let taken = sender.join().unwrap();
        assert_eq!(at_the_end, taken, "all that was taken before the end is in it, and nothing after");
    });
}

#[test]
fn two_drains_at_once_and_a_thread_that_ends() {
    check(3, || {
        let stream = Stream::new();
        stream.open();
        let sender = send_on_thread(&stream, 2);
        let drained = thread::spawn({
            let stream = Arc::clone(&stream);
            move || stream.drain()
        });
        assert_eq!(sender.join().unwrap(), 2);
        drained.join().unwrap();
        assert_eq!(stream.sum(), 2);
    });
}

/// A stream in which only so many series may come, as `Sharded` keeps count of them.
struct Limited {
    most: u64,
    ranks: Ranks,
    gate: std::sync::Arc<Gate>,
    /// The key, and how many series there are, once they have been counted.
    locked: Mutex<(Key, Option<u64>)>,
    /// How many series each thread has.
    shards: Mutex<Vec<std::sync::Arc<Owned<u64>>>>,
}

impl Limited {
    /// Sends the first value of a series that no other thread has; says whether there is room for it.
    fn come(&self, shard: &Owned<u64>) -> bool {
        if let Some(mut visit) = shard.enter() {
            if self.ranks.take_free().is_some() {
                *visit.state() += 1;
                return visit.end(true);
            }
        }
        let (key, counted) = &mut *self.locked.lock().unwrap();
        let rank = self.ranks.take();
        if counted.is_some() || !self.ranks.is_free(rank) {
            let counted = counted.get_or_insert_with(|| {
                let (shards, before) = (self.shards.lock().unwrap().clone(), self.gate.number());
                let mut all = 0;
                key.drain(shards.iter().map(|shard| &**shard), |series| all += *series);
                self.gate.open_again(before);
                all
            });
            if *counted == self.most {
                return false;
            }
            *counted += 1;
        }
        key.enter_with(shard, |series| *series += 1).expect("its owner");
        key.give_pass(shard);
        assert!(shard.set_turns(10));
        true
    }
}

#[test]
fn series_that_come_without_the_lock_while_they_are_counted() {
    check(2, || {
        let (gate, key) = Key::new();
        let most = 3;
        gate.open_if(gate.number());
        let stream =
            Limited { most, ranks: Ranks::new(most), gate, locked: Mutex::new((key, None)), shards: Mutex::default() };
        let stream = Arc::new(stream);
        let senders = [(); 2].map(|()| {
            let stream = Arc::clone(&stream);
            thread::spawn(move || {
                let shard = std::sync::Arc::new(owned(&stream.gate, 0));
                stream.shards.lock().unwrap().push(std::sync::Arc::clone(&shard));
                [(); 2].map(|()| u64::from(stream.come(&shard))).into_iter().sum::<u64>()
            })
        });
        let came: u64 = senders.into_iter().map(|sender| sender.join().unwrap()).sum();
        assert_eq!(came, most, "of four series there is room for three");
    });
}
