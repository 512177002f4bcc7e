//! [`Endpoint`]: where somebody listens.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Where a source or a server listens.
///
/// ```
/// use metrix_io::Endpoint;
///
/// assert_eq!(Endpoint::Tcp("127.0.0.1:2003".parse()?).to_string(), "127.0.0.1:2003 (TCP)");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// For datagrams of UDP.
    Udp(SocketAddr),
    /// For connections of TCP.
    Tcp(SocketAddr),
    /// For datagrams of this machine, at a path of its file system.
    Unix(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(address) => write!(f, "{address} (UDP)"),
            Self::Tcp(address) => write!(f, "{address} (TCP)"),
            Self::Unix(path) => write!(f, "{} (Unix datagrams)", path.display()),
        }
    }
}
