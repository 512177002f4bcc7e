//! The scenarios of [`sink_conformance`](super::sink_conformance()).

use std::fmt::Debug;

use super::batches::{hostile, plain};
use super::calls::{ARRIVES, Checked, ORDINARY, broken, close, deliver, deliver_all, flush, unwritten};
use super::cut::cut;
use super::received::Received;
use super::sink_conformance::{Arrival, Order, SinkConformance};
use crate::{MElement, Sink};

/// A write that needs more polls than this is not cut at the later ones.
const MOST_POLLS: usize = 40;

impl<M, S, T, R, E, K> SinkConformance<M, R, E>
where
    M: Fn() -> (S, T),
    S: Sink,
    R: AsyncFn(T) -> Vec<K>,
    E: Fn(&MElement) -> K,
    K: PartialEq + Debug,
{
    fn now(&self, when: impl Into<String>) {
        self.when.replace(when.into());
    }

    /// Closes the sink and reads back what it has written.
    async fn end(&self, mut sink: S, back: T) -> Checked<Received<K>> {
        close(&mut sink).await?;
        drop(sink);
        Ok(Received((self.read)(back).await))
    }

    fn expected<'a>(&self, elements: impl IntoIterator<Item = &'a MElement>) -> Vec<K> {
        elements.into_iter().map(&self.expecting).collect()
    }

    fn arrived(&self, received: Received<K>, elements: &[MElement]) -> Checked {
        let expected = self.expected(elements);
        let compared = match self.arrival {
            Arrival::Once => received.check_exactly(&expected, self.order == Order::Kept),
            Arrival::AtLeastOnce => received.check_at_least(&expected),
        };
        compared.or_else(|detail| broken(ARRIVES, detail))
    }

    pub(super) async fn several_batches(&self) -> Checked {
        self.now("several batches are written");
        let (mut sink, back) = (self.make)();
        let elements = plain("several", 111);
        let mut rest = &elements[..];
        for size in [1, 2, 7, 100, 1] {
            let (batch, after) = rest.split_at(size);
            deliver_all(&mut sink, batch).await?;
            if size == 7 {
                flush(&mut sink).await?;
            }
            rest = after;
        }
        self.arrived(self.end(sink, back).await?, &elements)
    }

    pub(super) async fn hostile_together(&self) -> Checked {
        self.now("hostile elements and ordinary ones alternate in one batch");
        let (mut sink, back) = (self.make)();
        let hostile = hostile();
        let mut batch = plain("neighbour", hostile.len() + 1);
        for (place, hostile) in hostile.into_iter().enumerate() {
            batch.insert(2 * place + 1, hostile.element);
        }
        let refused = deliver(&mut sink, &batch).await?;
        // The ordinary ones stand at the even places.
        let ordinary: Vec<&usize> = refused.iter().filter(|&position| position % 2 == 0).collect();
        if !ordinary.is_empty() {
            return broken(
                ORDINARY,
                format!("it refuses those at {ordinary:?} of a batch that is hostile at odd positions"),
            );
        }
        let written = batch.iter().enumerate().filter(|(position, _)| !refused.contains(position));
        let written: Vec<MElement> = written.map(|(_, element)| element.clone()).collect();
        self.arrived(self.end(sink, back).await?, &written)
    }

    pub(super) async fn hostile_alone(&self) -> Checked {
        let (mut sink, back) = (self.make)();
        let mut written = Vec::new();
        for (place, hostile) in hostile().into_iter().enumerate() {
            self.now(format!("{} is written between two ordinary elements", hostile.what));
            let mut batch = plain(&format!("beside{place}"), 2);
            batch.insert(1, hostile.element);
            let refused = deliver(&mut sink, &batch).await?;
            if refused.iter().any(|&position| position != 1) {
                return broken(
                    ORDINARY,
                    format!("it refuses those at {refused:?} of three, of which that at 1 is hostile"),
                );
            }
            if refused.contains(&1) {
                batch.remove(1);
            }
            written.extend(batch);
        }
        self.now("hostile elements are written, each between two ordinary ones");
        self.arrived(self.end(sink, back).await?, &written)
    }

    pub(super) async fn cut_and_done_again(&self) -> Checked {
        let all = plain("again", 12);
        let (first, second) = all.split_at(3);
        for polls in 0..MOST_POLLS {
            self.now(format!("a write is dropped after {polls} polls and done again, and then so are flush and close"));
            let (mut sink, back) = (self.make)();
            deliver_all(&mut sink, first).await?;
            let written = cut(sink.write(second), polls).await;
            let done = written.is_some();
            let left: Vec<MElement> = match written {
                Some(Ok(())) => Vec::new(),
                Some(Err(error)) => {
                    unwritten(&error, second.len())?;
                    error.unwritten(second).cloned().collect()
                }
                None => second.to_vec(),
            };
            if !left.is_empty() {
                deliver_all(&mut sink, &left).await?;
            }
            cut(sink.flush(), polls).await;
            flush(&mut sink).await?;
            cut(sink.close(), polls).await;
            self.arrived(self.end(sink, back).await?, &all)?;
            if done {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn cut_and_followed_by_another(&self) -> Checked {
        let all = plain("other", 15);
        let (first, cut_off, last) = (&all[..3], &all[3..10], &all[10..]);
        for polls in 0..MOST_POLLS {
            self.now(format!("a write is dropped after {polls} polls and another one follows"));
            let (mut sink, back) = (self.make)();
            deliver_all(&mut sink, first).await?;
            let done = cut(sink.write(cut_off), polls).await.is_some();
            deliver_all(&mut sink, last).await?;
            let mut received = self.end(sink, back).await?;
            let whole = self.expected(first.iter().chain(last));
            let taken = match self.arrival {
                Arrival::Once => received.take_all(&whole),
                Arrival::AtLeastOnce => received.take_each(&whole),
            };
            taken.or_else(|detail| broken(ARRIVES, detail))?;
            let repeated = received.0.len() > cut_off.len() && self.arrival == Arrival::Once;
            if repeated {
                return broken(ARRIVES, format!("{} of a batch of {} arrive", received.0.len(), cut_off.len()));
            }
            received.rest_is_of(&self.expected(cut_off)).or_else(|detail| broken(ARRIVES, detail))?;
            if done {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn flushed_and_dropped(&self) -> Checked {
        let all = plain("flushed", 12);
        let (first, second) = all.split_at(5);
        for polls in 0..MOST_POLLS {
            self.now(format!("a flush is dropped after {polls} polls and done again, and the sink is never closed"));
            let (mut sink, back) = (self.make)();
            deliver_all(&mut sink, first).await?;
            flush(&mut sink).await?;
            deliver_all(&mut sink, second).await?;
            let flushed = cut(sink.flush(), polls).await;
            // One that says that it is done must be.
            if !matches!(flushed, Some(Ok(()))) {
                flush(&mut sink).await?;
            }
            drop(sink);
            self.arrived(Received((self.read)(back).await), &all)?;
            if flushed.is_some() {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn without_a_write(&self) -> Checked {
        self.now("it is flushed and closed without a write");
        let (mut sink, back) = (self.make)();
        flush(&mut sink).await?;
        flush(&mut sink).await?;
        self.arrived(self.end(sink, back).await?, &[])?;
        self.now("it is closed without a write or a flush");
        let (mut sink, back) = (self.make)();
        close(&mut sink).await?;
        drop(sink);
        self.arrived(Received((self.read)(back).await), &[])
    }

    pub(super) async fn closed_twice(&self) -> Checked {
        self.now("it is closed, closed again and then written to");
        let (mut sink, back) = (self.make)();
        let elements = plain("closed", 4);
        deliver_all(&mut sink, &elements[..2]).await?;
        close(&mut sink).await?;
        close(&mut sink).await?;
        let Err(error) = sink.write(&elements[2..]).await else {
            return broken("a write after close is an error", "it says that it has written");
        };
        unwritten(&error, 2)?;
        flush(&mut sink).await?;
        self.arrived(self.end(sink, back).await?, &elements[..2])
    }

    pub(super) async fn the_same_twice(&self) -> Checked {
        if self.arrival == Arrival::AtLeastOnce {
            return Ok(());
        }
        self.now("two batches are equal");
        let (mut sink, back) = (self.make)();
        let batch = plain("same", 3);
        deliver_all(&mut sink, &batch).await?;
        deliver_all(&mut sink, &batch).await?;
        self.arrived(self.end(sink, back).await?, &[&batch[..], &batch].concat())
    }
}
