//! A sink of our own: Graphite's plain text over TCP, to a server that is away at first.
//!
//! A sink writes a batch, and says what it could not write and whether another try may help; queues, retries and reports are
//! the coordinator's. Run it with `cargo run -p examples --example custom_sink`.

use std::net::SocketAddr;
use std::time::Duration;

use metrix::testing::{Arrival, SinkConformance};
use metrix::{MCoordinator, MElement, MStream, Overflow, Retry, Sink, SinkOptions, WriteError, size, tags};
use metrix_core::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Writes elements as lines of [Graphite's plain text protocol](https://graphite.readthedocs.io/en/stable/tags.html).
#[derive(Debug)]
struct Graphite {
    server: SocketAddr,
    connection: Connection,
}

#[derive(Debug)]
enum Connection {
    None,
    Open(TcpStream),
    Closed,
}

impl Graphite {
    fn new(server: SocketAddr) -> Self {
        Self { server, connection: Connection::None }
    }
}

impl Sink for Graphite {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        // Taken out, and put back when all is written: a write that fails or is dropped halfway leaves no connection
        // with half a line in it.
        let mut connection = match std::mem::replace(&mut self.connection, Connection::None) {
            Connection::Open(connection) => connection,
            Connection::None => TcpStream::connect(self.server).await.map_err(WriteError::retryable)?,
            Connection::Closed => {
                self.connection = Connection::Closed;
                return Err(WriteError::refused("the Graphite sink is closed: write before that"));
            }
        };
        let lines: Vec<Option<String>> = batch.iter().map(line).collect();
        let text: String = lines.iter().flatten().map(String::as_str).collect();
        connection.write_all(text.as_bytes()).await.map_err(WriteError::retryable)?;
        self.connection = Connection::Open(connection);

        let refused: Vec<usize> = (0..lines.len()).filter(|&position| lines[position].is_none()).collect();
        if refused.is_empty() {
            return Ok(());
        }
        Err(WriteError::refused("Graphite has no form for it: use plain names and tags").only(refused))
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        match std::mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Open(mut connection) => connection.shutdown().await.map_err(WriteError::retryable),
            Connection::None | Connection::Closed => Ok(()),
        }
    }
}

/// The line of an element, if it has one.
fn line(element: &MElement) -> Option<String> {
    let is_plain =
        |text: &str| (1..200).contains(&text.len()) && text.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
    let texts = element.tags.iter().flat_map(|(name, value)| [name, value]).chain([&*element.name]);
    if !texts.into_iter().all(is_plain) || element.tags.len() > 20 || !element.value.is_finite() {
        return None;
    }
    let tags: String = element.tags.iter().map(|(name, value)| format!(";{name}={value}")).collect();
    let second = element.at.as_nanos().div_euclid(1_000_000_000);
    Some(format!("{}{tags} {} {second}\n", element.name, element.value))
}

/// Reads whole lines, from one connection after the other, until the first of what it returns is dropped and nobody waits.
fn serve(listener: TcpListener) -> (oneshot::Sender<()>, JoinHandle<Vec<String>>) {
    let (stop, mut stopped) = oneshot::channel();
    let lines = tokio::spawn(async move {
        let mut lines = Vec::new();
        loop {
            let (mut connection, _) = tokio::select! {
                biased;
                accepted = listener.accept() => accepted.expect("the listener works"),
                _ = &mut stopped => return lines,
            };
            let mut text = String::new();
            connection.read_to_string(&mut text).await.expect("lines are text");
            lines.extend(text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(str::to_owned));
        }
    });
    (stop, lines)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    check();
    run()
}

/// All that a coordinator can do to it: what its test would say.
fn check() {
    let make = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        listener.set_nonblocking(true).expect("sockets can do that");
        let server = listener.local_addr().expect("it is bound");
        (Graphite::new(server), serve(TcpListener::from_std(listener).expect("it is a listener")))
    };
    let read = async |(stop, lines): (oneshot::Sender<()>, JoinHandle<Vec<String>>)| {
        drop(stop);
        lines.await.expect("the server doesn't panic").into_iter().map(Some).collect()
    };
    SinkConformance::new(make, read).expecting(line).arrival(Arrival::AtLeastOnce).check();
}

#[tokio::main(flavor = "current_thread")]
async fn run() -> Result<(), Box<dyn std::error::Error>> {
    // Bound, but not listening yet: whoever connects is turned away.
    let socket = TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let patient =
        SinkOptions::default().retry(Retry::forever().first(Duration::from_millis(1))).overflow(Overflow::Block);
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("orders").batch(size(3)).aggs(["count", "sum"]))
        .sink_with("graphite", Graphite::new(socket.local_addr()?), patient)
        .start()?;

    let orders = coordinator.stream("orders")?;
    let at = Timestamp::from_secs(1_431_857_100);
    for (euros, shop) in [(12.0, "Kiel"), (30.0, "Bad Segeberg"), (5.0, "Kiel")] {
        orders.send_at(euros, tags! { "shop" => shop }, at); // a blank has no form there
    }
    while coordinator.stats().sinks["graphite"].errors == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (stop, lines) = serve(socket.listen(16)?);

    let report = coordinator.shutdown(Duration::from_secs(10)).await;
    drop(stop);
    let lines = lines.await?;
    lines.iter().for_each(|line| print!("{line}"));
    let graphite = report.sinks["graphite"];
    println!("delivered {}, refused {}, dropped {}", graphite.delivered, graphite.refused, graphite.dropped());
    assert_eq!(lines.len(), 2);
    assert_eq!((graphite.delivered, graphite.refused, graphite.dropped()), (2, 2, 0));
    Ok(())
}
