//! Who is to be woken when the input of a share may have an item.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::task::{Wake, Waker};

use crate::sync::{Mutex, MutexGuard};

/// The tasks that wait for an item, all of which the input wakes, whichever of them polled it: any of them may never
/// poll again.
pub(super) struct Alarm(Mutex<Tasks>);

struct Tasks {
    /// Whether the input has woken or given an item since it was last polled, so that polling it can give one.
    input_is_ready: bool,
    /// By the number of the output.
    waiting: BTreeMap<u64, Waker>,
}

impl Alarm {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Tasks { input_is_ready: true, waiting: BTreeMap::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has this task woken for an output. Gives back the waker that this replaces, to be dropped without a lock.
    pub(super) fn set(&self, id: u64, waker: &Waker) -> Option<Waker> {
        let mut tasks = self.lock();
        match tasks.waiting.get(&id) {
            Some(old) if old.will_wake(waker) => None,
            Some(_) | None => tasks.waiting.insert(id, waker.clone()),
        }
    }

    pub(super) fn take_ready(&self) -> bool {
        std::mem::take(&mut self.lock().input_is_ready)
    }

    /// The input may have an item: wakes all, but for the output that has just polled it.
    pub(super) fn ready(&self, but: Option<u64>) {
        let mut tasks = self.lock();
        tasks.input_is_ready = true;
        wake(tasks, but);
    }

    pub(super) fn wake_if_ready(&self) {
        let tasks = self.lock();
        if tasks.input_is_ready {
            wake(tasks, None);
        }
    }

    pub(super) fn wake_others(&self, id: u64) {
        wake(self.lock(), Some(id));
    }
}

/// Wakes all that wait, but for this one, and forgets them. They come back if they still wait.
fn wake(mut tasks: MutexGuard<'_, Tasks>, but: Option<u64>) {
    let waiting = std::mem::take(&mut tasks.waiting);
    drop(tasks);
    for (id, waker) in waiting {
        if Some(id) != but {
            waker.wake();
        }
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ready(None);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready(None);
    }
}
