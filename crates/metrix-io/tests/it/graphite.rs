//! Graphite: lines, and what real peers make of them.

mod lines;
