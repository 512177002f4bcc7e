//! [`Relay`]: what Graphite itself puts in front of its stores.

use std::fs;
use std::path::Path;

use super::{Peer, free_ports, is_open};

/// Takes points, and sends them on as lines.
pub(crate) struct Relay {
    pub(crate) lines: u16,
    pub(crate) pickles: u16,
    _peer: Peer,
}

impl Relay {
    /// To this port of this machine.
    pub(crate) fn start(to: u16) -> Self {
        let [lines, pickles] = free_ports();
        let args = |folder: &Path| {
            fs::create_dir(folder.join("storage")).expect("the folder can be written to");
            let config = include_str!("relay.conf")
                .replace("@DIR@", folder.to_str().expect("the folder's name is text"))
                .replace("@LINES@", &lines.to_string())
                .replace("@PICKLES@", &pickles.to_string())
                .replace("@TO@", &to.to_string());
            let path = folder.join("relay.conf");
            fs::write(&path, config).expect("the folder can be written to");
            // It stores nothing, and asks for it all the same.
            fs::write(folder.join("storage-schemas.conf"), "").expect("the folder can be written to");
            vec![format!("--config={}", path.display()), "--nodaemon".to_owned(), "start".to_owned()]
        };
        let is_ready = move || is_open(lines) && is_open(pickles);
        Self { _peer: Peer::start("carbon-relay", args, is_ready), lines, pickles }
    }
}
