//! How `timely` is run: one worker in this thread. Unless asked otherwise, it is fed containers of the size that it
//! prefers itself.

use std::cell::Cell;
use std::rc::Rc;

use timely::container::buffer::default_capacity;
use timely::dataflow::operators::Inspect;
use timely::dataflow::{InputHandle, StreamVec};

use crate::digest::Digest;

/// How items are put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// A container at a time, with a step of the worker after each.
    Containers,
    /// One by one, as the examples of `timely` do.
    Items,
}

/// Runs these items, all at one time, through the dataflow that `build` makes, and gives the digest of what comes out.
pub fn drain<T, D, F>(items: &'static [T], build: F) -> u64
where
    T: Copy + Send + Sync + 'static,
    D: Digest + 'static,
    F: for<'s> FnOnce(StreamVec<'s, u64, T>) -> StreamVec<'s, u64, D> + Send + Sync + 'static,
{
    drain_fed(Feed::Containers, items, build)
}

/// As [`drain`], fed as `feed` says.
pub fn drain_fed<T, D, F>(feed: Feed, items: &'static [T], build: F) -> u64
where
    T: Copy + Send + Sync + 'static,
    D: Digest + 'static,
    F: for<'s> FnOnce(StreamVec<'s, u64, T>) -> StreamVec<'s, u64, D> + Send + Sync + 'static,
{
    timely::execute_directly(move |worker| {
        let digest = Rc::new(Cell::new(0));
        let mut input = InputHandle::new();
        worker.dataflow(|scope| {
            let digest = Rc::clone(&digest);
            build(input.to_stream(scope)).inspect_core(move |event| {
                if let Ok((_, batch)) = event {
                    let mut so_far = digest.get();
                    batch.iter().for_each(|item: &D| item.add_to(&mut so_far));
                    digest.set(so_far);
                }
            });
        });
        let mut batch = Vec::new();
        for items in items.chunks(default_capacity::<T>()) {
            match feed {
                Feed::Containers => {
                    batch.extend_from_slice(items);
                    input.send_batch(&mut batch);
                }
                Feed::Items => items.iter().for_each(|&item| input.send(item)),
            }
            worker.step();
        }
        input.close();
        while worker.step() {}
        digest.get()
    })
}
