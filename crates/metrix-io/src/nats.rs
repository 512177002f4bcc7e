//! [`NatsServer`]: where NATS is, and who connects to it.

mod error;
mod link;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use async_nats::{ConnectOptions, ServerAddr};

pub use self::error::NatsError;
pub(crate) use self::link::{Link, MOST_DENIED, MOST_HEARD};
use crate::{AddressError, Secret, SecretError, Tls};

/// Where NATS is, and who connects to it: what its [sink](crate::sinks::nats) and its [source](crate::sources::nats) have in common.
///
/// Of several servers of a cluster one that answers is taken, at random. Only these are tried, and none that a server tells of.
///
/// ```
/// use metrix_io::NatsServer;
///
/// let server = NatsServer::new("nats://10.0.0.1:4222,nats://10.0.0.2:4222")?;
/// assert_eq!(server.to_string(), "nats://10.0.0.1:4222,nats://10.0.0.2:4222");
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Clone)]
pub struct NatsServer {
    addresses: Vec<ServerAddr>,
    /// As they were given.
    url: String,
    identity: Identity,
    tls: Tls,
    timeout: Duration,
}

#[derive(Clone)]
enum Identity {
    Nobody,
    User(String, Secret),
    Token(Secret),
    Nkey(Secret),
    /// What a file of credentials has.
    Credentials(String),
}

impl NatsServer {
    /// Servers at `nats://` or `tls://`, a host and maybe a port, which is 4222 unless it is told; several of them with commas
    /// between. With `tls://` the connection is made by TLS, and with `nats://` where the server asks for it.
    ///
    /// # Errors
    /// If no server can be there, or a user or a password is in it. That one is there is seen when connecting.
    ///
    /// ```
    /// use metrix_io::NatsServer;
    ///
    /// let error = NatsServer::new("http://127.0.0.1:4222").unwrap_err();
    /// assert!(error.to_string().starts_with("no nats server can be at \"http://127.0.0.1:4222\"; write nats://"), "{error}");
    /// ```
    pub fn new(url: &str) -> Result<Self, AddressError> {
        let wrong = || {
            let wanted = "write nats:// or tls://, a host and maybe a port, such as \"nats://127.0.0.1:4222\"";
            AddressError::new("nats", url, wanted)
        };
        let address = |text: &str| {
            let text = text.trim();
            let host = text.strip_prefix("nats://").or_else(|| text.strip_prefix("tls://"))?;
            let is_bare = !host.contains(|char: char| "/?#@".contains(char) || char.is_whitespace());
            text.parse::<ServerAddr>().ok().filter(|_| is_bare && !host.is_empty())
        };
        let addresses: Option<Vec<ServerAddr>> = url.split(',').map(address).collect();
        Ok(Self {
            addresses: addresses.ok_or_else(wrong)?,
            url: url.to_owned(),
            identity: Identity::Nobody,
            tls: Tls::system(),
            timeout: Duration::from_secs(5),
        })
    }

    /// Connects as this user.
    pub fn user(self, name: &str, password: &Secret) -> Self {
        Self { identity: Identity::User(name.to_owned(), password.clone()), ..self }
    }

    /// Connects with this token.
    pub fn token(self, token: &Secret) -> Self {
        Self { identity: Identity::Token(token.clone()), ..self }
    }

    /// Connects with an NKey, whose seed this is: `SU...`. The seed itself is not sent.
    pub fn nkey(self, seed: &Secret) -> Self {
        Self { identity: Identity::Nkey(seed.clone()), ..self }
    }

    /// Connects with the JWT and the seed in a file of credentials, as `nsc` writes them. It is read once.
    ///
    /// # Errors
    /// If the file can't be read, has more than 64 KiB, or no JWT and seed.
    ///
    /// ```
    /// use metrix_io::NatsServer;
    ///
    /// let error = NatsServer::new("nats://127.0.0.1")?.credentials_file("/no/such/file").unwrap_err();
    /// assert!(error.to_string().starts_with("the file of the secret, /no/such/file, can't be read"));
    /// # Ok::<(), metrix_io::AddressError>(())
    /// ```
    pub fn credentials_file(self, path: impl AsRef<Path>) -> Result<Self, SecretError> {
        let path = path.as_ref();
        let text = Secret::text_of_file(path)?;
        if ConnectOptions::new().credentials(&text).is_err() {
            let message = format!("{} has no JWT and seed of NATS: name a file that `nsc` has written", path.display());
            return Err(SecretError::new(message));
        }
        Ok(Self { identity: Identity::Credentials(text), ..self })
    }

    /// Trusts the certificates of these; those that this machine trusts, unless it is told.
    pub fn tls(self, tls: Tls) -> Self {
        Self { tls, ..self }
    }

    /// A connection, and each answer of JetStream, may take so long; 5 seconds unless it is told.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

/// The addresses, as they were given.
impl fmt::Display for NatsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl fmt::Debug for NatsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity = match &self.identity {
            Identity::Nobody => "nobody".to_owned(),
            Identity::User(name, _) => format!("the user {name:?}"),
            Identity::Token(_) => "a token".to_owned(),
            Identity::Nkey(_) => "an NKey".to_owned(),
            Identity::Credentials(_) => "credentials".to_owned(),
        };
        let mut shown = f.debug_struct("NatsServer");
        shown.field("url", &self.url).field("identity", &format_args!("{identity}"));
        shown.field("tls", &self.tls).field("timeout", &self.timeout).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_and_nothing_behind_the_port() {
        for url in ["nats://a", "tls://a:1", "nats://127.0.0.1:4222", "nats://[::1]:4222", "nats://a:1, tls://b"] {
            assert_eq!(NatsServer::new(url).unwrap().to_string(), url);
        }
        for url in [
            "",
            "a:4222",
            "nats://",
            "ws://a",
            "http://a",
            "nats://a/b",
            "nats://a?b",
            "nats://u:p@a",
            "nats://a,",
            "nats://a b",
        ] {
            let error = NatsServer::new(url).unwrap_err().to_string();
            assert!(error.ends_with("such as \"nats://127.0.0.1:4222\""), "{error}");
            assert!(!error.contains("u:p"), "{error}");
        }
    }

    #[test]
    fn a_file_of_credentials_has_some() {
        let file = tempfile::NamedTempFile::new().expect("there is room for a file");
        std::fs::write(file.path(), "-----BEGIN NATS USER JWT-----\nx\n").expect("it can be written to");
        let error = NatsServer::new("nats://a").unwrap().credentials_file(file.path()).unwrap_err().to_string();
        assert!(error.ends_with("has no JWT and seed of NATS: name a file that `nsc` has written"), "{error}");
    }

    #[test]
    fn secrets_are_not_shown() {
        let secret = Secret::new("open sesame").unwrap();
        let server = NatsServer::new("nats://a").unwrap();
        for server in [server.clone().user("me", &secret), server.clone().token(&secret), server.nkey(&secret)] {
            assert!(!format!("{server:?}").contains("sesame"), "{server:?}");
        }
    }
}
