//! The sink does what any sink must do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use metrix::MElement;
use metrix::testing::SinkConformance;
use metrix_io::sinks::nats::Nats;

use super::{line, server};
use crate::peers::nats::NatsPeer;

#[test]
fn it_conforms() {
    let peer = Arc::new(NatsPeer::start());
    let streams = AtomicU32::new(0);
    let make = || {
        let stream = format!("S{}", streams.fetch_add(1, Ordering::Relaxed));
        let sink = Nats::new(server(&peer)).create_stream(&stream).unwrap();
        (sink.subject(&format!("{}.{{name}}", stream.to_lowercase())).unwrap(), (Arc::clone(&peer), stream))
    };
    let read = async |(peer, stream): (Arc<NatsPeer>, String)| {
        let stored = peer.stored(&stream).await;
        stored.into_iter().map(|message| message.payload).collect::<Vec<_>>()
    };
    let expecting = |element: &MElement| futures::executor::block_on(line(element));
    SinkConformance::new(make, read).expecting(expecting).check();
}
