//! [`Secured`]: TLS for connections to PostgreSQL, by rustls.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// Makes TLS of connections, with a server that has a certificate of the host's name.
#[derive(Clone)]
pub(super) struct Secured {
    config: Arc<ClientConfig>,
    host: String,
}

impl Secured {
    pub(super) fn new(config: Arc<ClientConfig>) -> Self {
        Self { config, host: String::new() }
    }
}

impl MakeTlsConnect<Socket> for Secured {
    type Stream = Stream;
    type TlsConnect = Self;
    type Error = io::Error;

    fn make_tls_connect(&mut self, host: &str) -> io::Result<Self> {
        Ok(Self { host: host.to_owned(), ..self.clone() })
    }
}

impl TlsConnect<Socket> for Secured {
    type Stream = Stream;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Stream>>;

    fn connect(self, socket: Socket) -> Self::Future {
        async move {
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            let stream = TlsConnector::from(self.config).connect(name, socket).await.map_err(with_mend)?;
            Ok(Stream(Box::new(stream)))
        }
        .boxed()
    }
}

/// Says what helps if it is the certificate.
fn with_mend(error: io::Error) -> io::Error {
    let is_certificate = |cause: &rustls::Error| matches!(cause, rustls::Error::InvalidCertificate(_));
    if error.get_ref().and_then(|cause| cause.downcast_ref()).is_some_and(is_certificate) {
        let mend = "name the server's certificate, or that of who has signed it, by `ca_file`, and the host as the certificate does, \
                    or do without TLS by `?sslmode=disable`";
        io::Error::new(error.kind(), format!("{error}; {mend}"))
    } else {
        error
    }
}

/// A connection with TLS.
pub(super) struct Stream(Box<tokio_rustls::client::TlsStream<Socket>>);

impl TlsStream for Stream {
    /// The certificate itself says who the server is.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
