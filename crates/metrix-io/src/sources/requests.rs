//! [`Requests`]: what clients of a server send, one request after the other.

use std::net::SocketAddr;

use tokio::sync::oneshot;

use super::handover::{Reply, Waiting};
use crate::http_server::{HttpMeter, HttpServer};

/// What clients of a server send, one request after the other. It no longer listens when this is dropped.
///
/// ```
/// # #[cfg(feature = "influx")] {
/// use metrix_io::sources::influx::InfluxServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut writes = InfluxServer::bind("127.0.0.1:0".parse()?)?.start();
/// writes.stop();
/// assert!(writes.next().await.is_none()); // nobody has written
/// assert_eq!(writes.meter().stats().requests, 0);
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
#[derive(Debug)]
pub struct Requests<T> {
    waiting: Waiting<T>,
    reply: fn(&T) -> &Reply,
    /// Lets the server go on, as long as it is there.
    goes_on: Option<oneshot::Sender<()>>,
    address: SocketAddr,
    meter: HttpMeter,
}

impl<T> Requests<T> {
    /// Serves in a task of its own, until this is stopped or dropped.
    pub(super) fn start(server: HttpServer, waiting: Waiting<T>, reply: fn(&T) -> &Reply) -> Self {
        let (address, meter) = (server.address(), server.meter());
        let (goes_on, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.serve(async { _ = stopped.await }));
        Self { waiting, reply, goes_on: Some(goes_on), address, meter }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server has done so far, to be looked at from elsewhere while it works and after.
    pub fn meter(&self) -> HttpMeter {
        self.meter.clone()
    }

    /// The next request; `None` when it was [stopped](Self::stop) and all that had come by then was given.
    ///
    /// # Cancel safety
    /// A future that is dropped has taken none.
    pub async fn next(&mut self) -> Option<T> {
        self.waiting.next(self.reply).await
    }

    /// Stops to listen. Requests that have come are still given, as long as
    /// [`HttpLimits::grace`](crate::http_server::HttpLimits::grace) lets them be answered.
    pub fn stop(&mut self) {
        self.goes_on = None;
    }
}
