//! Servers over HTTP that refuse what a sink writes: it is not tried again, it is counted, and the server's words are told.

mod influxdb;
mod stub;

use self::influxdb::InfluxDb;
use self::stub::Stub;
use crate::program::{Ended, Scene};

/// Writes elements of these values one by one, in their order.
fn written(sink: &str, values: &[f64]) -> Ended {
    let config = format!(
        "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"n\"\nagg = [\"sum\"]\nbatch = 1\n\
         [[sink]]\n{sink}\nbatch = 1\n"
    );
    let line = |value: &f64| format!("{{\"name\":\"n\",\"value\":{value},\"at\":1700000000}}\n");
    Scene::new().run(&config, &[], values.iter().map(line).collect::<String>())
}

/// So many elements were delivered and one was refused with these words, which is all: none was tried again.
#[track_caller]
fn check_one_is_refused(ended: Ended, delivered: usize, words: &str) {
    ended.code(1).said(&[&format!(": {delivered} delivered, 1 refused, 1 error\n"), words]);
}

#[test]
fn a_refusal_is_not_tried_again_and_is_told_in_the_servers_words() {
    let words = "the cupboard is full";
    let influx = format!("{{\"error\":\"{words}\"}}");
    let opentsdb = format!("{{\"error\":{{\"code\":400,\"message\":\"{words}\"}}}}");
    let json = format!("{{\"code\":3,\"message\":\"{words}\"}}");
    // Of google.rpc.Status the second field, a text.
    let protobuf = format!("\x12{}{words}", char::from(words.len() as u8));
    for (sink, kind, body) in [
        ("type = \"influx\"\ndatabase = \"d\"", "application/json", &influx),
        ("type = \"influx\"\norg = \"o\"\nbucket = \"b\"", "application/json", &influx),
        ("type = \"opentsdb\"\ndefault_tags = { a = \"b\" }", "application/json", &opentsdb),
        ("type = \"remote_write\"", "text/plain", &words.to_owned()),
        ("type = \"otlp\"", "application/x-protobuf", &protobuf),
        ("type = \"otlp\"\nprotocol = \"http/json\"", "application/json", &json),
    ] {
        let stub = Stub::start(kind, body);
        let ended = written(&format!("{sink}\nurl = \"http://{}\"", stub.address()), &[1.0, 2.0]);
        check_one_is_refused(ended, 1, &format!("400 Bad Request: \"{words}\""));
        assert_eq!(stub.requests(), 2, "{sink}: each of the two was posted once");
    }
}

/// A field that is an integer can't take the float.
#[test]
fn what_a_real_influxdb_refuses_is_told_in_its_words() {
    let influxdb = InfluxDb::start();
    let sink = format!("type = \"influx\"\nurl = \"http://{}\"\ndatabase = \"d\"", influxdb.address());
    let integers = format!("{sink}\nintegers = [\"n.sum\"]");
    written(&integers, &[7.0]).code(0).said(&["1 delivered"]);
    let words = "400 Bad Request: \"partial write: field type conflict: input field";
    check_one_is_refused(written(&sink, &[1.0]), 0, words);
    let stored = influxdb.query("db=d&q=SELECT%20*%20FROM%20%22n.sum%22");
    assert!(stored.contains(",7]") && stored.matches("2023-11-14T22:13:20Z").count() == 1, "{stored}");
}
