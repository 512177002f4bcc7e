//! [`Gauge`]: a value that is set, and goes up and down.

use std::sync::{Arc, Mutex, PoisonError};

use crate::MSender;

/// A value that is set, and goes up and down, such as a temperature or the length of a queue. Each change is sent; a stream
/// with the aggregate `last` gives what it was at the end of each window in which it changed.
///
/// Clones share the value, so that what one thread adds another may take away. Values and changes that are not finite are
/// refused and counted by the stream, and change nothing.
///
/// ```
/// use metrix::MStream;
/// # use futures::StreamExt;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (jobs, stream) = MStream::builder("jobs").window(std::time::Duration::from_secs(1)).aggs(["last", "max"]).build()?;
/// let running = jobs.gauge();
/// running.set(2.0);
/// running.add(3.0);
/// running.sub(1.0);
/// assert_eq!(running.get(), 4.0);
/// # drop((jobs, running));
/// let values: Vec<f64> = stream.map(|element| element.value).collect().await;
/// assert_eq!(values, [4.0, 5.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Gauge {
    sender: MSender,
    value: Arc<Mutex<f64>>,
}

impl Gauge {
    pub(crate) fn new(sender: MSender) -> Self {
        Self { sender, value: Arc::new(Mutex::new(0.0)) }
    }

    /// Sets the value, which is 0 before.
    pub fn set(&self, value: f64) {
        self.change(|_| value);
    }

    /// Adds to the value.
    pub fn add(&self, by: f64) {
        self.change(|value| value + by);
    }

    /// Takes from the value.
    pub fn sub(&self, by: f64) {
        self.change(|value| value - by);
    }

    /// The value.
    pub fn get(&self) -> f64 {
        *self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(f64) -> f64) {
        // Sent under the lock, so that the value sent last is the value.
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let new = change(*value);
        if new.is_finite() {
            *value = new;
        }
        self.sender.send(new);
    }
}
