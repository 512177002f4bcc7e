//! [`most`]: how quick a receiver is.

use std::error::Error;
use std::net::UdpSocket;
use std::path::Path;
use std::time::Instant;

use super::receiver::{Receiver, drained};

/// What is sent, and for how long a trial is.
pub(crate) struct Load<'a> {
    pub(crate) packets: &'a [(Vec<u8>, u64)],
    pub(crate) seconds: f64,
    pub(crate) folder: &'a Path,
}

/// The highest rate of which a receiver loses nothing, found by doubling and then by halving what lies between; at least as high, if the
/// sender can't send more.
pub(crate) fn most(receiver: &Receiver, load: &Load<'_>) -> Result<f64, Box<dyn Error>> {
    let keeps = |rate| keeps(|| trial(receiver, load, rate));
    let (mut good, mut bad) = (0.0, 100_000.0);
    loop {
        match keeps(bad) {
            Ok(true) => (good, bad) = (bad, 2.0 * bad),
            Ok(false) => break,
            Err(error) if good == 0.0 => return Err(error),
            Err(_) => break,
        }
    }
    for _ in 0..5 {
        let middle = f64::midpoint(good, bad);
        if keeps(middle).unwrap_or(false) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Ok(good)
}

/// Whether one of three trials goes well, as others may be at work on this machine. It fails if all of them do.
fn keeps(mut trial: impl FnMut() -> Result<bool, Box<dyn Error>>) -> Result<bool, Box<dyn Error>> {
    let mut last = Ok(false);
    for _ in 0..3 {
        match trial() {
            Ok(true) => return Ok(true),
            other => last = other,
        }
    }
    last
}

/// Whether a receiver takes so many metrics a second, all of them.
fn trial(receiver: &Receiver, load: &Load<'_>, rate: f64) -> Result<bool, Box<dyn Error>> {
    let running = receiver.start(load.folder)?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(("127.0.0.1", running.port))?;
    let (started, mut sent) = (Instant::now(), 0_u64);
    for (packet, lines) in load.packets.iter().cycle() {
        let gone = started.elapsed().as_secs_f64();
        if gone >= load.seconds {
            break;
        }
        while (sent as f64) > rate * started.elapsed().as_secs_f64() {
            std::hint::spin_loop();
        }
        socket.send(packet)?;
        sent += lines;
    }
    let pace = sent as f64 / started.elapsed().as_secs_f64();
    if pace < 0.99 * rate {
        return Err(format!("the sender can't send more than {pace:.0} metrics a second").into());
    }
    let dropped = drained(running.port, 0)?;
    let received = running.end()?;
    Ok(dropped == 0 && received == sent)
}
