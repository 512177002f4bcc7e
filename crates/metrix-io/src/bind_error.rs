//! [`BindError`]: why nothing can listen somewhere.

use std::error::Error;
use std::fmt;
use std::io;

use crate::Endpoint;

/// Why nothing can listen somewhere.
///
/// ```
/// # #[cfg(feature = "statsd")] {
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
/// # main().unwrap();
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BindError {
    /// Where.
    pub endpoint: Endpoint,
    /// What the system says.
    pub cause: io::Error,
}

impl BindError {
    pub(crate) fn new(endpoint: Endpoint, cause: io::Error) -> Self {
        Self { endpoint, cause }
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoint, cause } = self;
        let other = match endpoint {
            Endpoint::Udp(_) | Endpoint::Tcp(_) => "port",
            Endpoint::Unix(_) => "path",
        };
        match (cause.kind(), endpoint) {
            (io::ErrorKind::AddrInUse, _) => {
                write!(f, "something else listens on {endpoint}: stop it, or listen on another {other}")
            }
            (io::ErrorKind::AddrNotAvailable, Endpoint::Udp(_) | Endpoint::Tcp(_)) => {
                write!(f, "this machine does not have the address of {endpoint}: listen on one that it has")
            }
            (io::ErrorKind::PermissionDenied, Endpoint::Udp(_) | Endpoint::Tcp(_)) => {
                write!(f, "not allowed to listen on {endpoint}: listen on a port above 1023, or as another user")
            }
            (io::ErrorKind::PermissionDenied, Endpoint::Unix(_)) => {
                write!(f, "not allowed to listen on {endpoint}: listen on a path in a folder that can be written to")
            }
            (io::ErrorKind::NotFound, Endpoint::Unix(_)) => {
                write!(f, "unable to listen on {endpoint}: its folder does not exist, make it first")
            }
            _ => write!(f, "unable to listen on {endpoint}, {cause}: listen on another {other}"),
        }
    }
}

impl Error for BindError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}
