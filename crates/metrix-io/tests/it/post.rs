//! [`post`]: a request over a connection that goes on.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Posts a body, and gives the status of the answer, of which nothing is left.
pub(crate) async fn post(client: &mut BufReader<TcpStream>, target: &str, headers: &str, body: &[u8]) -> u16 {
    let head = format!("POST {target} HTTP/1.1\r\nhost: a\r\n{headers}content-length: {}\r\n\r\n", body.len());
    client.get_mut().write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let (mut status, mut length) = (String::new(), 0);
    client.read_line(&mut status).await.unwrap();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await.unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    client.read_exact(&mut vec![0; length]).await.unwrap();
    status.strip_prefix("HTTP/1.1 ").unwrap()[..3].parse().unwrap()
}
