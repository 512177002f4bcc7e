//! [`Forward`]: any futures sink as a sink of elements.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use super::closed::Closed;
use super::resume::Resume;
use crate::{MElement, Sink, WriteError};

/// A sink that hands elements on to any [`futures::Sink`](futures_sink::Sink): a channel, or an encoder with a socket
/// behind it.
///
/// A batch counts as written when the other sink has been flushed. An error of that is final, as such sinks have none
/// to go on after: what was not handed over by then is refused.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::Forward, tags};
///
/// # futures::executor::block_on(async {
/// let (sender, mut elements) = futures::channel::mpsc::channel(10);
/// let mut sink = Forward::new(sender);
/// let element = MElement::new("requests.count", 3.0, tags! {}, Timestamp::EPOCH);
/// sink.write(&[element.clone()]).await?;
/// assert_eq!(elements.recv().await.unwrap(), element);
/// # Ok::<(), metrix::WriteError>(())
/// # }).unwrap();
/// ```
///
/// # Cancel safety
/// When a write is dropped and the same batch is written again, it goes on where it was.
///
/// Memory: a clone of each element of a batch while that is written.
pub struct Forward<S> {
    /// `None` when it is closed.
    to: Option<S>,
    resume: Resume,
}

impl<S> Forward<S>
where
    S: futures_sink::Sink<MElement> + Unpin,
{
    /// Hands elements on to `to`.
    pub fn new(to: S) -> Self {
        Self { to: Some(to), resume: Resume::default() }
    }
}

impl<S> fmt::Debug for Forward<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forward").field("closed", &self.to.is_none()).finish_non_exhaustive()
    }
}

impl<S> Sink for Forward<S>
where
    S: futures_sink::Sink<MElement> + Unpin + Send + 'static,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
{
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let Some(to) = &mut self.to else { return Err(Closed::refuse("forward")) };
        let before = self.resume.begin(batch);
        for (position, element) in batch.iter().enumerate().skip(before) {
            let ready = poll_fn(|cx| Pin::new(&mut *to).poll_ready(cx)).await;
            if let Err(error) = ready.and_then(|()| Pin::new(&mut *to).start_send(element.clone())) {
                self.resume.end();
                return Err(WriteError::refused(error).only(position..batch.len()));
            }
            self.resume.went(element);
        }
        let flushed = poll_fn(|cx| Pin::new(&mut *to).poll_flush(cx)).await;
        self.resume.end();
        flushed.map_err(WriteError::refused)
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        let Some(to) = &mut self.to else { return Ok(()) };
        poll_fn(|cx| Pin::new(&mut *to).poll_flush(cx)).await.map_err(WriteError::refused)
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        let Some(to) = &mut self.to else { return Ok(()) };
        let closed = poll_fn(|cx| Pin::new(&mut *to).poll_close(cx)).await;
        self.to = None;
        closed.map_err(WriteError::refused)
    }
}
