//! What sinks send in datagrams, read by the sources of the same protocols: as many readings as there are elements that are not
//! refused, with their values, and nothing that a name or a tag has forged.
#![no_main]

use std::cell::RefCell;
use std::error::Error;
use std::net::UdpSocket;

use libfuzzer_sys::fuzz_target;
use metrix::{MElement, Sink};
use metrix_fuzz::sent;
use metrix_io::ParseLine;
use metrix_io::sinks::graphite::Graphite as GraphiteSink;
use metrix_io::sinks::influx::Influx;
use metrix_io::sinks::statsd::{Dialect, StatsD as StatsdSink};
use metrix_io::sources::graphite::Graphite;
use metrix_io::sources::influx::InfluxLines;
use metrix_io::sources::statsd::StatsD;
use tokio::runtime::{Builder, Runtime};

/// Where datagrams go, and come from.
struct Way {
    runtime: Runtime,
    server: UdpSocket,
    influx: Influx,
    dogstatsd: StatsdSink,
    /// Those that have tags in names.
    statsd: [StatsdSink; 2],
    graphite: [GraphiteSink; 2],
}

thread_local! {
    static WAY: RefCell<Way> = RefCell::new(way().expect("the system has what it takes"));
}

fn way() -> Result<Way, Box<dyn Error>> {
    let server = UdpSocket::bind("127.0.0.1:0")?;
    server.set_nonblocking(true)?;
    let address = server.local_addr()?.to_string();
    let statsd = |dialect| StatsdSink::udp(&address).map(|sink| sink.dialect(dialect));
    Ok(Way {
        runtime: Builder::new_current_thread().enable_all().build()?,
        influx: Influx::udp(&address)?,
        dogstatsd: statsd(Dialect::DogStatsD)?,
        statsd: [statsd(Dialect::Graphite)?, statsd(Dialect::Plain)?],
        graphite: [GraphiteSink::udp(&address)?, GraphiteSink::udp(&address)?.tags_in_names()],
        server,
    })
}

fuzz_target!(|data: (f64, i64, Vec<(String, String, Vec<(String, String)>)>)| {
    let (value, at, texts) = data;
    let batch = sent::batch(value, at, texts.into_iter().map(|(name, more, pairs)| (name + &more, pairs)));
    if batch.is_empty() {
        return;
    }
    WAY.with_borrow_mut(|Way { runtime, server, influx, dogstatsd, statsd, graphite }| {
        check(runtime, server, influx, InfluxLines::new(), &batch, once);
        check(runtime, server, dogstatsd, StatsD::new().absolute_gauges(), &batch, once);
        // What they take for a change of a gauge, this reader does too.
        statsd.iter_mut().for_each(|sink| check(runtime, server, sink, StatsD::new(), &batch, after_zero));
        graphite.iter_mut().for_each(|sink| check(runtime, server, sink, Graphite::new(), &batch, once));
    });
});

/// A value is sent as itself.
fn once(value: f64) -> Vec<f64> {
    vec![value]
}

/// A negative one is sent after a zero.
fn after_zero(value: f64) -> Vec<f64> {
    if value < 0.0 { vec![0.0, value] } else { vec![value] }
}

fn check(
    runtime: &Runtime,
    server: &UdpSocket,
    sink: &mut impl Sink,
    mut source: impl ParseLine,
    batch: &[MElement],
    values: fn(f64) -> Vec<f64>,
) {
    let written = runtime.block_on(async { sink.write(batch).await });
    let mut read = Vec::new();
    let mut datagram = vec![0; 1 << 16];
    while let Ok(bytes) = server.recv(&mut datagram) {
        for line in datagram[..bytes].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let parsed = source.parse(line, &mut |reading| read.push(reading.value));
            assert!(parsed.is_ok(), "{parsed:?}: {:?}", String::from_utf8_lossy(line));
        }
    }
    let sent: Vec<f64> = sent::taken(batch, &written).iter().flat_map(|element| values(element.value)).collect();
    assert_eq!(read, sent, "of {batch:?}");
}
