//! [`Timer`]: sends how long something took.

use std::time::Duration;

use tokio::time::Instant;

use crate::{MSender, Tags};

/// Measures the time from its start, and sends it when it is dropped: also when the code that it times fails or panics.
///
/// The clock is tokio's monotonic one, which tests can pause.
///
/// ```
/// use metrix::{MStream, TimeUnit};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use futures::StreamExt;
/// let (took, stream) = MStream::builder("took").batch(metrix::size(2)).agg("max").build()?;
/// {
///     let _timer = took.timer().unit(TimeUnit::Millis);
///     tokio::time::sleep(Duration::from_millis(250)).await;
/// } // 250 is sent here
/// let timer = took.timer();
/// tokio::time::sleep(Duration::from_secs(2)).await;
/// assert_eq!(timer.stop(), Duration::from_secs(2)); // 2 is sent here
/// # drop(took);
/// # assert_eq!(stream.map(|element| element.value).collect::<Vec<_>>().await, [250.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a timer that isn't kept measures nothing"]
pub struct Timer {
    sender: MSender,
    started: Instant,
    unit: TimeUnit,
    discarded: bool,
}

impl Timer {
    pub(crate) fn start(sender: MSender) -> Self {
        Self { sender, started: Instant::now(), unit: TimeUnit::Seconds, discarded: false }
    }

    /// Sends the time in this unit; in seconds unless set.
    pub fn unit(self, unit: TimeUnit) -> Self {
        // Made from its parts it would be dropped, and send.
        let mut timer = self;
        timer.unit = unit;
        timer
    }

    /// Adds tags that are known only now, such as the status of an answer.
    ///
    /// ```
    /// use metrix::{MStream, size, tags};
    /// # use futures::StreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let (requests, mut stream) = MStream::builder("requests").batch(size(1)).agg("sum").build()?;
    /// let mut timer = requests.with(tags! { "page" => "/" }).timer();
    /// timer.tag(tags! { "status" => 404 });
    /// timer.stop();
    /// assert_eq!(stream.next().await.unwrap().tags, tags! { "page" => "/", "status" => 404 });
    /// # Ok(())
    /// # }
    /// ```
    pub fn tag(&mut self, tags: impl Into<Tags>) {
        self.sender = self.sender.with(tags);
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sends the time now, and returns it.
    pub fn stop(mut self) -> Duration {
        let elapsed = self.elapsed();
        self.discarded = true;
        self.sender.send(self.unit.of(elapsed));
        elapsed
    }

    /// Sends nothing.
    pub fn discard(mut self) {
        self.discarded = true;
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if !self.discarded {
            self.sender.send(self.unit.of(self.elapsed()));
        }
    }
}

/// The unit in which a [`Timer`] sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// 1 for a second.
    Seconds,
    /// 1000 for a second.
    Millis,
    /// 1 000 000 for a second.
    Micros,
    /// 1 000 000 000 for a second.
    Nanos,
}

impl TimeUnit {
    /// How many of the unit `duration` lasts.
    pub fn of(self, duration: Duration) -> f64 {
        let nanos = match self {
            Self::Seconds => return duration.as_secs_f64(),
            Self::Millis => 1_000_000.0,
            Self::Micros => 1_000.0,
            Self::Nanos => 1.0,
        };
        // Divided, not multiplied, so that whole milliseconds are whole numbers.
        duration.as_nanos() as f64 / nanos
    }
}
