//! [`serve`]: reads a connection.

use std::io::{self, ErrorKind, Read};

use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::door::{Limits, unless};
use super::piece::{Piece, Pieces};
use super::stats::TcpMeter;

/// So much is read at once.
const PORTION: usize = 16 * 1024;

/// Reads a connection until it ends, is silent for too long, or the listener is to stop; then what had come by then. While
/// nobody takes the pieces it reads nothing, so that the sender has to wait.
pub(super) async fn serve(
    stream: TcpStream,
    limits: Limits,
    taken: mpsc::Sender<Piece>,
    stop: watch::Receiver<()>,
    meter: TcpMeter,
) {
    let _open = meter.open();
    let mut pieces = Pieces::new(limits.line.get());
    let mut portion = vec![0; PORTION].into_boxed_slice();
    let give = async |pieces: [Option<Piece>; 2]| {
        for piece in pieces.into_iter().flatten() {
            // Nobody takes it if the listener has been dropped.
            taken.send(piece).await.ok()?;
        }
        Some(())
    };
    let mut left = None;
    loop {
        if left.is_none() {
            match unless(&stop, timeout(limits.idle, stream.readable())).await {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(_))) => break,
                Some(Err(_)) => {
                    meter.idle();
                    break;
                }
                // The sender may go on, so that it would never end. What had come fits into the receive buffer.
                None => left = Some(SockRef::from(&stream).recv_buffer_size().unwrap_or(0)),
            }
        }
        let read = match left {
            None => stream.try_read(&mut portion),
            Some(_) => read_past_tokio(&stream, &mut portion),
        };
        match read {
            Ok(0) => break,
            Ok(bytes) => {
                meter.receive(bytes);
                if give(pieces.take(&portion[..bytes])).await.is_none() {
                    return;
                }
                match left.map(|left| left.checked_sub(bytes)) {
                    Some(None) => break,
                    Some(less) => left = less,
                    None => {}
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && left.is_none() => {}
            Err(_) => break,
        }
    }
    give([pieces.end(), None]).await;
}

/// Asked past tokio, which would answer by what it has heard from the system so far.
fn read_past_tokio(stream: &TcpStream, portion: &mut [u8]) -> io::Result<usize> {
    (&*SockRef::from(stream)).read(portion)
}
