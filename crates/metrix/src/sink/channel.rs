//! [`Channel`]: a sink whose elements come out of a tokio channel.

use tokio::sync::mpsc::Sender;

use super::closed::Closed;
use super::resume::Resume;
use crate::{MElement, Sink, WriteError};

/// A sink that sends elements to a bounded tokio channel, and waits where that is full.
///
/// When the receiver is gone, elements are refused. `close` drops the sender, so that the receiver gets what waits and then
/// the end. For other channels see [`Forward`](super::Forward).
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::Channel, tags};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix::WriteError> {
/// let (sender, mut elements) = tokio::sync::mpsc::channel(10);
/// let mut sink = Channel::new(sender);
/// let element = MElement::new("requests.count", 3.0, tags! {}, Timestamp::EPOCH);
/// sink.write(&[element.clone()]).await?;
/// sink.close().await?;
/// assert_eq!(elements.recv().await, Some(element));
/// assert_eq!(elements.recv().await, None);
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
/// When a write is dropped and the same batch is written again, it goes on where it was.
///
/// Memory: a clone of each element of a batch while that is written.
#[derive(Debug)]
pub struct Channel {
    /// `None` when it is closed.
    sender: Option<Sender<MElement>>,
    resume: Resume,
}

impl Channel {
    /// Sends to this channel.
    pub fn new(sender: Sender<MElement>) -> Self {
        Self { sender: Some(sender), resume: Resume::default() }
    }
}

impl Sink for Channel {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let Some(sender) = &self.sender else { return Err(Closed::refuse("channel")) };
        let before = self.resume.begin(batch);
        for (position, element) in batch.iter().enumerate().skip(before) {
            let Ok(permit) = sender.reserve().await else {
                self.resume.end();
                let gone = "the receiver of the channel is gone: keep it as long as the sink";
                return Err(WriteError::refused(gone).only(position..batch.len()));
            };
            permit.send(element.clone());
            self.resume.went(element);
        }
        self.resume.end();
        Ok(())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.sender = None;
        Ok(())
    }
}
