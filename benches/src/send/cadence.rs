//! `cadence`: a StatsD client, which aggregates nothing: a call formats a line for the server. One sink puts lines into
//! datagrams and sends these to a socket of this machine that nobody reads; the other throws each line away. A line is
//! counted where the client says that it has been sent; there is no handle to bind.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::cadence::prelude::*;
use ::cadence::{BufferedUdpMetricSink, MetricSink, NopMetricSink, StatsdClient};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load, TAGS};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "cadence: buffered UDP", bound: None, each_call: Some(each_udp) },
    Row { name: "cadence: null sink", bound: None, each_call: Some(each_null) },
];

fn each_udp(load: &Arc<Load>) -> Contestant {
    let socket = || UdpSocket::bind("127.0.0.1:0").expect("the system has a free port for the bench");
    let server = socket();
    let address = server.local_addr().expect("a bound socket has an address");
    let sink = BufferedUdpMetricSink::from(address, socket()).expect("an address needs no look-up");
    each(load, sink, server)
}

fn each_null(load: &Arc<Load>) -> Contestant {
    each(load, NopMetricSink, ())
}

/// `server` lives as long as the contestant.
fn each(
    load: &Arc<Load>,
    sink: impl MetricSink + Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe + 'static,
    server: impl Send + 'static,
) -> Contestant {
    let client = Arc::new(StatsdClient::from_sink("bench", sink));
    let came = Arc::new(AtomicU64::new(0));
    let lane = |_| {
        let (client, load, came) = (Arc::clone(&client), Arc::clone(load), Arc::clone(&came));
        move |items: &[Item]| {
            let mut sent = 0;
            for item in items {
                let [host, section, lang] = &load.series[item.series()];
                let line = client.count_with_tags("n", 1).with_tag(TAGS[0], host).with_tag(TAGS[1], section);
                sent += u64::from(line.with_tag(TAGS[2], lang).try_send().is_ok());
            }
            came.fetch_add(sent, Ordering::Relaxed);
        }
    };
    let came = Arc::clone(&came);
    Contestant::new(load, lane, move || {
        drop(server);
        came.load(Ordering::Relaxed)
    })
}
