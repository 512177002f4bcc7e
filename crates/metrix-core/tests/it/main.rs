//! The behaviour of metrix-core through its public API, one subject a file.

mod auto_traits;
mod bad_input;
mod conformance;
mod driver;
mod event_time;
mod flow;
mod golden;
mod imports;
mod joins;
mod keyed;
mod kit;
mod laws;
mod map_async;
mod numeric;
mod pushed;
mod then;
mod windows;
