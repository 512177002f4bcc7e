//! The guide, chapter by chapter, so that its code is compiled and run as doctests. The stories stand in `examples/`.

#[doc = include_str!("../../docs/architecture.md")]
pub mod architecture {}

#[doc = include_str!("../../docs/guide/composing.md")]
pub mod composing {}

#[doc = include_str!("../../docs/guide/time-and-windows.md")]
pub mod time_and_windows {}

#[doc = include_str!("../../docs/guide/writing-an-operator.md")]
pub mod writing_an_operator {}

#[doc = include_str!("../../README.md")]
pub mod readme {}
