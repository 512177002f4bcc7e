//! [`Frames`]: HTTP/2 by hand, for what no well-behaved client sends.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// What a server says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Numbers of settings, and their values.
    Settings(Vec<(u16, u32)>),
    /// A call is over, as far as the server goes.
    Ended(u32),
    /// A call is reset, with a code.
    Reset(u32, u32),
}

/// A connection on which frames are written one by one.
pub(super) struct Frames(TcpStream);

impl Frames {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        let mut frames = Self(TcpStream::connect(address).await.unwrap());
        frames.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        frames.write(SETTINGS, 0, 0, &[]).await;
        frames
    }

    /// Begins a call, whose message is still to come.
    pub(super) async fn begin(&mut self, call: u32, path: &str) {
        let fields = [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "a"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ];
        let mut block = Vec::new();
        for (name, value) in fields {
            // A literal that no table has, by HPACK; both texts are shorter than 127 bytes.
            block.push(0);
            for text in [name, value] {
                block.push(u8::try_from(text.len()).unwrap());
                block.extend_from_slice(text.as_bytes());
            }
        }
        self.write(HEADERS, END_HEADERS, call, &block).await;
    }

    /// Sends what a call has, and that it has no more.
    pub(super) async fn end(&mut self, call: u32, bytes: &[u8]) {
        self.write(DATA, END_STREAM, call, bytes).await;
    }

    async fn write(&mut self, kind: u8, flags: u8, call: u32, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        let head = [&length[1..], &[kind, flags], &call.to_be_bytes()].concat();
        self.0.write_all(&[&head, bytes].concat()).await.unwrap();
    }

    /// The next that is said and is of interest.
    pub(super) async fn next(&mut self) -> Said {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.unwrap();
            let [a, b, c, kind, flags, call @ ..] = head;
            let mut bytes = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
            self.0.read_exact(&mut bytes).await.unwrap();
            let call = u32::from_be_bytes(call);
            match kind {
                SETTINGS if flags & ACK == 0 => {
                    let setting = |bytes: &[u8]| {
                        let (number, value) = bytes.split_at(2);
                        let number = u16::from_be_bytes(number.try_into().unwrap());
                        (number, u32::from_be_bytes(value.try_into().unwrap()))
                    };
                    return Said::Settings(bytes.chunks(6).map(setting).collect());
                }
                RESET => return Said::Reset(call, u32::from_be_bytes(bytes.try_into().unwrap())),
                DATA | HEADERS if flags & END_STREAM != 0 => return Said::Ended(call),
                _ => {}
            }
        }
    }
}
