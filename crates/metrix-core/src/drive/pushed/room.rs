//! Who waits for room to push an item.

use std::collections::BTreeMap;
use std::task::Waker;

use super::hub::Hub;
use crate::Operator;

/// The tasks that wait. All are woken when there may be room, since any of them may never come back for it.
#[derive(Default)]
pub(super) struct Room {
    /// By the number of the waiter.
    pub(super) waiting: BTreeMap<u64, Waker>,
    next_id: u64,
}

/// One push that may have to wait. When it is dropped, nobody waits for it any more.
pub(super) struct Waiter<'a, In, O: Operator<In>, T> {
    hub: &'a Hub<In, O, T>,
    id: Option<u64>,
}

impl<'a, In, O: Operator<In>, T> Waiter<'a, In, O, T> {
    pub(super) fn new(hub: &'a Hub<In, O, T>) -> Self {
        Self { hub, id: None }
    }

    /// Waits in the room. Gives back the waker that this replaces, to be dropped without the lock.
    pub(super) fn wait_in(&mut self, room: &mut Room, waker: &Waker) -> Option<Waker> {
        let id = *self.id.get_or_insert_with(|| {
            room.next_id += 1;
            room.next_id
        });
        match room.waiting.get(&id) {
            Some(old) if old.will_wake(waker) => None,
            Some(_) | None => room.waiting.insert(id, waker.clone()),
        }
    }
}

impl<In, O: Operator<In>, T> Drop for Waiter<'_, In, O, T> {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            drop(self.hub.forget_waiter(id));
        }
    }
}
