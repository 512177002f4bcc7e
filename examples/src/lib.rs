//! The guide, chapter by chapter, so that its code is compiled and run as doctests. The stories stand in `examples/`.

#[doc = include_str!("../../docs/architecture.md")]
pub mod architecture {}

#[doc = include_str!("../../docs/guide/aggregates.md")]
pub mod aggregates {}

#[doc = include_str!("../../docs/guide/coming-from-metrics.md")]
pub mod coming_from_metrics {}

#[doc = include_str!("../../docs/guide/coming-from-python-metrix.md")]
pub mod coming_from_python_metrix {}

#[doc = include_str!("../../docs/guide/composing.md")]
pub mod composing {}

#[doc = include_str!("../../docs/guide/getting-started.md")]
pub mod getting_started {}

#[doc = include_str!("../../docs/guide/sinks-and-delivery.md")]
pub mod sinks_and_delivery {}

#[doc = include_str!("../../docs/guide/sinks-and-sources.md")]
pub mod sinks_and_sources {}

#[doc = include_str!("../../docs/guide/tags-and-cardinality.md")]
pub mod tags_and_cardinality {}

#[doc = include_str!("../../docs/guide/time-and-windows.md")]
pub mod time_and_windows {}

#[doc = include_str!("../../docs/guide/writing-a-sink.md")]
pub mod writing_a_sink {}

#[doc = include_str!("../../docs/guide/writing-an-operator.md")]
pub mod writing_an_operator {}

#[doc = include_str!("../../README.md")]
pub mod readme {}
