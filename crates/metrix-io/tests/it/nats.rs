//! NATS JetStream: the sink and the source.

mod conformance;
mod faults;
mod sink;
mod source;
mod source_consumers;
mod source_faults;
mod tls;

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::Config;
use metrix::{MElement, Sink, sink::JsonLines};
use metrix_io::NatsServer;
use metrix_io::sinks::nats::Nats;

use crate::peers::nats::NatsPeer;

fn server(peer: &NatsPeer) -> NatsServer {
    NatsServer::new(&peer.url()).unwrap()
}

/// A sink whose stream is `METRIX`.
fn sink(peer: &NatsPeer) -> Nats {
    Nats::new(server(peer)).create_stream("METRIX").unwrap()
}

/// An element as the sink of lines writes it.
async fn line(element: &MElement) -> String {
    let mut lines = JsonLines::new(Vec::new());
    lines.write(std::slice::from_ref(element)).await.unwrap();
    String::from_utf8(lines.into_inner()).unwrap().trim_end_matches('\n').to_owned()
}

/// What the table of the sink's docs makes of a name, written down once more.
fn subject(name: &str) -> String {
    let tokens = name.split('.').map(|token| {
        let is_bad = |char: char| char.is_whitespace() || char.is_control() || char == '*' || char == '>';
        let token = token.replace(is_bad, "_");
        if token.is_empty() { "_".to_owned() } else { token }
    });
    format!("metrix.{}", tokens.collect::<Vec<_>>().join("."))
}

/// A stream of this name for the subjects below it, in small letters.
async fn make_stream(client: &Context, name: &str) {
    let config =
        Config { name: name.to_owned(), subjects: vec![format!("{}.>", name.to_lowercase())], ..Config::default() };
    client.create_stream(config).await.expect("a stream can be made");
}

/// Publishes the numbers of a range, each to `numbers.<number modulo 10>`.
async fn publish(client: &Context, numbers: std::ops::Range<u64>) {
    // So many are on their way at a time; a client takes 5000.
    for some in numbers.collect::<Vec<_>>().chunks(1000) {
        let mut acks = Vec::new();
        for number in some {
            let subject = format!("numbers.{}", number % 10);
            acks.push(client.publish(subject, number.to_string().into()).await.unwrap());
        }
        for ack in acks {
            ack.await.unwrap();
        }
    }
}
