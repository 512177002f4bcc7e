//! [`NatsPeer`]: NATS with JetStream.

use std::fs;
use std::path::Path;

use async_nats::header::NATS_MESSAGE_ID;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use futures::StreamExt;

use super::{Peer, free_ports, get};

/// NATS with JetStream.
pub(crate) struct NatsPeer {
    pub(crate) peer: Peer,
    pub(crate) port: u16,
}

/// A message of a stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StoredMessage {
    pub(crate) subject: String,
    pub(crate) payload: String,
    pub(crate) id: Option<String>,
}

impl NatsPeer {
    pub(crate) fn start() -> Self {
        Self::configured("")
    }

    /// With these lines in its configuration.
    pub(crate) fn configured(lines: &str) -> Self {
        let [port, monitor] = free_ports();
        let args = |folder: &Path| {
            let path = folder.join("nats.conf");
            let store = folder.join("js");
            let text = format!("jetstream {{ store_dir: {:?} }}\n{lines}\n", store.display().to_string());
            fs::write(&path, text).expect("the folder can be written to");
            let (port, monitor) = (port.to_string(), monitor.to_string());
            let path = path.display().to_string();
            ["-a", "127.0.0.1", "-p", &port, "-m", &monitor, "-c", &path].map(str::to_owned).to_vec()
        };
        Self { peer: Peer::start("nats-server", args, move || get(monitor, "/healthz").is_ok()), port }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// A client of its own.
    pub(crate) async fn client(&self) -> Context {
        async_nats::jetstream::new(async_nats::connect(self.url()).await.expect("it listens"))
    }

    /// All that a stream has, in order; nothing if there is no such stream.
    pub(crate) async fn stored(&self, stream: &str) -> Vec<StoredMessage> {
        let client = self.client().await;
        let Ok(stream) = client.get_stream(stream).await else { return Vec::new() };
        let count = stream.cached_info().state.messages as usize;
        if count == 0 {
            return Vec::new();
        }
        let config = pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() };
        let consumer = stream.create_consumer(config).await.expect("consumers can be made");
        let messages = consumer.fetch().max_messages(count).messages().await.expect("there are messages");
        let all = messages.map(|message| {
            let message = message.expect("it is a message");
            let id = message.headers.as_ref().and_then(|headers| headers.get(NATS_MESSAGE_ID));
            StoredMessage {
                subject: message.subject.to_string(),
                payload: String::from_utf8(message.payload.to_vec()).expect("it is text"),
                id: id.map(|id| id.as_str().to_owned()),
            }
        });
        let all: Vec<StoredMessage> = all.collect().await;
        assert_eq!(all.len(), count);
        all
    }
}
