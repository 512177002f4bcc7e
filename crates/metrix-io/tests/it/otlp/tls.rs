//! Over TLS: whose certificates are trusted.

use std::fs;
use std::path::Path;

use metrix::Sink;
use metrix_io::Tls;
use metrix_io::sinks::otlp::{Otlp, Protocol};

use super::peers::{elements, expected};
use crate::arrival::{Way, check_these_arrive};
use crate::chain::chain;
use crate::peers::database::Database;
use crate::peers::otlp_store::by_otlp_store;

/// Lays a new certificate for `localhost`, and its key, into a folder.
fn certify(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it is a name");
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
}

/// Strangers get nothing, and who is trusted gets all.
async fn check(protocol: Protocol) {
    let server = Database::otlp_store(protocol, None, certify);
    let way = Way { server, stored: by_otlp_store, expected };
    let sink = |host: &str, folder: &Path| {
        let sink = Otlp::new(&format!("https://{host}:{}", way.server.http), protocol).unwrap();
        sink.tls(Tls::from_pem_file(folder.join("cert.pem")).unwrap())
    };
    let (own, other) = (way.server.peer.folder(), tempfile::tempdir().unwrap());
    certify(other.path());
    for (host, folder, reason) in [
        // Who has issued it has the same name, but another key.
        ("localhost", other.path(), "invalid peer certificate: BadSignature"),
        ("127.0.0.1", own, "invalid peer certificate: certificate not valid for name \"127.0.0.1\""),
    ] {
        let mut sink = sink(host, folder);
        let error = sink.write(&elements(1)).await.unwrap_err();
        assert!(error.is_retryable() && chain(&error).contains(reason), "{}", chain(&error));
        assert_eq!(sink.counts().connections(), 0);
    }
    let mut sink = sink("localhost", own);
    check_these_arrive(&way, &mut sink, &elements(10_000)).await;
    assert_eq!((sink.counts().connections(), sink.counts().rejected()), (1, 0));
}

#[tokio::test]
async fn it_is_spoken_over_grpc() {
    check(Protocol::Grpc).await;
}

#[tokio::test]
async fn it_is_spoken_over_https() {
    check(Protocol::HttpProtobuf).await;
}
