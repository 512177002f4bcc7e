//! The source, by what clients send to it.
