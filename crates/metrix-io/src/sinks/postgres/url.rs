//! The URL of a database.

use tokio_postgres::Config;

use crate::AddressError;

const EXAMPLE: &str = "postgres://metrix@127.0.0.1:5432/metrics";

/// Reads a URL that has a host and no password.
pub(super) fn parse(url: &str) -> Result<Config, AddressError> {
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    let read = || {
        let mut config: Config = url.parse().ok().filter(|_| is_url)?;
        let has_host = !config.get_hosts().is_empty() || !config.get_hostaddrs().is_empty();
        let is_right = has_host && config.get_password().is_none();
        if config.get_application_name().is_none() {
            config.application_name("metrix");
        }
        is_right.then_some(config)
    };
    let wanted = || {
        format!(
            "give a URL without a password, such as {EXAMPLE:?}; `sslmode` is disable, prefer or require, with which the \
             certificate is verified"
        )
    };
    read().ok_or_else(|| AddressError::new("postgresql", url, wanted()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_host_and_no_password() {
        for url in [
            EXAMPLE,
            "postgresql://localhost",
            "postgres://[::1]:1/a?sslmode=require&application_name=me",
            "postgres://metrix@%2Fvar%2Frun%2Fpostgresql/metrics",
            "postgres:///metrics?host=/var/run/postgresql&user=metrix",
            "postgres://one,two/metrics?target_session_attrs=read-write",
        ] {
            assert!(parse(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "127.0.0.1:5432",
            "http://127.0.0.1:5432",
            "host=127.0.0.1 user=me",
            "postgres://",
            "postgres:///metrics",
            "postgres://me:hunter2@127.0.0.1/metrics",
            "postgres://127.0.0.1/metrics?user=me&password=hunter2",
            "postgres://127.0.0.1/?sslmode=verify-full",
            "postgres://127.0.0.1/?hunter2=1",
            "postgres://127.0.0.1:99999/",
        ] {
            let message = parse(url).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
