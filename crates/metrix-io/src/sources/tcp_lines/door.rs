//! [`accept`]: takes connections, each in a task of its own.

use std::future::Future;
use std::io;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::serve;
use super::piece::Piece;
use super::stats::TcpMeter;

/// How long nothing is accepted after the system could not: it has no more file descriptors, for one.
const PAUSE: Duration = Duration::from_millis(100);

/// The bounds of a listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The longest line that is taken, in bytes without its end.
    pub(super) line: NonZeroUsize,
    pub(super) connections: NonZeroUsize,
    /// How long a connection may bring no whole line.
    pub(super) idle: Duration,
}

/// Takes connections until it is told to stop, which `stop` does when it is dropped; then what had come by then.
pub(super) async fn accept(
    listener: TcpListener,
    limits: Limits,
    pieces: mpsc::Sender<Piece>,
    stop: watch::Receiver<()>,
    meter: TcpMeter,
) {
    let mut connections = JoinSet::new();
    let mut take = |stream: TcpStream| {
        while connections.try_join_next().is_some() {}
        if connections.len() < limits.connections.get() {
            connections.spawn(serve(stream, limits, pieces.clone(), stop.clone(), meter.clone()));
        } else {
            meter.turn_away();
        }
    };
    loop {
        match unless(&stop, listener.accept()).await {
            Some(Ok((stream, _))) => take(stream),
            Some(Err(_)) => {
                meter.turn_away();
                if unless(&stop, sleep(PAUSE)).await.is_none() {
                    break;
                }
            }
            None => break,
        }
    }
    // Those that wait; no more than there may be, as others may come meanwhile.
    for _ in 0..limits.connections.get() {
        match accept_past_tokio(&listener) {
            Ok(stream) => take(stream),
            Err(_) => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// What comes of `work`, unless it has been told to stop.
pub(super) async fn unless<T>(stop: &watch::Receiver<()>, work: impl Future<Output = T>) -> Option<T> {
    let mut stop = stop.clone();
    // It never changes: an error says that the other side is gone.
    let stopped = pin!(stop.changed());
    match select(stopped, pin!(work)).await {
        Either::Left(_) => None,
        Either::Right((done, _)) => Some(done),
    }
}

/// Asked past tokio, which would answer by what it has heard from the system so far.
fn accept_past_tokio(listener: &TcpListener) -> io::Result<TcpStream> {
    let (socket, _) = SockRef::from(listener).accept()?;
    socket.set_nonblocking(true)?;
    TcpStream::from_std(socket.into())
}
