//! Over HTTPS: whose certificates are trusted.

use std::sync::Arc;

use metrix::Sink;
use metrix_io::Tls;
use metrix_io::sinks::opentsdb::OpenTsdb;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::{elements, listen};
use crate::chain::chain;

/// A server that confirms a request over each connection, and the file of its certificate, which is for `localhost`.
async fn start() -> (String, tempfile::NamedTempFile) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it is a name");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("it is a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (server, address) = listen().await;
    tokio::spawn(async move {
        while let Ok((connection, _)) = server.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let (mut request, mut piece) = (Vec::new(), [0; 4096]);
            // The one point ends the body.
            while !request.ends_with(b"}]") {
                let Ok(bytes @ 1..) = connection.read(&mut piece).await else { break };
                request.extend_from_slice(&piece[..bytes]);
            }
            let answer = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";
            connection.write_all(answer).await.unwrap();
        }
    });
    (address.replace("127.0.0.1", "localhost"), file)
}

#[tokio::test]
async fn a_server_is_trusted_by_a_certificate_of_ones_own() {
    let (address, certificate) = start().await;
    let tls = Tls::from_pem_file(certificate.path()).unwrap();
    let mut sink = OpenTsdb::http(&format!("https://{address}")).unwrap().tls(tls);
    sink.write(&elements(0..1)).await.unwrap();
    assert_eq!(sink.counts().connections(), 1);
}

#[tokio::test]
async fn a_stranger_gets_nothing() {
    let (address, certificate) = start().await;
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), other.cert.pem()).unwrap();
    for (address, trusted) in [
        (address.clone(), file.path()),
        // Its certificate is not for this name.
        (address.replace("localhost", "127.0.0.1"), certificate.path()),
    ] {
        let tls = Tls::from_pem_file(trusted).unwrap();
        let mut sink = OpenTsdb::http(&format!("https://{address}")).unwrap().tls(tls);
        let error = sink.write(&elements(0..1)).await.unwrap_err();
        assert!(error.is_retryable());
        assert!(chain(&error).contains("certificate"), "{}", chain(&error));
        assert_eq!(sink.counts().connections(), 0);
    }
}
