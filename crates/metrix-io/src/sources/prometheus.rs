//! [`Scraper`]: what Prometheus' exporters show, and [`PrometheusText`], which reads it.

mod cursor;
mod error;
mod fetch;
mod kinds;
mod labels;
mod line;
mod options;
mod scraper;
mod shown;
mod stats;
mod text;

pub use self::error::ScrapeError;
pub use self::scraper::Scraper;
pub use self::stats::ScrapeStats;
pub use self::text::PrometheusText;
pub use crate::prometheus_format::Format;
