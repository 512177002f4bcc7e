//! [`serve`]: reads a connection.

use std::io::ErrorKind;
use std::time::Duration;

use memchr::memchr;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::door::{Limits, unless};
use super::piece::{Piece, Pieces};
use super::stats::TcpMeter;

/// So much is read at once.
const PORTION: usize = 16 * 1024;

/// When the listener is to stop, what a sender's system still holds comes as there is room for it: it is waited for until nothing has
/// come for this time,
const LULL: Duration = Duration::from_millis(100);
/// and for no longer than this, as the sender may go on.
const GRACE: Duration = Duration::from_secs(1);

/// Reads a connection until it ends, brings no whole line for too long, or the listener is to stop; then what is on its way. While nobody
/// takes the pieces it reads nothing, so that the sender has to wait.
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
    let mut end = None;
    // Not when the last byte has come: a sender could hold the connection by one now and then.
    let mut last_line = Instant::now();
    loop {
        // A timeout isn't looked at while there is something to read, which may be so forever.
        if end.is_some_and(|end| Instant::now() >= end) {
            break;
        }
        let silence = limits.idle.saturating_sub(last_line.elapsed());
        if end.is_none() && silence.is_zero() {
            meter.idle();
            break;
        }
        let readable = match end {
            None => unless(&stop, timeout(silence, stream.readable())).await,
            Some(end) => Some(timeout_at(end, timeout(LULL, stream.readable())).await.and_then(|readable| readable)),
        };
        match readable {
            Some(Ok(Ok(()))) => {}
            Some(Ok(Err(_))) => break,
            Some(Err(_)) if end.is_none() => continue,
            Some(Err(_)) => break,
            None => {
                end = Some(Instant::now() + GRACE);
                continue;
            }
        }
        match stream.try_read(&mut portion) {
            Ok(0) => break,
            Ok(bytes) => {
                meter.receive(bytes);
                let portion = &portion[..bytes];
                if give(pieces.take(portion)).await.is_none() {
                    return;
                }
                if memchr(b'\n', portion).is_some() {
                    last_line = Instant::now();
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(_) => break,
        }
    }
    give([pieces.end(), None]).await;
}
