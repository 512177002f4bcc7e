//! [`PrometheusCounts`]: what an exposition has seen so far.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What an [`Exposition`](super::Exposition) has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::prometheus::Exposition;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix::WriteError> {
/// let mut exposition = Exposition::builder().exposition();
/// let element = |name: &str| MElement::new(name, 1.0, tags! { "a.b" => 1, "a-b" => 2 }, Timestamp::EPOCH);
/// exposition.write(&[element("load.1"), element("load-1")]).await?;
/// let counts = exposition.counts();
/// assert_eq!((counts.series(), counts.collisions(), counts.merged_tags(), counts.scrapes()), (1, 1, 2, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct PrometheusCounts {
    series: AtomicUsize,
    collisions: AtomicU64,
    merged_tags: AtomicU64,
    scrapes: AtomicU64,
}

impl PrometheusCounts {
    /// The series that there are, some of which may have expired.
    pub fn series(&self) -> usize {
        self.series.load(Ordering::Relaxed)
    }

    /// Elements that went to a series to which one of another name or other tags had gone before: both are the same once
    /// they are sanitised. The first is logged.
    pub fn collisions(&self) -> u64 {
        self.collisions.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are sanitised. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    /// How often the series were read.
    pub fn scrapes(&self) -> u64 {
        self.scrapes.load(Ordering::Relaxed)
    }

    pub(super) fn set_series(&self, series: usize) {
        self.series.store(series, Ordering::Relaxed);
    }

    pub(super) fn collided(&self, has_collided: bool, metric: &str) {
        if has_collided && self.collisions.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!(?metric, "two series are one to prometheus once sanitised; further ones are counted");
        }
    }

    pub(super) fn merged(&self, tags: usize, metric: &str) {
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!(
                ?metric,
                "tags have equal names once sanitised, the last one wins; further ones are counted"
            );
        }
    }

    pub(super) fn scraped(&self) {
        self.scrapes.fetch_add(1, Ordering::Relaxed);
    }
}
