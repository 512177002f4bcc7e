//! [`Owned`]: what one thread goes to with plain stores, and others only with the [`Key`].
//!
//! The one module that has `unsafe` code. Everything outside of it is safe to use in any way.
//!
//! # Why nobody is ever there together with somebody else
//!
//! There are three ways to the state, and the types allow no other:
//!
//! - *With a pass* ([`enter`](Owned::enter)): only the owner, which is one thread for good, since no thread's number is ever
//!   used again. It says that it is busy, then looks whether the gate's number is that of its pass, and stays only if so.
//!   One that is busy already, as when code that it runs comes here again, doesn't get in.
//! - *With the key, as owner* ([`enter_with`](Key::enter_with)): only the owner, if it isn't busy.
//! - *With the key, for all* ([`drain`](Key::drain)): anybody, after it has shut the gate, run the heavy fence, and then seen of
//!   each that it isn't busy. To states of its own it needs no fence: that is the second way, and within it the first is refused,
//!   since this thread sees the gate that it has shut.
//!
//! There is one key to a gate and it can't be copied, so the exclusive borrow of it keeps the second and third way apart from
//! each other and from themselves. The first and the second are the same thread, so they could only be nested: the second within the
//! first is refused as busy, and the first within the second too, as that says that it is busy likewise.
//! The first and the third: the owner stores that it is busy, passes the light fence and loads the gate; who drains stores the gate,
//! passes the heavy fence and loads whether the owner is busy. One of them sees what the other has stored. If the owner sees the gate shut,
//! it goes away. If not, who drains sees it busy, and waits until the owner says with a release store that it has left, which
//! makes its writes visible. As long as the key is borrowed no new pass is given, since that takes the key; and a pass for an
//! earlier number never holds again, since the numbers only grow, whoever opens the gate meanwhile. A new state has a pass for a number
//! that no gate ever has. The pass itself is looked at and written by the owner alone. What who drains has written the owner sees when it
//! next gets a pass, which takes the key, too: whatever hands over the key from thread to thread, a lock for one, orders the two.
//!
//! This rests on four things of other files: that a gate's number only grows (`gate.rs`), that a thread's is never used again
//! (`thread.rs`), that the owner alone, which is who this file lets to it, makes its turns say whether it is busy (`turns.rs`), and that
//! the two fences are a pair wherever [`is_there`](barrier::is_there) says so, since no pass is given elsewhere (`barrier.rs`).

use std::sync::Arc;

use super::gate::Gate;
use super::turns::{Turn, Turns};
use super::{barrier, thread};
use crate::sync::{MutPtr, UnsafeCell, yield_now};

/// The number of no gate.
const NO_PASS: u64 = u64::MAX;

/// A state that belongs to the thread that made it.
#[derive(Debug)]
pub(crate) struct Owned<T> {
    /// The number of the owner.
    owner: u64,
    /// How often the owner may go to the state before it asks, and whether it is there.
    turns: Turns,
    gate: Arc<Gate>,
    /// The number of the gate for which the owner may enter. Only the owner reads and writes it.
    pass: UnsafeCell<u64>,
    state: UnsafeCell<T>,
}

// SAFETY: the state is reached by one thread at a time, as the module's text shows, and may be sent from one to another.
#[allow(unsafe_code)]
unsafe impl<T: Send> Sync for Owned<T> {}

impl<T> Owned<T> {
    /// Whether this thread is its owner.
    #[inline]
    pub(crate) fn is_mine(&self) -> bool {
        self.owner == thread::known()
    }

    /// Goes to the state, if this thread is its owner and has a pass and a turn. It must not wait there for whoever has the key.
    #[inline(always)]
    pub(crate) fn enter(&self) -> Option<Visit<'_, T>> {
        let turn = self.begin(1)?;
        // SAFETY: the owner, which alone looks at its pass, and nowhere while it writes it.
        #[allow(unsafe_code)]
        let has_pass = self.pass.with(|pass| self.gate.number() == unsafe { *pass });
        has_pass.then(|| Visit { state: self.state.get_mut(), turn })
    }

    /// Says that the owner comes, if it is this thread, isn't here already, and has so many turns.
    #[inline(always)]
    fn begin(&self, needed: i64) -> Option<Turn<'_>> {
        if self.is_mine() { self.turns.begin(needed) } else { None }
    }

    /// How many turns the owner has. They only get less, until it is given others.
    pub(crate) fn turns(&self) -> u64 {
        self.turns.left()
    }

    /// Gives the owner so many turns, fewer than 2^31, for those that it has, if it is this thread and isn't at the state; says whether.
    pub(crate) fn set_turns(&self, turns: u64) -> bool {
        self.is_mine() && self.turns.set(turns)
    }
}

/// The owner is at the state, with a pass, until this is dropped. It can't be sent to another thread, as pointers can't.
pub(crate) struct Visit<'a, T> {
    /// In this order, so that the owner leaves when nobody can come to the state by this any more.
    state: MutPtr<T>,
    turn: Turn<'a>,
}

impl<T> Visit<'_, T> {
    /// The state.
    #[inline(always)]
    pub(crate) fn state(&mut self) -> &mut T {
        // SAFETY: the owner, busy, with a pass for the gate as it has been since; it has one visit at a time, which is borrowed.
        #[allow(unsafe_code)]
        self.state.with(|state| unsafe { &mut *state })
    }

    /// How many turns the owner has after this one.
    #[inline(always)]
    pub(crate) fn turns_after(&self) -> u64 {
        self.turn.after()
    }

    /// Ends the visit, and with it a turn if it counts, which it says. One that is dropped doesn't.
    #[inline(always)]
    pub(crate) fn end(mut self, counts: bool) -> bool {
        if counts {
            self.turn.count();
        }
        counts
    }
}

/// The right to give passes, and to go to the states of all threads. Who can borrow it exclusively has it: it belongs under a lock.
#[derive(Debug)]
pub(crate) struct Key {
    gate: Arc<Gate>,
}

impl Key {
    /// A gate that is shut, and its key.
    pub(crate) fn new() -> (Arc<Gate>, Self) {
        // The first to ask waits for the kernel, which should not be under a lock.
        barrier::is_there();
        let gate = Arc::new(Gate::new());
        (Arc::clone(&gate), Self { gate })
    }

    /// Goes to a state of this gate, if this thread is its owner.
    pub(crate) fn enter_with<T, R>(&mut self, owned: &Owned<T>, f: impl FnOnce(&mut T) -> R) -> Option<R> {
        let _turn = self.has(owned).then(|| owned.begin(0)).flatten()?;
        // SAFETY: the owner, not there already, while nobody else has the key.
        #[allow(unsafe_code)]
        Some(owned.state.with_mut(|state| f(unsafe { &mut *state })))
    }

    /// Gives the owner, if this thread is that, a pass, if the gate is open and the fences are to be had; says whether it has
    /// one now.
    pub(crate) fn give_pass<T>(&mut self, owned: &Owned<T>) -> bool {
        let number = self.gate.number();
        let open = self.has(owned) && owned.is_mine() && Gate::is_open_at(number) && barrier::is_there();
        if open {
            // SAFETY: the owner, which alone looks at its pass, and nowhere while it writes it.
            #[allow(unsafe_code)]
            owned.pass.with_mut(|pass| unsafe { *pass = number });
        }
        open
    }

    /// Shuts the gate, waits for those who are at their states, and goes to these, one after the other.
    ///
    /// # Panics
    /// If this thread is at one of them.
    pub(crate) fn drain<'a, T: 'a>(&mut self, all: impl IntoIterator<Item = &'a Owned<T>>, mut f: impl FnMut(&mut T)) {
        self.gate.shut();
        let mut is_fenced = false;
        for owned in all.into_iter().filter(|owned| self.has(owned)) {
            let is_mine = owned.is_mine();
            // It takes some microseconds, which who sends alone, and so ends its own batches, need not pay.
            if !is_mine && !is_fenced {
                barrier::heavy();
                is_fenced = true;
            }
            assert!(!is_mine || !owned.turns.is_busy(), "a thread can't wait for itself");
            while owned.turns.is_busy() {
                yield_now();
            }
            // SAFETY: nobody else has the key, and the owner is this thread, which is not at it, or has been seen away after the fence,
            // before which the gate was shut.
            #[allow(unsafe_code)]
            owned.state.with_mut(|state| f(unsafe { &mut *state }));
        }
    }

    fn has<T>(&self, owned: &Owned<T>) -> bool {
        Arc::ptr_eq(&self.gate, &owned.gate)
    }
}

/// A state of this thread behind a gate.
pub(crate) fn owned<T>(gate: &Arc<Gate>, state: T) -> Owned<T> {
    Owned {
        owner: thread::this(),
        turns: Turns::none(),
        gate: Arc::clone(gate),
        pass: UnsafeCell::new(NO_PASS),
        state: UnsafeCell::new(state),
    }
}
