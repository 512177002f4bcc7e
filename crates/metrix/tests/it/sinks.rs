//! The sinks that need no server, each in what is special about it.

pub(crate) mod choppy;
pub(crate) mod files;
mod forward;
mod kit;
pub(crate) mod log;
mod print;
mod read_back;
pub(crate) mod row;
mod scripted;
mod torn;
