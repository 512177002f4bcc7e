//! [`HeldUp`]: accepted elements that wait for room in a queue.

use std::vec::IntoIter;

use super::queue::Queue;
use crate::MElement;

/// Accepted elements for which a queue had no room. If they are dropped before they are in, they count as undelivered.
#[derive(Debug)]
#[must_use = "elements that are held up are lost unless waited for"]
pub(crate) struct HeldUp<'a> {
    queue: &'a Queue,
    rest: IntoIter<MElement>,
}

impl<'a> HeldUp<'a> {
    pub(super) fn new(queue: &'a Queue, rest: IntoIter<MElement>) -> Self {
        Self { queue, rest }
    }

    /// Puts them in as room comes, all before those of anyone who asks later. Ends early if the sink's task is over.
    pub(crate) async fn wait(mut self) {
        if self.rest.len() == 0 {
            return;
        }
        let _turn = self.queue.turn.lock().await;
        while !self.put_some() {
            self.queue.room.notified().await;
        }
    }

    /// Puts in what there is room for. Says whether there is nothing more to wait for.
    fn put_some(&mut self) -> bool {
        let mut state = self.queue.state();
        if state.ended {
            return true;
        }
        let free = state.free();
        state.put(self.rest.by_ref().take(free));
        drop(state);
        self.queue.look();
        self.rest.len() == 0
    }
}

impl Drop for HeldUp<'_> {
    fn drop(&mut self) {
        if self.rest.len() > 0 {
            self.queue.state().forget(self.rest.len());
            // The last one to be waited for may be lost, which ends a closed queue.
            self.queue.look();
        }
    }
}
