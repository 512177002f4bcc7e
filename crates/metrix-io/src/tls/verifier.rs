//! [`Verifier`]: certificates that are signed by those in a file, or are in it.

use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::CryptoProvider;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// Verifies as rustls does, and takes besides a server's certificate that is an authority's too, if it is one of these, byte for
/// byte. It must be for the name and must not have expired in any case.
#[derive(Debug)]
pub(super) struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    certificates: Arc<[CertificateDer<'static>]>,
}

impl Verifier {
    pub(super) fn new(
        roots: Arc<RootCertStore>,
        certificates: Arc<[CertificateDer<'static>]>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        let usual = WebPkiServerVerifier::builder_with_provider(roots, provider).build();
        Self { usual: usual.expect("there are certificates, and no lists of revoked ones"), certificates }
    }
}

/// What is said of it when it was found not to have expired, which is looked at before.
fn is_of_authority(error: &Error) -> bool {
    match error {
        // The type of the cause is of a crate that rustls doesn't show.
        Error::InvalidCertificate(CertificateError::Other(cause)) => format!("{:?}", cause.0) == "CaUsedAsEndEntity",
        _ => false,
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.usual.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(error) if is_of_authority(&error) && self.certificates.iter().any(|known| known == certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
    use tokio_rustls::rustls::crypto::ring;

    use super::*;

    /// An authority's certificate of its own, for `localhost` in the years 2020 to 2029.
    fn authority() -> CertificateDer<'static> {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2030, 1, 1));
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    fn verifier(certificate: &CertificateDer<'static>) -> Verifier {
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let certificates = Arc::new([certificate.clone()]);
        Verifier::new(Arc::new(roots), certificates, Arc::new(ring::default_provider()))
    }

    #[test]
    fn an_authority_is_a_server_if_it_is_the_same_for_the_name_and_now() {
        let (known, other) = (authority(), authority());
        let verify = |certificate: &CertificateDer<'_>, name: &str, year: u64| {
            let name = ServerName::try_from(name.to_owned()).unwrap();
            let now = UnixTime::since_unix_epoch(Duration::from_secs((year - 1970) * 31_557_600 + 1_000_000));
            verifier(&known).verify_server_cert(certificate, &[], &name, &[], now).is_ok()
        };
        assert!(verify(&known, "localhost", 2025));
        assert!(!verify(&other, "localhost", 2025));
        assert!(!verify(&known, "example.org", 2025));
        assert!(!verify(&known, "localhost", 2031));
        assert!(!verify(&known, "localhost", 2019));
    }
}
