//! [`request`]: asks a server.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::peers::PATIENCE;

/// The whole answer to a request; HTTP/1.0, so that it ends with the connection. Headers end with line breaks.
pub(super) fn request(port: u16, method: &str, path: &str, headers: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\nhost: a\r\n{headers}content-length: {length}\r\n\r\n").unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
