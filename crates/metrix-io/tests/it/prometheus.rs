//! What speaks to Prometheus, and what it speaks to.

mod bounds;
mod conformance;
mod endpoint;
mod peers;
mod request;
mod scrape;
mod tls;
