//! What speaks to Prometheus, and what it speaks to.

mod conformance;
mod endpoint;
mod peers;
mod request;
mod scrape;
mod tls;
