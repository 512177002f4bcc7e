//! The source, to which Graphite's own relay sends what it is sent.

use metrix::Sink;
use metrix_io::sinks::graphite::Graphite as GraphiteSink;
use metrix_io::sources::graphite::Graphite;
use metrix_io::sources::tcp_lines::TcpLines;
use tokio::time::timeout;

use super::expected::tagged;
use crate::hostile::hostile_elements;
use crate::peers::PATIENCE;
use crate::peers::relay::Relay;
use crate::peers::stored::Stored;

/// 10 000 hostile elements come by way of it, each once.
async fn check(feed: impl FnOnce(&Relay) -> GraphiteSink) {
    let mut tcp = TcpLines::bind("127.0.0.1:0".parse().unwrap(), Graphite::new()).unwrap();
    let relay = Relay::start(tcp.address().port());
    let (mut sink, elements) = (feed(&relay), hostile_elements(10_000));
    sink.write(&elements).await.unwrap();
    sink.close().await.unwrap();
    let (expected, mut found) = (tagged(&elements), Stored::new());
    let receiving = async {
        while found.len() < elements.len() {
            tcp.receive(|read| {
                let reading = read.unwrap();
                let tags = reading.tags.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
                let seconds = reading.at.expect("a time").as_nanos() / 1_000_000_000;
                found.entry((reading.name.to_string(), tags, seconds)).or_default().push(reading.value);
            })
            .await;
        }
    };
    timeout(PATIENCE, receiving).await.expect("all of them come");
    let wrong = found.iter().find(|(key, values)| expected.get(key) != Some(values));
    assert_eq!((wrong, found.len()), (None, expected.len()));
    assert_eq!(tcp.meter().stats().connections, 1);
}

#[tokio::test]
async fn the_lines_of_a_relay_that_takes_lines_are_read() {
    check(|relay| GraphiteSink::tcp(&format!("127.0.0.1:{}", relay.lines)).unwrap()).await;
}

#[tokio::test]
async fn the_lines_of_a_relay_that_takes_pickles_are_read() {
    check(|relay| GraphiteSink::pickle(&format!("127.0.0.1:{}", relay.pickles)).unwrap()).await;
}
