//! The URL of a database.

use tokio_postgres::Config;
use tokio_postgres::config::{ChannelBinding, Host, SslMode, SslNegotiation, TargetSessionAttrs};

use crate::AddressError;

const EXAMPLE: &str = "postgres://metrix@127.0.0.1:5432/metrics";

/// Reads a URL that has a host and no password, into what each of its hosts is connected to by.
pub(super) fn parse(url: &str) -> Result<Vec<Config>, AddressError> {
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    let config = url.parse::<Config>().ok().filter(|_| is_url);
    let hosts = config.as_ref().filter(|config| can_work(config)).and_then(each_host);
    // The other form, `host=localhost password=...`, may have a password anywhere.
    let shown = if is_url && !url.contains(char::is_whitespace) { url } else { "***" };
    if is_url && config.as_ref().is_some_and(|config| config.get_password().is_some()) {
        return Err(AddressError::with_password("postgresql", shown, "leave it out, as it is given by itself"));
    }
    let wanted = || match config.as_ref().and_then(in_vain) {
        Some(cause) => cause.to_owned(),
        None => format!(
            "give a URL without a password, such as {EXAMPLE:?}; `sslmode` is disable, prefer or require, with which the \
             certificate is verified"
        ),
    };
    hosts.ok_or_else(|| AddressError::new("postgresql", shown, wanted()))
}

fn can_work(config: &Config) -> bool {
    config.get_password().is_none() && in_vain(config).is_none()
}

/// Why no connection could ever be made, or nothing written over it.
fn in_vain(config: &Config) -> Option<&'static str> {
    if config.get_channel_binding() == ChannelBinding::Require {
        return Some("leave out `channel_binding=require`, as the server is known by its certificate");
    }
    if config.get_ssl_negotiation() == SslNegotiation::Direct {
        return Some("leave out `sslnegotiation=direct`, as the server is asked for TLS first");
    }
    if config.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
        return Some("give `target_session_attrs=read-write`, as a server that can only be read takes no elements");
    }
    let is_socket = |host: &Host| !matches!(host, Host::Tcp(_));
    if config.get_ssl_mode() == SslMode::Require && config.get_hosts().iter().any(is_socket) {
        return Some("leave out `sslmode=require`, as there is no TLS over a socket of this machine");
    }
    None
}

/// A configuration for each host; none if there is no host, or they have not as many addresses and ports.
fn each_host(config: &Config) -> Option<Vec<Config>> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    let fits = |others: usize, least: usize| others <= least || others == count;
    let is_host = |host: &Host| match host {
        // None has no name, and a number is a port without its host, as in `a,b:1,2`.
        Host::Tcp(name) => !name.bytes().all(|byte| byte.is_ascii_digit()) && !name.contains(char::is_whitespace),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let is_right = count > 0
        && fits(hosts.len(), 0)
        && fits(addresses.len(), 0)
        && fits(ports.len(), 1)
        && hosts.iter().all(is_host)
        && !ports.contains(&0);
    is_right.then(|| (0..count).map(|place| only(config, place)).collect())
}

/// What is said of one host.
fn only(config: &Config, place: usize) -> Config {
    let mut one = Config::new();
    match (config.get_hosts().get(place), config.get_hostaddrs().get(place)) {
        (Some(Host::Tcp(name)), _) => one.host(name),
        #[cfg(unix)]
        (Some(Host::Unix(path)), _) => one.host_path(path),
        // The certificate has to be of its address.
        (None, Some(address)) => one.host(address.to_string()),
        (None, None) => &mut one,
    };
    if let Some(address) = config.get_hostaddrs().get(place) {
        one.hostaddr(*address);
    }
    if let Some(port) = config.get_ports().get(place).or(config.get_ports().first()) {
        one.port(*port);
    }
    one.application_name(config.get_application_name().unwrap_or("metrix"));
    for (text, set) in [
        (config.get_user(), Config::user as fn(&mut Config, String) -> &mut Config),
        (config.get_dbname(), Config::dbname),
        (config.get_options(), Config::options),
    ] {
        if let Some(text) = text {
            set(&mut one, text.to_owned());
        }
    }
    if let Some(limit) = config.get_connect_timeout() {
        one.connect_timeout(*limit);
    }
    if let Some(limit) = config.get_tcp_user_timeout() {
        one.tcp_user_timeout(*limit);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(config.get_keepalives()).keepalives_idle(config.get_keepalives_idle());
    one.ssl_mode(config.get_ssl_mode()).channel_binding(config.get_channel_binding());
    one.target_session_attrs(config.get_target_session_attrs());
    one.load_balance_hosts(config.get_load_balance_hosts());
    one
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
            "postgres:///metrics?hostaddr=127.0.0.1&channel_binding=prefer&sslnegotiation=postgres",
            "postgres://one,two/metrics?target_session_attrs=read-write",
            "postgres://one:1,two:2/metrics?hostaddr=127.0.0.1,127.0.0.2",
        ] {
            assert!(parse(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "127.0.0.1:5432",
            "http://127.0.0.1:5432",
            "host=127.0.0.1 user=me",
            "host=127.0.0.1 user=me password=hunter2",
            "password=hunter2",
            "//password=hunter2",
            "postgres://a password=hunter2",
            "postgres://",
            "postgres:///metrics",
            "postgres://127.0.0.1/?sslmode=verify-full",
            "postgres://127.0.0.1/?hunter2=1",
            "postgres://127.0.0.1:99999/",
        ] {
            let message = parse(url).unwrap_err().to_string();
            assert!(!message.contains("hunter2"), "{message}");
            assert!(message.contains("give a URL without a password"), "{message}");
        }
    }

    #[test]
    fn a_password_in_it_is_told_and_not_shown() {
        for (url, shown) in [
            ("postgres://me:hunter2@127.0.0.1/metrics", "postgres://***@127.0.0.1/metrics"),
            ("postgres://127.0.0.1/metrics?user=me&password=hunter2", "postgres://127.0.0.1/metrics?***"),
        ] {
            let expected = format!(
                "the URL of a postgresql server, {shown:?}, has a password: leave it out, as it is given by itself"
            );
            assert_eq!(parse(url).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn what_can_never_work_is_told() {
        for (url, words) in [
            ("postgres://a/?channel_binding=require", "leave out `channel_binding=require`"),
            ("postgres://a/?sslnegotiation=direct&sslmode=require", "leave out `sslnegotiation=direct`"),
            ("postgres://a/?target_session_attrs=read-only", "give `target_session_attrs=read-write`"),
            ("postgres:///a?host=/run&sslmode=require", "leave out `sslmode=require`"),
            ("postgres://:5432/?hostaddr=127.0.0.1", "give a URL"),
            ("postgres://a,/", "give a URL"),
            ("postgres://a,b:1,2,3", "give a URL"),
            ("postgres://a,b/?port=1,2,3", "give a URL"),
            ("postgres://a,b/?hostaddr=127.0.0.1", "give a URL"),
            ("postgres://a:0/", "give a URL"),
        ] {
            let message = parse(url).unwrap_err().to_string();
            assert!(message.contains(words), "{url}: {message}");
        }
    }

    #[test]
    fn each_host_has_what_is_said_of_all() {
        let url = "postgres://me@one,two:2/db?hostaddr=127.0.0.1,127.0.0.2&options=-cx=y&connect_timeout=7\
                   &tcp_user_timeout=8&keepalives=0&keepalives_idle=9&keepalives_interval=10&keepalives_retries=11\
                   &sslmode=require&target_session_attrs=read-write&load_balance_hosts=random&channel_binding=disable";
        let hosts = parse(url).unwrap();
        assert_eq!(hosts.len(), 2);
        for (place, host) in hosts.iter().enumerate() {
            let mut expected: Config = url.replace("one,two:2", ["one", "two:2"][place]).parse().unwrap();
            expected.application_name("metrix");
            // All its fields, but for the password, which it has none.
            let shown =
                format!("{expected:?}").replace("[127.0.0.1, 127.0.0.2]", ["[127.0.0.1]", "[127.0.0.2]"][place]);
            assert_eq!(format!("{host:?}"), shown);
        }
        let by_address = parse("postgres:///db?hostaddr=127.0.0.1").unwrap();
        assert_eq!(by_address[0].get_hosts(), [Host::Tcp("127.0.0.1".to_owned())]);
    }
}
