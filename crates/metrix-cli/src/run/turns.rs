//! [`Turns`]: which of several inputs that end is read next.

use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use metrix::Timestamp;

/// Lets the one of several inputs be read whose time has come least far, the first of those that are equal. So files of the same
/// days are read side by side by their times, and what comes out doesn't depend on which of them is read quicker. An input
/// without times is read before the others.
#[derive(Debug)]
pub(crate) struct Turns(Mutex<Vec<Place>>);

#[derive(Debug, Default)]
struct Place {
    newest: Option<Timestamp>,
    ended: bool,
    waker: Option<Waker>,
}

/// The turns of one of them. When it is dropped, that one has ended.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    place: usize,
    /// As long as it is its turn, the one whose turn is next: the others stand still, so that it need not be looked for again.
    /// `None` within where there is no other.
    rival: Option<Option<Rank>>,
}

/// The least goes first: how far the time of an input has come, and its place.
type Rank = (Option<Timestamp>, usize);

impl Turns {
    pub(crate) fn new(inputs: usize) -> Self {
        Self(Mutex::new((0..inputs).map(|_| Place::default()).collect()))
    }

    pub(crate) fn of(&self, place: usize) -> Turn<'_> {
        Turn { turns: self, place, rival: None }
    }

    fn places(&self) -> MutexGuard<'_, Vec<Place>> {
        // Nothing panics while it is locked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn going(places: &[Place]) -> impl Iterator<Item = Rank> {
    let going = places.iter().enumerate().filter(|(_, place)| !place.ended);
    going.map(|(at, place)| (place.newest, at))
}

/// Whose turn it is.
fn next(places: &[Place]) -> Option<usize> {
    going(places).min().map(|(_, place)| place)
}

/// Wakes the one whose turn it is.
fn wake(places: &mut [Place]) {
    if let Some(waker) = next(places).and_then(|next| places[next].waker.take()) {
        waker.wake();
    }
}

impl Turn<'_> {
    /// Whether it is its turn still, as it was before.
    pub(crate) fn is_there(&self) -> bool {
        self.rival.is_some()
    }

    /// Says how far its time has come.
    pub(crate) fn has_come_to(&mut self, newest: Option<Timestamp>) {
        if self.rival.is_some_and(|rival| rival.is_none_or(|rival| (newest, self.place) < rival)) {
            return;
        }
        self.rival = None;
        let mut places = self.turns.places();
        places[self.place].newest = newest;
        wake(&mut places);
    }

    /// Waits until it is its turn.
    pub(crate) async fn comes(&mut self) {
        poll_fn(|cx| {
            let mut places = self.turns.places();
            if next(&places) == Some(self.place) {
                self.rival = Some(going(&places).filter(|(_, place)| *place != self.place).min());
                return Poll::Ready(());
            }
            places[self.place].waker = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut places = self.turns.places();
        places[self.place].ended = true;
        wake(&mut places);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    /// Inputs whose lines have these times are read in this order; how quickly each comes must not matter.
    #[track_caller]
    fn check(inputs: &[&[i64]], expected: &[(usize, i64)]) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for slow in 0..inputs.len() {
            let (turns, read) = (Turns::new(inputs.len()), RefCell::new(Vec::new()));
            let all = inputs.iter().enumerate().map(|(place, lines)| {
                let (mut turn, read) = (turns.of(place), &read);
                async move {
                    let mut newest = None;
                    for &line in *lines {
                        for _ in 0..if place == slow { 5 } else { 0 } {
                            yield_now().await;
                        }
                        if !turn.is_there() {
                            turn.comes().await;
                        }
                        read.borrow_mut().push((place, line));
                        newest = newest.max(Some(Timestamp::from_secs(line)));
                        turn.has_come_to(newest);
                    }
                }
            });
            runtime.block_on(join_all(all));
            assert_eq!(*read.borrow(), expected, "{slow} is slow");
        }
    }

    #[test]
    fn inputs_are_read_side_by_side() {
        check(&[&[1, 2, 3]], &[(0, 1), (0, 2), (0, 3)]);
        check(&[&[1, 5, 6], &[2, 3, 9]], &[(0, 1), (1, 2), (0, 5), (1, 3), (1, 9), (0, 6)]);
        check(&[&[9, 1], &[1, 2], &[]], &[(0, 9), (1, 1), (1, 2), (0, 1)]);
        check(&[&[5, 5, 6], &[5, 5], &[4, 4, 7]], &[(0, 5), (1, 5), (2, 4), (2, 4), (2, 7), (0, 5), (0, 6), (1, 5)]);
    }
}
