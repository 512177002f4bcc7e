//! [`Access`]: how a client says who it is, and whom it trusts.

use std::path::PathBuf;

use super::key::Key;
use super::problem::Read;
use super::secret::{self, SecretPlace};
use super::table::Table;

/// How a client of HTTP says who it is, and whose certificates it trusts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) is: Option<Identity>,
    /// Those that this machine trusts unless set.
    pub(crate) ca_file: Option<PathBuf>,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Token(SecretPlace),
    User(String, SecretPlace),
}

const USER: Key = Key::new("user", "\"metrix\"");
const PASSWORD_ENV: Key = Key::new("password_env", "\"METRIX_PASSWORD\"");
const PASSWORD_FILE: Key = Key::new("password_file", "\"/etc/metrix/password\"");
const TOKEN_ENV: Key = Key::new("token_env", "\"METRIX_TOKEN\"");
const TOKEN_FILE: Key = Key::new("token_file", "\"/etc/metrix/token\"");
const CA_FILE: Key = Key::new("ca_file", "\"/etc/metrix/ca.pem\"");

/// Those of which one says who it is.
pub(super) const IDENTITIES: [Key; 3] = [USER, TOKEN_ENV, TOKEN_FILE];

/// These keys and others before them, of which there are so many in all.
pub(super) const fn keys<const OTHERS: usize, const ALL: usize>(others: [Key; OTHERS]) -> [Key; ALL] {
    let own = [USER, PASSWORD_ENV, PASSWORD_FILE, TOKEN_ENV, TOKEN_FILE, CA_FILE];
    assert!(OTHERS + own.len() == ALL);
    let mut all = [USER; ALL];
    let mut place = 0;
    while place < ALL {
        all[place] = if place < OTHERS { others[place] } else { own[place - OTHERS] };
        place += 1;
    }
    all
}

pub(super) fn read(table: &Table<'_>) -> Read<Access> {
    table.exclusive(USER, TOKEN_ENV);
    table.exclusive(USER, TOKEN_FILE);
    let user = secret::user(table, USER, PASSWORD_ENV, PASSWORD_FILE);
    let token = secret::read(table, TOKEN_ENV, TOKEN_FILE);
    let ca_file = table.optional(CA_FILE, |value| value.word().map(PathBuf::from));
    let token = token?.map(Identity::Token);
    let user = user?.map(|(user, password)| Identity::User(user, password));
    Ok(Access { is: user.or(token), ca_file: ca_file? })
}
