//! Connections with TLS, and passwords.

use metrix::Sink;
use metrix_io::sinks::postgres::Postgres;
use metrix_io::{Secret, Tls};

use super::element;
use crate::chain::chain;
use crate::peers::database::Database;

/// A server with TLS and a user who has a password, and the file of its certificate, which is for `localhost`.
fn start() -> (Database, tempfile::NamedTempFile) {
    start_with(rcgen::IsCa::NoCa)
}

fn start_with(is_ca: rcgen::IsCa) -> (Database, tempfile::NamedTempFile) {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("it is a name");
    params.is_ca = is_ca;
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &certificate).unwrap();
    let server = Database::postgres(Some((&certificate, &key.serialize_pem())));
    server.sql("CREATE ROLE me LOGIN PASSWORD 'open sesame'");
    server.sql("GRANT CREATE ON SCHEMA public TO me");
    (server, file)
}

fn url(server: &Database, host: &str, mode: &str) -> String {
    format!("postgres://me@{host}:{}/postgres?hostaddr=127.0.0.1&sslmode={mode}&application_name=a%20test", server.http)
}

#[tokio::test]
async fn a_server_is_trusted_by_a_certificate_of_ones_own() {
    let (server, certificate) = start();
    let password = Secret::new("open sesame").unwrap();
    for mode in ["require", "prefer"] {
        let tls = Tls::from_pem_file(certificate.path()).unwrap();
        let mut sink = Postgres::new(&url(&server, "localhost", mode)).unwrap().password(&password).tls(tls);
        sink.write(&[element("a", 1.0, 0)]).await.unwrap();
        let sql = "SELECT usename, ssl, version FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE application_name = 'a test'";
        assert_eq!(server.sql(sql), "me|t|TLSv1.3\n");
        sink.close().await.unwrap();
    }
}

/// As `openssl req -x509` makes them.
#[tokio::test]
async fn a_server_may_have_the_certificate_of_an_authority() {
    let (server, certificate) = start_with(rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained));
    let password = Secret::new("open sesame").unwrap();
    let write = async |host: &str| {
        let tls = Tls::from_pem_file(certificate.path()).unwrap();
        let mut sink = Postgres::new(&url(&server, host, "require")).unwrap().password(&password).tls(tls);
        sink.write(&[element("a", 1.0, 0)]).await
    };
    write("localhost").await.unwrap();
    let error = write("127.0.0.1").await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("invalid peer certificate"), "{}", chain(&error));
}

#[tokio::test]
async fn a_stranger_gets_nothing() {
    let (server, certificate) = start();
    let password = Secret::new("open sesame").unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), other.cert.pem()).unwrap();
    let cases = [
        ("localhost", file.path(), "invalid peer certificate"),
        // Its certificate is not for this name.
        ("127.0.0.1", certificate.path(), "invalid peer certificate"),
    ];
    for (host, trusted, words) in cases {
        for mode in ["require", "prefer"] {
            let tls = Tls::from_pem_file(trusted).unwrap();
            let mut sink = Postgres::new(&url(&server, host, mode)).unwrap().password(&password).tls(tls);
            let error = sink.write(&[element("a", 1.0, 0)]).await.unwrap_err();
            assert!(error.is_retryable() && chain(&error).contains(words), "{}", chain(&error));
            assert!(chain(&error).contains("by `ca_file`") && chain(&error).contains("?sslmode=disable"));
        }
    }
}

#[tokio::test]
async fn who_has_no_password_may_have_it_later() {
    let (server, _) = start();
    let url = url(&server, "127.0.0.1", "disable");
    let wrong = Postgres::new(&url).unwrap().password(&Secret::new("close sesame").unwrap());
    let none = Postgres::new(&url).unwrap();
    let right = Postgres::new(&url).unwrap().password(&Secret::new("open sesame").unwrap());
    for (mut sink, words) in
        [(wrong, "28P01: \"password authentication failed for user"), (none, "asks for a password, and there is none")]
    {
        let error = sink.write(&[element("a", 1.0, 0)]).await.unwrap_err();
        assert!(error.is_retryable() && chain(&error).contains(words), "{}", chain(&error));
        assert!(!chain(&error).contains("close sesame"));
    }
    let mut right = right;
    right.write(&[element("a", 1.0, 0)]).await.unwrap();
    assert_eq!(server.table("metrics").len(), 1);
}

#[tokio::test]
async fn a_server_without_tls_is_told() {
    let server = Database::postgres(None);
    let url = format!("postgres://postgres@localhost:{}/postgres?hostaddr=127.0.0.1&sslmode=require", server.http);
    let error = Postgres::new(&url).unwrap().write(&[element("a", 1.0, 0)]).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("server does not support TLS"), "{}", chain(&error));
}
