//! Over HTTP: requests, and what becomes of them by their answers.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::{MElement, Sink, Tags, Timestamp};
use metrix_io::Secret;
use metrix_io::sinks::influx::{Influx, Precision};
use tokio::net::TcpListener;

use super::{Server, elements, line, unwritten};
use crate::chain::chain;

fn v1(server: &Server) -> Influx {
    Influx::v1(&server.url, "db").unwrap()
}

fn secret() -> Secret {
    Secret::new("open sesame").unwrap()
}

#[tokio::test]
async fn version_1_is_asked_as_it_wants_to_be() {
    let server = Server::start(|_| (204, String::new()));
    let sink = Influx::v1(&format!("{}/base/", server.url), "a b").unwrap();
    let mut sink = sink.retention_policy("week").precision(Precision::Milliseconds).user("Aladdin", &secret()).unwrap();
    sink.write(&elements(0..2)).await.unwrap();
    let asked = &server.requests()[0];
    assert_eq!(asked.uri, "/base/write?db=a+b&rp=week&precision=ms");
    assert_eq!(asked.headers["authorization"], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!(asked.headers["host"], server.url.strip_prefix("http://").unwrap());
    assert!(!asked.headers.contains_key("content-encoding"));
    assert_eq!(asked.body, "m,a=1 value=0 1700000000000\nm,a=1 value=1 1700000000000\n");
    assert!(!format!("{sink:?}").contains("QWx"));
}

#[tokio::test]
async fn version_2_is_asked_as_it_wants_to_be() {
    let server = Server::start(|_| (204, String::new()));
    let mut sink = Influx::v2(&server.url, "our org", "db/rp").unwrap().token(&secret()).gzip();
    sink.write(&elements(0..2)).await.unwrap();
    let asked = &server.requests()[0];
    assert_eq!(asked.uri, "/api/v2/write?org=our+org&bucket=db%2Frp&precision=ns");
    assert_eq!(asked.headers["authorization"], "Token open sesame");
    assert_eq!(asked.headers["content-encoding"], "gzip");
    assert_eq!(asked.body, [0, 1].map(line).concat());
    assert!(!format!("{sink:?}").contains("sesame"));
}

#[tokio::test]
async fn a_connection_takes_many_requests_of_bounded_size() {
    let server = Server::start(|_| (204, String::new()));
    let mut sink = v1(&server).lines_per_request(NonZeroUsize::new(2).unwrap());
    sink.write(&elements(0..5)).await.unwrap();
    sink.write(&elements(5..6)).await.unwrap();
    let expected = [vec![0, 1], vec![2, 3], vec![4], vec![5]];
    let expected = expected.map(|values| values.into_iter().map(line).collect::<String>());
    assert_eq!(server.bodies(), expected);
    assert_eq!((sink.counts().connections(), sink.counts().requests()), (1, 4));
}

#[tokio::test]
async fn a_busy_server_is_worth_a_retry_of_what_it_has_not_taken() {
    for status in [408, 429, 500, 503] {
        let server = Server::start(move |body| match body.contains("value=2 ") {
            true => (status, r#"{"error":"timeout"}"#.to_owned()),
            false => (204, String::new()),
        });
        let mut sink = v1(&server).lines_per_request(NonZeroUsize::new(2).unwrap());
        let mut batch = elements(0..6);
        batch[1].value = f64::NAN;
        let error = sink.write(&batch).await.unwrap_err();
        assert!(error.is_retryable());
        assert_eq!(error.pause(), Some(Duration::from_secs(7)));
        // What is refused comes along, or nobody would hear of it: the lines are 0 2, 3 4, 5.
        assert_eq!(unwritten(&error, &batch).len(), 6);
        assert!(chain(&error).ends_with(": \"timeout\""), "{}", chain(&error));
        let batch = elements(0..6);
        let error = sink.write(&batch).await.unwrap_err();
        assert_eq!(unwritten(&error, &batch), [2.0, 3.0, 4.0, 5.0]);
    }
}

#[tokio::test]
async fn a_refusal_of_all_is_not_tried_in_parts() {
    for (status, body, words) in [
        (400, r#"{"error":"partial write: points beyond retention policy dropped=4"}"#, "beyond retention policy"),
        (401, r#"{"code":"unauthorized","message":"unauthorized access"}"#, "\"unauthorized access\""),
        (404, r#"{"error":"database not found: \"db\""}"#, "database not found"),
        (302, "", "302 Found"),
    ] {
        let server = Server::start(move |_| (status, body.to_owned()));
        let (mut sink, batch) = (v1(&server), elements(0..4));
        let error = sink.write(&batch).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(unwritten(&error, &batch), [0.0, 1.0, 2.0, 3.0]);
        let message = chain(&error);
        assert!(message.starts_with("refused: 4 of 4 elements; element 0, \"m\": the server says "), "{message}");
        assert!(message.contains(words), "{message}");
        assert_eq!(sink.counts().requests(), 1);
    }
}

#[tokio::test]
async fn too_large_a_request_is_cut() {
    let server = Server::start(|body| if body.len() > 200 { (413, String::new()) } else { (204, String::new()) });
    let mut sink = v1(&server);
    sink.write(&elements(0..10)).await.unwrap();
    let taken: String = server.bodies().into_iter().filter(|body| body.len() <= 200).collect();
    assert_eq!(taken, (0..10).map(line).collect::<String>());
}

#[tokio::test]
async fn nothing_is_sent_if_all_is_refused() {
    // Nobody listens there.
    for mut sink in [Influx::v1("http://127.0.0.1:1", "db").unwrap(), Influx::udp("127.0.0.1:1").unwrap()] {
        let batch = [f64::NAN, f64::INFINITY].map(|value| MElement::new("m", value, Tags::NONE, Timestamp::EPOCH));
        let error = sink.write(&batch).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(error.positions(), Some(&[0, 1][..]));
        assert_eq!(
            chain(&error),
            "refused: 2 of 2 elements; element 0, \"m\": its value is NaN; influxdb takes finite ones only"
        );
    }
}

#[tokio::test]
async fn an_absent_server_is_worth_a_retry() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    drop(server);
    let (mut sink, batch) = (Influx::v1(&format!("http://{address}"), "db").unwrap(), elements(0..2));
    let error = sink.write(&batch).await.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(unwritten(&error, &batch), [0.0, 1.0]);
    assert_eq!(sink.counts().connections(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_given_up() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", server.local_addr().unwrap());
    let mut sink = Influx::v1(&url, "db").unwrap().write_timeout(Duration::from_secs(7));
    let error = sink.write(&elements(0..2)).await.unwrap_err();
    assert!(error.is_retryable());
    assert!(chain(&error).ends_with("the server has not answered within 7s"), "{error}");
}

#[tokio::test]
async fn a_closed_sink_refuses() {
    for mut sink in [Influx::v1("http://127.0.0.1:1", "db").unwrap(), Influx::udp("127.0.0.1:1").unwrap()] {
        sink.flush().await.unwrap();
        sink.close().await.unwrap();
        sink.close().await.unwrap();
        let error = sink.write(&elements(0..1)).await.unwrap_err();
        assert_eq!(chain(&error), "refused: the sink is closed; make a new one");
    }
}
