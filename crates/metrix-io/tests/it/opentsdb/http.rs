//! Over HTTP: requests, and what becomes of them by their answers.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::{MElement, Sink};
use metrix_io::sinks::opentsdb::OpenTsdb;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{elements, listen, unwritten};
use crate::chain::chain;

/// A connection over HTTP, as the server sees it.
struct Requests(BufReader<TcpStream>);

impl Requests {
    async fn accept(server: &TcpListener) -> Self {
        Self(BufReader::new(server.accept().await.expect("it connects").0))
    }

    /// Reads a request, and gives its first line and its points.
    async fn read(&mut self) -> (String, Vec<Value>) {
        let (mut head, mut length) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.expect("it sends text");
            let Some(line) = line.strip_suffix("\r\n").filter(|line| !line.is_empty()) else { break };
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = value.parse().expect("a number");
            }
            head.push(line.to_owned());
        }
        assert!(head.iter().any(|line| line == "content-type: application/json"), "{head:?}");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.expect("the body is whole");
        (head.swap_remove(0), serde_json::from_slice(&body).expect("points as a JSON array"))
    }

    async fn answer(&mut self, status: &str, body: &str) {
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        self.0.get_mut().write_all(text.as_bytes()).await.expect("it listens");
    }
}

/// What becomes of a batch of four in requests of two, the second of which gets this answer.
async fn second_answer(status: &str, body: impl Fn(&[Value]) -> String) -> Result<(), (bool, Vec<f64>, String)> {
    let (server, address) = listen().await;
    let sink = OpenTsdb::http(&format!("http://{address}/base/")).unwrap();
    let mut sink = sink.points_per_request(NonZeroUsize::new(2).unwrap());
    let batch = elements(0..4);
    let serve = async {
        let mut requests = Requests::accept(&server).await;
        let (line, points) = requests.read().await;
        assert_eq!(line, "POST /base/api/put?details HTTP/1.1");
        assert_eq!(points.iter().map(|point| point["value"].as_f64().unwrap()).collect::<Vec<_>>(), [0.0, 1.0]);
        requests.answer("204 No Content", "").await;
        let (_, points) = requests.read().await;
        requests.answer(status, &body(&points)).await;
    };
    let (result, ()) = tokio::join!(sink.write(&batch), serve);
    assert_eq!(sink.counts().connections(), 1);
    result.map_err(|error| (error.is_retryable(), unwritten(&error, &batch), chain(&error)))
}

#[tokio::test]
async fn success_is_any_2xx() {
    assert_eq!(second_answer("200 OK", |_| r#"{"errors":[],"failed":0,"success":2}"#.into()).await, Ok(()));
    assert_eq!(second_answer("204 No Content", |_| String::new()).await, Ok(()));
}

#[tokio::test]
async fn points_that_the_server_names_are_refused() {
    let body = |points: &[Value]| {
        let mut point = points[1].clone();
        // As OpenTSDB gives it back.
        point["value"] = point["value"].to_string().into();
        serde_json::json!({"errors": [{"datapoint": point, "error": "Unknown metric"}], "failed": 1, "success": 1})
            .to_string()
    };
    let (is_retryable, unwritten, message) = second_answer("400 Bad Request", body).await.unwrap_err();
    assert!(!is_retryable);
    assert_eq!(unwritten, [3.0]);
    let expected = "refused: 1 of 4 elements; element 3, \"m\": the server says 400 Bad Request: \"Unknown metric\"";
    assert_eq!(message, expected);
}

#[tokio::test]
async fn a_refusal_that_names_no_points_is_of_the_whole_request() {
    let unnamed = r#"{"errors":[],"failed":1,"success":1}"#;
    let stranger = r#"{"errors":[{"datapoint":{"metric":"?"},"error":"x"}],"failed":1,"success":1}"#;
    let other = r#"{"error":{"code":400,"message":"Unable to parse"}}"#;
    for (status, body, words) in [
        ("400 Bad Request", "json array decode error", "json array decode error"),
        ("400 Bad Request", unnamed, "failed"),
        ("400 Bad Request", stranger, "x"),
        ("400 Bad Request", other, "400 Bad Request: \"Unable to parse\""),
        ("404 Not Found", "", "404 Not Found"),
        ("302 Found", "", "302 Found"),
    ] {
        let (is_retryable, unwritten, message) = second_answer(status, |_| body.into()).await.unwrap_err();
        assert!(!is_retryable, "{message}");
        assert_eq!(unwritten, [2.0, 3.0], "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn a_busy_server_is_worth_a_retry_of_what_it_has_not_taken() {
    for status in
        ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests", "408 Request Timeout"]
    {
        let (is_retryable, unwritten, message) = second_answer(status, |_| "please wait".into()).await.unwrap_err();
        assert!(is_retryable, "{message}");
        assert_eq!(unwritten, [2.0, 3.0]);
        assert_eq!(message, format!("not written, another try may help: the server says {status}: \"please wait\""));
    }
}

/// What was refused before is part of an error that is worth a retry, or nobody would hear of it.
#[tokio::test]
async fn a_retry_is_told_of_refused_elements_too() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::http(&format!("http://{address}")).unwrap();
    let mut batch = elements(0..3);
    batch[1].value = f64::NAN;
    let serve = async {
        let mut requests = Requests::accept(&server).await;
        requests.read().await;
        requests.answer("503 Service Unavailable\r\nretry-after: 7", "").await;
        requests.read().await;
        requests.answer("204 No Content", "").await;
    };
    let write = async {
        let error = sink.write(&batch).await.unwrap_err();
        assert!(error.is_retryable());
        assert_eq!(error.pause(), Some(Duration::from_secs(7)));
        let again: Vec<MElement> = error.unwritten(&batch).cloned().collect();
        assert_eq!(again.len(), 3);
        let error = sink.write(&again).await.unwrap_err();
        assert!(!error.is_retryable());
        assert!(unwritten(&error, &again)[0].is_nan());
    };
    tokio::join!(serve, write);
}

#[tokio::test]
async fn a_connection_that_the_server_has_ended_is_made_anew() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::http(&format!("http://{address}")).unwrap();
    for connections in 1..4 {
        let batch = elements(0..1);
        let serve = async {
            let mut requests = Requests::accept(&server).await;
            requests.read().await;
            requests.answer("204 No Content", "").await;
        };
        let (result, ()) = tokio::join!(sink.write(&batch), serve);
        result.unwrap();
        assert_eq!(sink.counts().connections(), connections);
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_worth_a_retry() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::http(&format!("http://{address}")).unwrap();
    let batch = elements(0..2);
    let serve = async { Requests::accept(&server).await.read().await };
    let (result, _) = tokio::join!(sink.write(&batch), serve);
    let error = result.unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(unwritten(&error, &batch), [0.0, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_given_up() {
    let (server, address) = listen().await;
    let mut sink = OpenTsdb::http(&format!("http://{address}")).unwrap().write_timeout(Duration::from_secs(7));
    let batch = elements(0..2);
    let error = sink.write(&batch).await.unwrap_err();
    assert!(error.is_retryable());
    assert!(chain(&error).ends_with("the server has not answered within 7s"), "{error}");
    drop(server);
}
