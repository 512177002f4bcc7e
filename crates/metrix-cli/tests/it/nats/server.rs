//! [`Server`]: NATS with JetStream.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::Info;
use async_nats::jetstream::stream::Config;
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::peers::program;
use crate::ports::free_ports;
use crate::program::until;

/// NATS with JetStream, and a runtime for its clients.
pub(super) struct Server {
    child: Child,
    folder: TempDir,
    pub(super) port: u16,
    pub(super) runtime: Runtime,
}

impl Server {
    pub(super) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let [port] = free_ports();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = Self { child: spawn(port, &folder), folder, port, runtime };
        server.client();
        server
    }

    /// Ends it by a signal that it can't catch.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts one that is dead anew, with all that it had stored.
    pub(super) fn restart(&mut self) {
        self.child = spawn(self.port, &self.folder);
        self.client();
    }

    pub(super) fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &process]).status().unwrap().success());
    }

    pub(super) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// A client of its own, once JetStream answers.
    pub(super) fn client(&self) -> Context {
        until("JetStream", || {
            self.runtime.block_on(async {
                let client = async_nats::jetstream::new(async_nats::connect(self.url()).await.ok()?);
                // Of a name that no test has: that there is none is an answer.
                let answer = client.get_stream("NONE").await.err()?.to_string();
                answer.contains("not found").then_some(client)
            })
        })
    }

    pub(super) fn make_stream(&self, name: &str, subjects: &str) {
        let config = Config { name: name.to_owned(), subjects: vec![subjects.to_owned()], ..Config::default() };
        self.runtime.block_on(async { self.client_now().await.create_stream(config).await.unwrap() });
    }

    async fn client_now(&self) -> Context {
        async_nats::jetstream::new(async_nats::connect(self.url()).await.unwrap())
    }

    /// Publishes messages, many at a time; those that are not acknowledged, as the server has been killed, are published again under the
    /// same number, so that each is there once.
    pub(super) fn publish(&self, subject: &str, messages: Vec<Vec<u8>>) {
        self.runtime.block_on(publish(self.url(), subject.to_owned(), messages, 0));
    }

    /// What the server knows of the program's consumer.
    pub(super) fn consumer(&self, stream: &str) -> Option<Info> {
        self.runtime.block_on(async {
            let client = async_nats::jetstream::new(async_nats::connect(self.url()).await.ok()?);
            client.get_stream(stream).await.ok()?.consumer_info("metrix").await.ok()
        })
    }

    /// What the program has stored of the stream `NUMBERS`.
    pub(super) fn stored_note(&self) -> Option<String> {
        self.runtime.block_on(async {
            let bucket = self.client_now().await.get_key_value("metrix").await.ok()?;
            let stored = bucket.get("NUMBERS.metrix").await.ok()??;
            Some(String::from_utf8(stored.to_vec()).unwrap())
        })
    }

    /// The payloads of all messages of a stream, by their sequences.
    pub(super) fn payloads(&self, stream: &str) -> Vec<String> {
        self.runtime.block_on(async {
            let stream = self.client_now().await.get_stream(stream).await.unwrap();
            let last = stream.cached_info().state.last_sequence;
            let mut payloads = Vec::new();
            for sequence in 1..=last {
                let message = stream.get_raw_message(sequence).await.unwrap();
                payloads.push(String::from_utf8(message.payload.to_vec()).unwrap());
            }
            payloads
        })
    }
}

/// The same in a task, from this number on.
pub(super) async fn publish(url: String, subject: String, messages: Vec<Vec<u8>>, first: usize) {
    let mut client = async_nats::jetstream::new(async_nats::connect(url).await.unwrap());
    // What a server that was killed doesn't acknowledge is sent again before windows close by the clock, since nothing comes.
    client.set_timeout(Duration::from_secs(1));
    let numbered: Vec<(usize, Vec<u8>)> = (first..).zip(messages).collect();
    for some in numbered.chunks(200) {
        let mut rest: Vec<&(usize, Vec<u8>)> = some.iter().collect();
        while !rest.is_empty() {
            let mut acks = Vec::new();
            for message in rest.drain(..) {
                let (number, payload) = message;
                let publish = async_nats::jetstream::message::PublishMessage::build();
                let publish = publish.payload(payload.clone().into()).message_id(format!("{subject}-{number}"));
                let ack = client.send_publish(subject.clone(), publish).await;
                acks.push((message, ack));
            }
            // All at once, so that those of one server that was killed wait together.
            let acks = acks.into_iter().map(async |(message, ack)| match ack {
                Ok(ack) => ack.await.err().map(|_| message),
                Err(_) => Some(message),
            });
            rest.extend(join_all(acks).await.into_iter().flatten());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, folder: &TempDir) -> Child {
    let mut command = Command::new(program("nats-server"));
    command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(folder.path().join("js"));
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
