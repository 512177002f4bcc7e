//! URLs and addresses of servers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_io::AddressError;
use metrix_io::sinks::graphite::Graphite;
use metrix_io::sinks::influx::Influx;
use metrix_io::sinks::opentsdb::OpenTsdb;
use metrix_io::sinks::postgres::Postgres;
use metrix_io::sinks::remote_write::RemoteWrite;
use metrix_io::sinks::statsd::StatsD;

fuzz_target!(|data: &str| {
    check(data, Influx::v1(data, "a").err());
    check(data, Influx::udp(data).err());
    check(data, Graphite::tcp(data).err());
    check(data, OpenTsdb::http(data).err());
    check(data, Postgres::new(data).err());
    check(data, RemoteWrite::new(data).err());
    check(data, StatsD::udp(data).err());
});

/// What may be a password isn't shown: a text between a user's colon and the at sign.
fn check(given: &str, error: Option<AddressError>) {
    let Some(error) = error else { return };
    let message = error.to_string();
    let password = given.split_once("//").and_then(|(_, rest)| rest.rsplit_once('@')).map(|(user, _)| user);
    let password = password.and_then(|user| user.split_once(':')).map(|(_, password)| password);
    let is_no_other =
        |password: &&str| password.len() > 20 && password.is_ascii() && given.matches(password).count() == 1;
    if let Some(password) = password.filter(is_no_other) {
        assert!(!message.contains(password), "{message}");
    }
}
