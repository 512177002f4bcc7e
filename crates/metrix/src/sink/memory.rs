//! [`Memory`]: a sink that keeps what it is given.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::closed::Closed;
use crate::{MElement, Sink, WriteError};

/// A sink that keeps what it is given, for tests and for a look at what has come lately. A clone of it reads it.
///
/// Elements for which there is no room are refused. Nothing waits.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::Memory, tags};
/// use std::error::Error;
/// use std::num::NonZeroUsize;
///
/// # futures::executor::block_on(async {
/// let mut sink = Memory::new(NonZeroUsize::MIN);
/// let kept = sink.clone();
/// let element = MElement::new("requests.count", 3.0, tags! {}, Timestamp::EPOCH);
/// sink.write(&[element.clone()]).await?;
/// assert_eq!(kept.elements(), [element.clone()]);
///
/// let full = sink.write(&[element.clone()]).await.unwrap_err();
/// assert!(full.source().is_some_and(|cause| cause.to_string().contains("keeps 1 element at most")));
/// assert_eq!(kept.take().len(), 1);
/// sink.write(&[element]).await?;
/// # Ok::<(), metrix::WriteError>(())
/// # }).unwrap();
/// ```
///
/// Memory: its bound, in elements.
#[derive(Clone, Debug)]
pub struct Memory {
    bound: NonZeroUsize,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    elements: Vec<MElement>,
    closed: bool,
}

impl Memory {
    /// Keeps at most `bound` elements.
    pub fn new(bound: NonZeroUsize) -> Self {
        Self { bound, kept: Arc::default() }
    }

    /// What it holds, in the order in which it came.
    pub fn elements(&self) -> Vec<MElement> {
        self.kept().elements.clone()
    }

    /// Takes out what it holds, which makes room.
    pub fn take(&self) -> Vec<MElement> {
        std::mem::take(&mut self.kept().elements)
    }

    /// Whether it has been closed.
    pub fn is_closed(&self) -> bool {
        self.kept().closed
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // No panic can leave the elements in a state that is not one.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let mut kept = self.kept();
        if kept.closed {
            return Err(Closed::refuse("memory"));
        }
        let room = self.bound.get() - kept.elements.len();
        kept.elements.extend(batch.iter().take(room).cloned());
        if batch.len() <= room {
            return Ok(());
        }
        let (bound, plural) = (self.bound, if self.bound == NonZeroUsize::MIN { "" } else { "s" });
        let full =
            format!("the memory sink keeps {bound} element{plural} at most: `take` them, or give it a greater bound");
        Err(WriteError::refused(full).only(room..batch.len()))
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.kept().closed = true;
        Ok(())
    }
}
