//! [`Exposition`]: what Prometheus is shown.

use std::sync::{Arc, Mutex, PoisonError};

use metrix::{MElement, Sink, WriteError};
use tokio::time::Instant;

use super::Format;
use super::builder::PrometheusBuilder;
use super::counts::PrometheusCounts;
use super::registry::{Registry, Rules};
use super::text::render;
use crate::sinks::refused::Refused;

/// The last value of each series, as a sink without a server: for a web server of your own. What becomes of elements,
/// [`Prometheus`](super::Prometheus) says. Clones share the series, and each is closed for itself.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::prometheus::{Exposition, Format};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix::WriteError> {
/// let mut sink = Exposition::builder().exposition();
/// let shown = sink.clone(); // for the web server
/// sink.write(&[MElement::new("load.1.mean", 0.25, tags! { "host" => "a" }, Timestamp::EPOCH)]).await?;
/// assert_eq!(shown.render(Format::Text), "\
/// ## HELP load_1_mean The last value of load.1.mean.
/// ## TYPE load_1_mean gauge
/// load_1_mean{host=\"a\"} 0.25
/// ");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Exposition {
    registry: Arc<Mutex<Registry>>,
    counts: Arc<PrometheusCounts>,
    is_closed: bool,
}

impl Exposition {
    /// Its options.
    pub fn builder() -> PrometheusBuilder {
        PrometheusBuilder::new()
    }

    pub(super) fn new(rules: Rules) -> Self {
        Self { registry: Arc::new(Mutex::new(Registry::new(rules))), counts: Arc::default(), is_closed: false }
    }

    /// All series in a format, in the order of their names and labels. It holds up writes meanwhile: some 50 ms for a
    /// hundred thousand series.
    pub fn render(&self, format: Format) -> String {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        render(registry.families(Instant::now()), format, &mut text);
        self.counts.set_series(registry.series());
        self.counts.scraped();
        text
    }

    /// Calls this while nobody else gets at the series.
    #[cfg(test)]
    pub(super) fn while_held<T>(&self, f: impl FnOnce() -> T) -> T {
        let _held = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        f()
    }

    /// What it has seen so far, to be read while a coordinator has the sink.
    pub fn counts(&self) -> Arc<PrometheusCounts> {
        Arc::clone(&self.counts)
    }
}

impl Sink for Exposition {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the sink is closed; make a new one"));
        }
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let mut refused = Refused::default();
        for (position, element) in batch.iter().enumerate() {
            if let Err(reason) = registry.take(element, now, &self.counts) {
                refused.add(position, &element.name, reason);
            }
        }
        refused.into_result(batch.len())
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        Ok(())
    }
}
