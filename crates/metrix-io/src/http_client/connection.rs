//! [`Connection`]: an open connection, with or without TLS.

use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
#[cfg(feature = "otlp")]
use hyper::client::conn::http2;
use hyper::{HeaderMap, Request};
#[cfg(feature = "otlp")]
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Answer, Fault, HttpUrl, HttpVersion, Tls};

/// After an answer its task has to note that all was said, which takes a moment and no word of the server's.
const SETTLED: Duration = Duration::from_millis(100);

/// An open connection, with the task that moves its bytes.
#[derive(Debug)]
pub(super) struct Connection {
    requests: Requests,
    task: JoinHandle<()>,
}

#[derive(Debug)]
enum Requests {
    One(http1::SendRequest<Full<Bytes>>),
    #[cfg(feature = "otlp")]
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    pub(super) async fn open(url: &HttpUrl, tls: &Tls, version: HttpVersion) -> Result<Self, Fault> {
        let stream = TcpStream::connect((&*url.host, url.port)).await?;
        // A request is as much as there is to say.
        stream.set_nodelay(true)?;
        let Some(name) = url.tls_name.clone() else { return Self::over(stream, version).await };
        let connector = TlsConnector::from(tls.config().await?);
        let stream = match version {
            HttpVersion::One => connector.connect(name, stream).await?,
            #[cfg(feature = "otlp")]
            HttpVersion::Two => connector.with_alpn(vec![b"h2".to_vec()]).connect(name, stream).await?,
        };
        Self::over(stream, version).await
    }

    async fn over<S>(stream: S, version: HttpVersion) -> Result<Self, Fault>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        // What goes wrong with a transport is also the answer to the request.
        let (requests, task) = match version {
            HttpVersion::One => {
                let (requests, transport) = http1::handshake(TokioIo::new(stream)).await?;
                let task = tokio::spawn(async { _ = transport.await });
                (Requests::One(requests), task)
            }
            #[cfg(feature = "otlp")]
            HttpVersion::Two => {
                let (requests, transport) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
                let task = tokio::spawn(async { _ = transport.await });
                (Requests::Two(requests), task)
            }
        };
        Ok(Self { requests, task })
    }

    /// Whether another request can be sent over it, for all that is known. A server that has answered before it took all of a request
    /// may never take the rest, and is not waited for.
    pub(super) async fn is_open(&mut self) -> bool {
        let ready = async {
            match &mut self.requests {
                Requests::One(requests) => requests.ready().await,
                #[cfg(feature = "otlp")]
                Requests::Two(requests) => requests.ready().await,
            }
        };
        timeout(SETTLED, ready).await.is_ok_and(|ready| ready.is_ok())
    }

    /// One request and its answer, of which it reads so many bytes at most, and whether the connection can be used again.
    pub(super) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        max_answer: usize,
    ) -> Result<(Answer, bool), Fault> {
        let response = match &mut self.requests {
            Requests::One(requests) => requests.send_request(request).await?,
            #[cfg(feature = "otlp")]
            Requests::Two(requests) => requests.send_request(request).await?,
        };
        let (head, body) = response.into_parts();
        let (status, headers) = (head.status, head.headers);
        match Limited::new(body, max_answer).collect().await {
            Ok(body) => {
                let trailers = body.trailers().cloned().unwrap_or_default();
                Ok((Answer { status, headers, body: body.to_bytes(), trailers, is_whole: true }, true))
            }
            // The status says enough; of the rest, it can't be known how much is still to come.
            Err(_) => {
                let (body, trailers) = (Bytes::new(), HeaderMap::new());
                Ok((Answer { status, headers, body, trailers, is_whole: false }, false))
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}
