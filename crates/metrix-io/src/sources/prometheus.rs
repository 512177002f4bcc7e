//! [`PrometheusText`]: what exporters show.

mod cursor;
mod kinds;
mod line;
mod text;

pub use self::text::PrometheusText;
pub use crate::prometheus_format::Format;
