//! [`Stub`]: a server that refuses the first request and takes all others.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::spawn;

/// A server over HTTP that answers the first request with 400, and all others with 200.
pub(super) struct Stub {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Stub {
    /// The body of the refusal, and its type.
    pub(super) fn start(kind: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<AtomicUsize>::default();
        let refusal = answer("400 Bad Request", kind, body);
        let (taken, counted) = (answer("200 OK", kind, ""), Arc::clone(&requests));
        // It ends with the test.
        spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                read(&connection);
                let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
                let answer = if is_first { &refusal } else { &taken };
                connection.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { address, requests }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many have come so far.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// The last one over its connection.
fn answer(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Reads a request to its end.
fn read(connection: &TcpStream) {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", bytes)) => length = bytes.parse().unwrap(),
            None if line.trim_end().is_empty() => break,
            Some(_) | None => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}
