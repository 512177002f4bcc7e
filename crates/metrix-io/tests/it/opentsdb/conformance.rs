//! The contract of sinks, over both protocols, with a server that takes everything.

use std::collections::BTreeMap;

use metrix::testing::{Arrival, Order, SinkConformance};
use metrix::{MElement, tags};
use metrix_io::sinks::opentsdb::OpenTsdb;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// What is stored: name, seconds, value and tags.
type Point = (String, i64, f64, BTreeMap<String, String>);

/// Characters as the protocol allows them.
fn clean(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let text: String = text.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    if text.is_empty() { "_".into() } else { text }
}

fn stored(element: &MElement) -> Point {
    let tags = element.tags.or(&tags! { "host" => "a" });
    let tags = tags.iter().map(|(name, value)| (clean(name), clean(value))).collect();
    (clean(&element.name), element.at.as_nanos().div_euclid(1_000_000_000), element.value, tags)
}

fn from_line(line: &str) -> Point {
    let mut words = line.strip_prefix("put ").expect("a command that stores").split(' ');
    let mut word = || words.next().expect("a name, a time and a value");
    let (name, secs, value) = (word().into(), word().parse().unwrap(), word().parse().unwrap());
    let tags = words.map(|tag| tag.split_once('=').expect("a tag")).map(|(name, value)| (name.into(), value.into()));
    (name, secs, value, tags.collect())
}

fn from_json(point: &Value) -> Point {
    let tags = point["tags"].as_object().unwrap().iter();
    let tags = tags.map(|(name, value)| (name.clone(), value.as_str().unwrap().into())).collect();
    let text = |key: &str| point[key].as_str().unwrap().to_owned();
    (text("metric"), point["timestamp"].as_i64().unwrap(), point["value"].as_f64().unwrap(), tags)
}

async fn telnet(connection: TcpStream, points: UnboundedSender<Point>) {
    let mut lines = BufReader::new(connection).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        points.send(from_line(&line)).unwrap();
    }
}

/// Confirms each request that comes whole.
async fn http(connection: TcpStream, points: UnboundedSender<Point>) {
    let mut connection = BufReader::new(connection);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if !matches!(connection.read_line(&mut line).await, Ok(1..)) {
                return;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.trim_end().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        if connection.read_exact(&mut body).await.is_err() {
            return;
        }
        let body: Vec<Value> = serde_json::from_slice(&body).unwrap();
        body.iter().for_each(|point| points.send(from_json(point)).unwrap());
        if connection.get_mut().write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}

/// What accepts connections, and what has come over them.
struct Server {
    accepts: JoinHandle<()>,
    taken: UnboundedReceiver<Point>,
}

/// A server on a free port; it hands out the points that it takes.
fn start<F>(serve: impl Fn(TcpStream, UnboundedSender<Point>) -> F + Send + 'static) -> (String, Server)
where
    F: Future<Output = ()> + Send + 'static,
{
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    server.set_nonblocking(true).unwrap();
    let address = server.local_addr().unwrap().to_string();
    let server = TcpListener::from_std(server).unwrap();
    let (points, taken) = unbounded_channel();
    let accepts = tokio::spawn(async move {
        while let Ok((connection, _)) = server.accept().await {
            tokio::spawn(serve(connection, points.clone()));
        }
    });
    (address, Server { accepts, taken })
}

/// All that has come, once the connections have ended: a closed sink has none, and no new ones are accepted.
async fn read(mut server: Server) -> Vec<Point> {
    server.accepts.abort();
    let mut points = Vec::new();
    while let Some(point) = server.taken.recv().await {
        points.push(point);
    }
    points
}

#[test]
fn over_telnet() {
    let make = || {
        let (address, server) = start(telnet);
        (OpenTsdb::telnet(&address).unwrap().default_tags(tags! { "host" => "a" }), server)
    };
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn over_http() {
    let make = || {
        let (address, server) = start(http);
        (OpenTsdb::http(&format!("http://{address}")).unwrap().default_tags(tags! { "host" => "a" }), server)
    };
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}
