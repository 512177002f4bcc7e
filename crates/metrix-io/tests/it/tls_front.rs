//! [`TlsFront`]: TLS before a server that speaks none.

use std::sync::Arc;

use metrix::{MElement, Sink, Tags, Timestamp};
use metrix_io::Tls;
use tempfile::NamedTempFile;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::chain::chain;

/// Takes TLS off connections, and hands on what they say to a server that speaks none, until the runtime ends.
pub(crate) struct TlsFront {
    port: u16,
    /// Its own, which is for `localhost`.
    certificate: NamedTempFile,
    /// Of somebody else by that name.
    other: NamedTempFile,
}

/// A certificate for `localhost` and its key, and the file that has it.
fn certify() -> (rcgen::CertifiedKey<rcgen::KeyPair>, NamedTempFile) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it is a name");
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), made.cert.pem()).unwrap();
    (made, file)
}

impl TlsFront {
    /// One before the server at this port of this machine.
    pub(crate) async fn before(server: u16) -> Self {
        let ((made, certificate), (_, other)) = (certify(), certify());
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("it is a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // Who doesn't trust it hangs up.
                    let Ok(mut connection) = acceptor.accept(connection).await else { return };
                    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                    // Either may end it as it likes.
                    let _ = copy_bidirectional(&mut connection, &mut server).await;
                });
            }
        });
        Self { port, certificate, other }
    }

    /// Its URL, and what trusts it.
    pub(crate) fn trusted(&self) -> (String, Tls) {
        (format!("https://localhost:{}", self.port), Tls::from_pem_file(self.certificate.path()).unwrap())
    }

    /// URLs of it with what has no reason to trust it there, and the reason.
    pub(crate) fn strangers(&self) -> [(String, Tls, &'static str); 2] {
        [
            // Who has issued it has the same name, but another key.
            ("localhost", &self.other, "invalid peer certificate: BadSignature"),
            ("127.0.0.1", &self.certificate, "invalid peer certificate: certificate not valid for name \"127.0.0.1\""),
        ]
        .map(|(host, file, reason)| {
            (format!("https://{host}:{}", self.port), Tls::from_pem_file(file.path()).unwrap(), reason)
        })
    }

    /// A sink that has no reason to trust it sends nothing, and may try again.
    pub(crate) async fn check_strangers<S: Sink>(
        &self,
        sink: impl Fn(&str, Tls) -> S,
        connections: impl Fn(&S) -> u64,
    ) {
        for (url, tls, reason) in self.strangers() {
            let mut sink = sink(&url, tls);
            let element = MElement::new("m", 1.0, Tags::from([("a", "b")]), Timestamp::from_secs(60));
            let error = sink.write(&[element]).await.unwrap_err();
            assert!(error.is_retryable() && chain(&error).contains(reason), "{}", chain(&error));
            assert_eq!(connections(&sink), 0);
        }
    }
}
