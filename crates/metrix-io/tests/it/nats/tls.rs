//! Over TLS: whose certificates are trusted.

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::nats::Nats;
use metrix_io::{NatsServer, Tls};

use crate::chain::chain;
use crate::peers::nats::NatsPeer;

/// A server whose clients have to speak TLS, and the file of its certificate, which is for `localhost`.
fn start() -> (NatsPeer, tempfile::TempDir) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("it is a name");
    let folder = tempfile::TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let lines = format!(
        "tls {{ cert_file: {:?}, key_file: {:?} }}",
        certificate.display().to_string(),
        key.display().to_string()
    );
    (NatsPeer::configured(&lines), folder)
}

fn elements() -> Vec<MElement> {
    vec![MElement::new("a", 1.0, tags! {}, Timestamp::EPOCH)]
}

fn sink(url: &str, tls: Tls) -> Nats {
    Nats::new(NatsServer::new(url).unwrap().tls(tls)).create_stream("METRIX").unwrap()
}

#[tokio::test]
async fn a_server_is_trusted_by_a_certificate_of_ones_own() {
    let (peer, folder) = start();
    for scheme in ["tls", "nats"] {
        let tls = Tls::from_pem_file(folder.path().join("cert.pem")).unwrap();
        let mut sink = sink(&format!("{scheme}://localhost:{}", peer.port), tls);
        sink.write(&elements()).await.unwrap_or_else(|error| panic!("{}", chain(&error)));
    }
}

#[tokio::test]
async fn a_stranger_gets_nothing() {
    let (peer, folder) = start();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = folder.path().join("other.pem");
    std::fs::write(&file, other.cert.pem()).unwrap();
    for (host, trusted) in [("localhost", file), ("127.0.0.1", folder.path().join("cert.pem"))] {
        let mut sink = sink(&format!("tls://{host}:{}", peer.port), Tls::from_pem_file(trusted).unwrap());
        let error = sink.write(&elements()).await.unwrap_err();
        assert!(error.is_retryable() && chain(&error).contains("certificate"), "{}", chain(&error));
        assert_eq!(sink.counts().connections(), 0);
    }
}
