//! Graphite's pickles, compared with what the same elements are as lines.

use std::cell::RefCell;
use std::error::Error;
use std::io::Read;
use std::net::{TcpListener, TcpStream, UdpSocket};

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_fuzz::sent::taken;
use metrix_io::sinks::graphite::Graphite;
use tokio::runtime::{Builder, Runtime};

/// Where pickles and lines go, and come from.
struct Way {
    runtime: Runtime,
    pickles: Graphite,
    listener: TcpListener,
    connection: Option<TcpStream>,
    lines: Graphite,
    socket: UdpSocket,
}

thread_local! {
    static WAY: RefCell<Way> = RefCell::new(way().expect("the system has what it takes"));
}

fn way() -> Result<Way, Box<dyn Error>> {
    let (listener, socket) = (TcpListener::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
    socket.set_nonblocking(true)?;
    Ok(Way {
        runtime: Builder::new_current_thread().enable_all().build()?,
        pickles: Graphite::pickle(&listener.local_addr()?.to_string())?,
        listener,
        connection: None,
        lines: Graphite::udp(&socket.local_addr()?.to_string())?,
        socket,
    })
}

/// The path, the seconds and the value.
type Point = (String, i64, f64);

pub(crate) fn check(batch: &[MElement]) {
    let mut batch = batch.to_vec();
    // What stands before it is all that has been sent.
    batch.push(MElement::new("end", 0.0, tags! {}, Timestamp::from_secs(1)));
    WAY.with_borrow_mut(|Way { runtime, pickles, listener, connection, lines, socket }| {
        let written = runtime.block_on(async { pickles.write(&batch).await });
        let sent = taken(&batch, &written);
        let connection = connection.get_or_insert_with(|| listener.accept().expect("it has connected").0);
        let mut points = Vec::new();
        while points.len() < sent.len() {
            points.extend(frame(connection));
        }
        assert_eq!(points.len(), sent.len(), "of {batch:?}");
        assert!(points.iter().zip(&sent).all(|(point, sent)| point.2 == sent.value), "{points:?} of {batch:?}");

        let written = runtime.block_on(async { lines.write(&batch).await });
        assert_eq!(taken(&batch, &written), sent, "what a line can't say, no pickle says");
        let mut datagram = vec![0; 1 << 16];
        let mut read = Vec::new();
        while let Ok(bytes) = socket.recv(&mut datagram) {
            let text = std::str::from_utf8(&datagram[..bytes]).expect("it is ASCII");
            read.extend(text.lines().map(line));
        }
        assert_eq!(points, read, "of {batch:?}");
    });
}

fn line(line: &str) -> Point {
    let words: Vec<&str> = line.split(' ').collect();
    let [path, value, seconds] = words[..] else { panic!("{line:?}") };
    (path.to_owned(), seconds.parse().expect("seconds"), value.parse().expect("a number"))
}

/// The points of the next frame.
fn frame(connection: &mut TcpStream) -> Vec<Point> {
    let mut length = [0; 4];
    connection.read_exact(&mut length).expect("a length");
    let mut frame = vec![0; u32::from_be_bytes(length) as usize];
    connection.read_exact(&mut frame).expect("a frame");
    // Protocol 2, a list, and what belongs to it from a mark on.
    let mut rest = frame.strip_prefix(b"\x80\x02](").expect("a pickle begins").strip_suffix(b"e.").expect("it ends");
    let mut points = Vec::new();
    while !rest.is_empty() {
        points.push(point(&mut rest));
    }
    points
}

/// A pair of a text and a pair of an integer and a float.
fn point(rest: &mut &[u8]) -> Point {
    let [b'X', length @ ..] = take::<5>(rest) else { panic!("{rest:?}") };
    let (path, after) = rest.split_at(u32::from_le_bytes(length) as usize);
    *rest = after;
    let path = String::from_utf8(path.to_vec()).expect("UTF-8");
    let seconds = match take(rest) {
        [b'J'] => i32::from_le_bytes(take(rest)).into(),
        // An integer of any length, with a sign: of five bytes.
        [0x8a] => {
            let [5, a, b, c, d, sign] = take(rest) else { panic!("{rest:?}") };
            assert_eq!(sign, 0, "the time is not negative");
            u32::from_le_bytes([a, b, c, d]).into()
        }
        other => panic!("{other:?} is no integer"),
    };
    assert_eq!(take(rest), [b'G']);
    let value = f64::from_be_bytes(take(rest));
    assert_eq!(take(rest), [0x86, 0x86]);
    (path, seconds, value)
}

fn take<const BYTES: usize>(rest: &mut &[u8]) -> [u8; BYTES] {
    let (taken, after) = rest.split_first_chunk().expect("there is more");
    *rest = after;
    *taken
}
