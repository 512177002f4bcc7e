//! NATS JetStream: what the program reads from it and writes to it, whoever is killed.

mod any_payload;
mod killed;
mod kinds;
mod one_consumer;
mod server;

use metrix_io::sinks::sqlite::{Query, Store};

use crate::program::Scene;

/// The sum of all values of this name in the store of a scene.
fn stored(scene: &Scene, name: &str) -> f64 {
    let elements = Store::open_read_only(scene.path("store.db")).and_then(|store| store.query(&Query::names(name)));
    // It may not be there yet.
    elements.map_or(0.0, |elements| elements.iter().map(|element| element.value).sum())
}
