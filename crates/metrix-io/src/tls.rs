//! [`Tls`]: which certificates of servers are trusted.

mod verifier;

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::{fmt, fs};

use tokio::task::spawn_blocking;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use self::verifier::Verifier;

/// Which certificates of servers are trusted, where a connection has TLS, of version 1.2 or 1.3. A certificate that has expired, is for
/// another name, or is signed by nobody who is trusted, ends the connection. Names are those of the extension `subjectAltName`; a
/// common name in the subject is none.
///
/// ```
/// use metrix_io::Tls;
///
/// let error = Tls::from_pem_file("/no/such/ca.pem").unwrap_err();
/// assert_eq!(error.to_string(), "the certificates in /no/such/ca.pem can't be read");
/// ```
#[derive(Clone)]
pub struct Tls {
    roots: Roots,
    /// Made when it is needed first, and shared by clones.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

#[derive(Clone)]
enum Roots {
    System,
    These(Arc<RootCertStore>, Arc<[CertificateDer<'static>]>),
}

impl Tls {
    /// Trusts those whom this machine trusts: its store of certificates is read when the first connection is made.
    pub fn system() -> Self {
        Self { roots: Roots::System, config: Arc::default() }
    }

    /// Trusts those alone who are signed by one of the certificates in this file, in the form of PEM: an authority of one's own,
    /// or the server's own certificate, also if that says, as those that `openssl req -x509` makes do, that it is an authority's.
    ///
    /// # Errors
    /// If the file can't be read, has no certificate, or has one that can't be trusted.
    pub fn from_pem_file(path: impl AsRef<Path>) -> Result<Self, TlsError> {
        let path = path.as_ref();
        let failed = |cause: Box<dyn Error + Send + Sync>| TlsError {
            message: format!("the certificates in {} can't be read", path.display()),
            cause,
        };
        let pem = fs::read(path).map_err(|error| failed(error.into()))?;
        let (mut roots, mut certificates) = (RootCertStore::empty(), Vec::new());
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| failed(error.into()))?;
            certificates.push(certificate.clone());
            roots.add(certificate).map_err(|error| failed(error.into()))?;
        }
        if roots.is_empty() {
            return Err(failed(
                "there are none, in the form of PEM, which begin with -----BEGIN CERTIFICATE-----".into(),
            ));
        }
        Ok(Self { roots: Roots::These(Arc::new(roots), certificates.into()), config: Arc::default() })
    }

    /// What a connection is made with. The machine's store is read where that holds up nobody.
    pub(crate) async fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let this = self.clone();
        let read = spawn_blocking(move || this.read()).await;
        read.unwrap_or_else(|error| {
            Err(TlsError { message: "the certificates can't be read".to_owned(), cause: error.into() })
        })
    }

    fn read(&self) -> Result<Arc<ClientConfig>, TlsError> {
        // A provider of our own, since the one of the process is for the program to choose.
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("ring has all that the versions 1.2 and 1.3 need");
        let config = match &self.roots {
            Roots::System => config.with_root_certificates(of_system()?),
            Roots::These(roots, certificates) => {
                let verifier = Verifier::new(Arc::clone(roots), Arc::clone(certificates), provider);
                config.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
        };
        let config = config.with_no_client_auth();
        Ok(Arc::clone(self.config.get_or_init(|| Arc::new(config))))
    }
}

fn of_system() -> Result<RootCertStore, TlsError> {
    let mut found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Stores of systems hold some that nobody can use; what counts is what is left.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let cause = match found.errors.is_empty() {
            true => "its store is empty; install ca-certificates, or name a file of your own".into(),
            false => found.errors.swap_remove(0).into(),
        };
        return Err(TlsError { message: "this machine trusts no certificates".to_owned(), cause });
    }
    Ok(roots)
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.roots {
            Roots::System => f.write_str("Tls(the system's certificates)"),
            Roots::These(roots, _) => write!(f, "Tls({} certificates)", roots.len()),
        }
    }
}

/// Why certificates can't be used; the cause is its `source`.
///
/// ```
/// use std::error::Error;
///
/// use metrix_io::Tls;
///
/// let error = Tls::from_pem_file("Cargo.toml").unwrap_err();
/// assert!(error.source().is_some_and(|cause| cause.to_string().starts_with("there are none")));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct TlsError {
    message: String,
    cause: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
