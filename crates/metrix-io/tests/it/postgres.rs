//! The sink of PostgreSQL, against the real server.

mod conformance;
mod faults;
mod peers;
mod tls;

use metrix::{MElement, Timestamp, tags};
use metrix_io::sinks::postgres::Postgres;

use crate::hostile::START;
use crate::peers::database::Database;

fn sink(server: &Database) -> Postgres {
    Postgres::new(&format!("postgres://postgres@127.0.0.1:{}/postgres", server.http)).unwrap()
}

fn element(name: &str, value: f64, second: i64) -> MElement {
    MElement::new(name, value, tags! { "k" => "v" }, Timestamp::from_secs(START + second))
}
