//! [`BindError`]: why nothing can listen on an address.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Why nothing can listen on an address.
///
/// ```
/// use metrix_io::sources::{statsd::StatsD, udp::Udp};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let first = Udp::bind("127.0.0.1:0".parse()?, StatsD::new())?;
/// let error = Udp::bind(first.address(), StatsD::new()).unwrap_err();
/// assert_eq!(error.cause.kind(), std::io::ErrorKind::AddrInUse);
/// assert_eq!(error.to_string(), format!(
///     "something else listens on {} (UDP): stop it, or listen on another port",
///     first.address(),
/// ));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BindError {
    /// The address.
    pub address: SocketAddr,
    /// `TCP` or `UDP`.
    pub protocol: &'static str,
    /// What the system says.
    pub cause: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, protocol, cause } = self;
        match cause.kind() {
            io::ErrorKind::AddrInUse => {
                write!(f, "something else listens on {address} ({protocol}): stop it, or listen on another port")
            }
            io::ErrorKind::AddrNotAvailable => {
                write!(f, "this machine does not have the address of {address} ({protocol}): listen on one that it has")
            }
            io::ErrorKind::PermissionDenied => {
                write!(
                    f,
                    "not allowed to listen on {address} ({protocol}): listen on a port above 1023, or as another user"
                )
            }
            _ => write!(f, "unable to listen on {address} ({protocol}), {cause}: listen on another address"),
        }
    }
}

impl Error for BindError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}
