//! The behaviour of metrix-core through its public API, one subject a file.

mod auto_traits;
mod flow;
mod golden;
mod imports;
mod keyed;
mod laws;
mod map_async;
mod numeric;
mod windows;
