//! [`Collector`]: a server that takes all that comes.

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// A server that takes all that comes over connections, and answers nothing.
pub(crate) struct Collector {
    address: String,
    accepts: JoinHandle<()>,
    taken: UnboundedReceiver<Vec<u8>>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let server = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        server.set_nonblocking(true).unwrap();
        let address = server.local_addr().unwrap().to_string();
        let server = TcpListener::from_std(server).unwrap();
        let (give, taken) = unbounded_channel();
        let accepts = tokio::spawn(async move {
            while let Ok((mut connection, _)) = server.accept().await {
                let give = give.clone();
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    // What came before an error has come.
                    let _ = connection.read_to_end(&mut bytes).await;
                    give.send(bytes).unwrap();
                });
            }
        });
        Self { address, accepts, taken }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What has come over each connection, once all of them have ended: a closed sink has none, and no new ones are accepted.
    pub(crate) async fn read(mut self) -> Vec<Vec<u8>> {
        self.accepts.abort();
        let mut all = Vec::new();
        while let Some(bytes) = self.taken.recv().await {
            all.push(bytes);
        }
        all
    }
}
