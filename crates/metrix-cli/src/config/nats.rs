//! [`NatsPlace`]: where NATS is, and who connects to it.

use std::path::PathBuf;

use metrix_io::NatsServer;

use super::access::{self, Access, Identity};
use super::key::Key;
use super::problem::Read;
use super::secret::{self, SecretPlace};
use super::servers::one_name;
use super::table::Table;

/// Where NATS is, and who connects to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NatsPlace {
    pub(crate) url: String,
    access: Access,
    nkey: Option<SecretPlace>,
    credentials_file: Option<PathBuf>,
}

const URL: Key = Key::new("url", "\"nats://127.0.0.1:4222\"");
const NKEY_ENV: Key = Key::new("nkey_env", "\"NATS_NKEY\"");
const NKEY_FILE: Key = Key::new("nkey_file", "\"/etc/metrix/nkey\"");
const CREDENTIALS_FILE: Key = Key::new("credentials_file", "\"/etc/metrix/nats.creds\"");

/// These keys and others before them, of which there are so many in all.
pub(super) const fn keys<const OTHERS: usize, const SOME: usize, const ALL: usize>(
    others: [Key; OTHERS],
) -> [Key; ALL] {
    let own = [URL, NKEY_ENV, NKEY_FILE, CREDENTIALS_FILE];
    assert!(OTHERS + own.len() == SOME);
    let mut some = [URL; SOME];
    let mut place = 0;
    while place < SOME {
        some[place] = if place < OTHERS { others[place] } else { own[place - OTHERS] };
        place += 1;
    }
    access::keys::<SOME, ALL>(some)
}

pub(super) fn read(table: &Table<'_>) -> Read<NatsPlace> {
    let url = table.optional(URL, |value| {
        let url = value.text()?;
        // It doesn't show what may be a password.
        NatsServer::new(url).map_err(|error| value.wrong(error))?;
        Ok(url.to_owned())
    });
    for own in [NKEY_ENV, NKEY_FILE, CREDENTIALS_FILE] {
        access::IDENTITIES.iter().for_each(|&other| table.exclusive(own, other));
    }
    table.exclusive(NKEY_ENV, CREDENTIALS_FILE);
    table.exclusive(NKEY_FILE, CREDENTIALS_FILE);
    let access = access::read(table);
    let nkey = secret::read(table, NKEY_ENV, NKEY_FILE);
    let credentials_file = table.optional(CREDENTIALS_FILE, |value| value.word().map(PathBuf::from));
    let usual = || "nats://127.0.0.1:4222".to_owned();
    Ok(NatsPlace { url: url?.unwrap_or_else(usual), access: access?, nkey: nkey?, credentials_file: credentials_file? })
}

impl NatsPlace {
    /// The same as that of another place if both are one, whatever its servers are called.
    pub(super) fn one(&self) -> Self {
        Self { url: one_name(&self.url, 4222), ..self.clone() }
    }

    /// The server, with the secrets that are looked up now.
    pub(crate) fn open(&self) -> Result<NatsServer, Box<dyn std::error::Error>> {
        let mut server = NatsServer::new(&self.url)?;
        server = match &self.access.is {
            Some(Identity::User(user, password)) => server.user(user, &password.open()?),
            Some(Identity::Token(token)) => server.token(&token.open()?),
            None => server,
        };
        if let Some(nkey) = &self.nkey {
            server = server.nkey(&nkey.open()?);
        }
        if let Some(file) = &self.credentials_file {
            server = server.credentials_file(file)?;
        }
        if let Some(file) = &self.access.ca_file {
            server = server.tls(metrix_io::Tls::from_pem_file(file)?);
        }
        Ok(server)
    }
}
