//! What sinks send in datagrams, read by the sources of the same protocols: as many readings as there are elements that are not
//! refused, with their values, and nothing that a name or a tag has forged.
#![no_main]

use std::cell::RefCell;
use std::net::UdpSocket;

use libfuzzer_sys::fuzz_target;
use metrix::{MElement, Sink, Tags, Timestamp};
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
    statsd: StatsdSink,
    graphite: GraphiteSink,
}

thread_local! {
    static WAY: RefCell<Way> = RefCell::new(way());
}

fn way() -> Way {
    let runtime = Builder::new_current_thread().enable_all().build().expect("the system has what it takes");
    let server = UdpSocket::bind("127.0.0.1:0").expect("there are free ports");
    server.set_nonblocking(true).expect("it is a socket");
    let address = server.local_addr().expect("it is bound").to_string();
    let (influx, statsd, graphite) = (Influx::udp(&address), StatsdSink::udp(&address), GraphiteSink::udp(&address));
    let statsd = statsd.expect("it is an address").dialect(Dialect::DogStatsD);
    Way {
        runtime,
        server,
        influx: influx.expect("it is an address"),
        statsd,
        graphite: graphite.expect("it is an address"),
    }
}

fuzz_target!(|data: (f64, i64, Vec<(String, String, Vec<(String, String)>)>)| {
    let (value, nanos, texts) = data;
    // Seconds that all protocols have.
    let at = Timestamp::from_secs(nanos.rem_euclid(4_000_000_000) + 1);
    let element = |(number, (name, more, pairs)): (usize, (String, String, Vec<(String, String)>))| {
        MElement::new(format!("{name}{more}"), value + number as f64, Tags::from(pairs), at)
    };
    let batch: Vec<MElement> = texts.into_iter().take(8).enumerate().map(element).collect();
    if batch.is_empty() {
        return;
    }
    WAY.with_borrow_mut(|Way { runtime, server, influx, statsd, graphite }| {
        check(runtime, server, influx, InfluxLines::new(), &batch);
        check(runtime, server, statsd, StatsD::new().absolute_gauges(), &batch);
        check(runtime, server, graphite, Graphite::new(), &batch);
    });
});

fn check(runtime: &Runtime, server: &UdpSocket, sink: &mut impl Sink, mut source: impl ParseLine, batch: &[MElement]) {
    let written = runtime.block_on(async { sink.write(batch).await });
    let refused: Vec<usize> = match &written {
        Ok(()) => Vec::new(),
        Err(error) => {
            assert!(!error.is_retryable(), "{error:?}");
            error.positions().map_or((0..batch.len()).collect(), <[usize]>::to_vec)
        }
    };
    let mut values = Vec::new();
    let mut datagram = vec![0; 1 << 16];
    while let Ok(bytes) = server.recv(&mut datagram) {
        for line in datagram[..bytes].split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let read = source.parse(line, &mut |reading| values.push(reading.value));
            assert!(read.is_ok(), "{read:?}: {:?}", String::from_utf8_lossy(line));
        }
    }
    let sent = batch.iter().enumerate().filter(|(place, _)| !refused.contains(place)).map(|(_, element)| element.value);
    let sent: Vec<f64> = sent.collect();
    assert_eq!(values, sent, "of {batch:?}");
}
