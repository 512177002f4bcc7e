//! [`Cumulative`]: a counter that somebody else keeps.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{MSender, SendError};

/// A counter that only grows, that somebody else keeps, and that is read from time to time: a kernel's count of bytes, another
/// process's count of requests. What it has grown by since it was last read is sent; so the aggregate `sum` gives the increase
/// in a window and `rate` the increase a second.
///
/// The first reading is where counting starts, and sends nothing. A reading lower than the one before shows that the
/// counter has been reset to 0 in between: then all of it is the increase, as Prometheus' `rate` has it. What was counted
/// between the last reading and the reset is not to be known. Clones share the last reading. An increase that the stream
/// refuses, because it is full, is sent with the next one. A reading that is not finite is refused and counted by the
/// stream, and changes nothing.
///
/// ```
/// use metrix::MStream;
/// # use futures::StreamExt;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (bytes, stream) = MStream::builder("bytes").window(std::time::Duration::from_secs(10)).aggs(["sum", "rate"]).build()?;
/// let sent = bytes.cumulative();
/// for total in [5_000.0, 5_400.0, 5_900.0, 100.0] {
///     sent.observe(total); // the last one after a reset
/// }
/// # drop((bytes, sent));
/// let values: Vec<f64> = stream.map(|element| element.value).collect().await;
/// assert_eq!(values, [1000.0, 100.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Cumulative {
    sender: MSender,
    reading: Arc<Mutex<Option<Reading>>>,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    total: f64,
    /// Increases for which the stream had no room.
    owed: f64,
}

impl Cumulative {
    pub(crate) fn new(sender: MSender) -> Self {
        Self { sender, reading: Arc::default() }
    }

    /// Takes a reading of the counter.
    pub fn observe(&self, total: f64) {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if !total.is_finite() {
            self.sender.send(total);
            return;
        }
        let owed = reading.map_or(0.0, |last| {
            let increase = last.owed + if total < last.total { total } else { total - last.total };
            if let Err(SendError::Full { .. }) = self.sender.try_send(increase) { increase } else { 0.0 }
        });
        *reading = Some(Reading { total, owed });
    }
}
