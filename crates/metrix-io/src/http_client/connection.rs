//! [`Connection`]: an open connection, with or without TLS.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Answer, Fault, HttpUrl, Tls};

/// After an answer its task has to note that all was said, which takes a moment and no word of the server's.
const SETTLED: Duration = Duration::from_millis(100);

/// An open connection, with the task that moves its bytes.
#[derive(Debug)]
pub(super) struct Connection {
    requests: SendRequest<Full<Bytes>>,
    task: JoinHandle<()>,
}

impl Connection {
    pub(super) async fn open(url: &HttpUrl, tls: &Tls) -> Result<Self, Fault> {
        let stream = TcpStream::connect((&*url.host, url.port)).await?;
        // A request is as much as there is to say.
        stream.set_nodelay(true)?;
        let Some(name) = url.tls_name.clone() else { return Self::over(stream).await };
        let stream = TlsConnector::from(tls.config().await?).connect(name, stream).await?;
        Self::over(stream).await
    }

    async fn over<S>(stream: S) -> Result<Self, Fault>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let (requests, transport) = handshake(TokioIo::new(stream)).await?;
        let task = tokio::spawn(async {
            // What goes wrong here is also the answer to the request.
            let _ = transport.await;
        });
        Ok(Self { requests, task })
    }

    /// Whether another request can be sent over it, for all that is known. A server that has answered before it took all of a request
    /// may never take the rest, and is not waited for.
    pub(super) async fn is_open(&mut self) -> bool {
        timeout(SETTLED, self.requests.ready()).await.is_ok_and(|ready| ready.is_ok())
    }

    /// One request and its answer, of which it reads so many bytes at most, and whether the connection can be used again.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        max_answer: usize,
    ) -> Result<(Answer, bool), Fault> {
        let (head, body) = self.requests.send_request(request).await?.into_parts();
        let (status, headers) = (head.status, head.headers);
        match Limited::new(body, max_answer).collect().await {
            Ok(body) => Ok((Answer { status, headers, body: body.to_bytes(), is_whole: true }, true)),
            // The status says enough; of the rest, it can't be known how much is still to come.
            Err(_) => Ok((Answer { status, headers, body: Bytes::new(), is_whole: false }, false)),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}
