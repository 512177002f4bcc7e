//! What the endpoint answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::read::GzDecoder;
use metrix::{MCoordinator, MElement, MStream, Sink, Timestamp, size, tags};
use metrix_io::sinks::prometheus::{Exposition, Format, Prometheus};
use tokio::task::spawn_blocking;

use super::request::request;

const OPEN_METRICS: &str = "accept: application/openmetrics-text; version=1.0.0\r\n";

async fn ask(sink: &Prometheus, method: &'static str, path: &'static str, headers: &'static str) -> String {
    let port = sink.address().port();
    spawn_blocking(move || request(port, method, path, headers, b"")).await.unwrap()
}

async fn start() -> Prometheus {
    let mut sink = Prometheus::builder().path("/own").bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let element = |name: &str, value| MElement::new(name, value, tags! { "a\"b" => "c\"\\\nd" }, Timestamp::EPOCH);
    sink.write(&[element("n.count", 3.0), element("n.me\\an\n", -0.5), element("n.count", 4.0)]).await.unwrap();
    sink
}

#[tokio::test]
async fn it_answers_in_the_format_that_is_asked_for() {
    let sink = start().await;
    let text = ask(&sink, "GET", "/own", "").await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200 OK\r\n"), "{head}");
    assert!(head.contains("content-type: text/plain; version=0.0.4; charset=utf-8"), "{head}");
    let expected = r#"# HELP n_count_total All values of n.count, added up.
# TYPE n_count_total counter
n_count_total{a_b="c\"\\\nd"} 7
# HELP n_me_an_ The last value of n.me\\an\n.
# TYPE n_me_an_ gauge
n_me_an_{a_b="c\"\\\nd"} -0.5
"#;
    assert_eq!(body, expected);

    let open = ask(&sink, "GET", "/own", OPEN_METRICS).await;
    let (head, body) = open.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"), "{head}");
    let expected = expected.replace("HELP n_count_total", "HELP n_count").replace("TYPE n_count_total", "TYPE n_count");
    assert_eq!(body, expected + "# EOF\n");

    assert!(ask(&sink, "GET", "/metrics", "").await.starts_with("HTTP/1.0 404"));
    assert!(ask(&sink, "POST", "/own", "").await.starts_with("HTTP/1.0 405"));
    assert_eq!(sink.counts().scrapes(), 2);
}

#[tokio::test]
async fn before_the_first_element_it_shows_nothing() {
    let sink = Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    assert!(ask(&sink, "GET", "/metrics", "").await.ends_with("\r\n\r\n"));
    assert!(ask(&sink, "GET", "/metrics", OPEN_METRICS).await.ends_with("\r\n\r\n# EOF\n"));
}

#[tokio::test]
async fn it_packs_for_those_who_ask() {
    let sink = start().await;
    let port = sink.address().port();
    let unpacked = spawn_blocking(move || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(b"GET /own HTTP/1.0\r\naccept-encoding: gzip\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        assert!(String::from_utf8_lossy(&answer[..end]).contains("content-encoding: gzip"));
        let mut text = String::new();
        GzDecoder::new(&answer[end + 4..]).read_to_string(&mut text).unwrap();
        text
    });
    assert_eq!(unpacked.await.unwrap(), sink.exposition().render(Format::Text));
}

#[tokio::test]
async fn what_is_refused_is_named_and_the_rest_is_shown() {
    let mut sink = Exposition::builder().max_series(size(2)).exposition();
    let element = |name: &str, value| MElement::new(name, value, tags! {}, Timestamp::EPOCH);
    let batch = [element("a", 1.0), element("a.count", -1.0), element("b", 2.0), element("c", 3.0), element("a", 4.0)];
    let error = sink.write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[1, 3][..]));
    let text = sink.render(Format::Text);
    assert!(text.contains("\na 4\n") && text.contains("\nb 2\n") && !text.contains("\nc "), "{text}");
}

/// The values of a whole pipeline, window by window.
#[tokio::test]
async fn a_stream_is_shown() {
    let sink = Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let (exposition, address) = (sink.exposition(), sink.address());
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("n").batch(size(2)).aggs(["count", "max"]))
        .sink("prometheus", sink)
        .start()
        .unwrap();
    for value in [1.0, 2.0, 5.0, 4.0, 3.0] {
        coordinator.send("n", value).unwrap();
    }
    let report = coordinator.shutdown(Duration::from_secs(60)).await;
    assert_eq!(report.sinks["prometheus"].delivered, 6, "{report}");
    let text = exposition.render(Format::Text);
    assert!(text.contains("\nn_count_total 5\n") && text.contains("\nn_max 3\n"), "{text}");
    assert!(TcpStream::connect(address).is_err(), "it has been closed");
}
