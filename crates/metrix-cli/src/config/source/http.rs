//! Where requests come to.

use std::net::SocketAddr;

use crate::config::problem::Read;
use crate::config::value::Value;

/// An address such as `http://127.0.0.1:8086`. It is one of this machine's, without a path.
pub(super) fn read(value: &Value<'_>) -> Read<SocketAddr> {
    let (text, example) = (value.text()?, value.key.example);
    let address = text.strip_prefix("http://").and_then(|address| address.trim_end_matches('/').parse().ok());
    address.ok_or_else(|| {
        let what = &value.what;
        value.wrong(format!(
            "{what}, `{text}`, is no address to listen on: write http://, an IP address and a port, as in {example}, or \
             http://0.0.0.0 and a port for all of this machine's"
        ))
    })
}
