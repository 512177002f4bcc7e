//! What speaks to Prometheus, and what it speaks to.

mod conformance;
