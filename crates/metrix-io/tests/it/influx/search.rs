//! Refused lines, which the sink finds by halves.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Method, Response, StatusCode};
use metrix::{Sink, WriteError};
use metrix_io::http_server::HttpServer;
use metrix_io::sinks::influx::Influx;
use tokio::time::{Instant, sleep};

use super::{Server, elements, line, unwritten};
use crate::chain::chain;

/// The lines that a server has stored.
type Stored = Arc<Mutex<BTreeSet<String>>>;

fn v1(server: &Server) -> Influx {
    Influx::v1(&server.url, "db").unwrap()
}

/// Stores what it is sent but for some values, as InfluxDB 1 does: it says how many it has dropped, and not which.
fn choosy(refused: &'static [u32]) -> (Server, Stored) {
    let stored = Stored::default();
    let kept = Arc::clone(&stored);
    let server = Server::start(move |body| {
        let is_bad = |line: &&str| refused.iter().any(|&value| *line == super::line(value).trim_end());
        let (bad, good): (Vec<&str>, Vec<&str>) = body.lines().partition(is_bad);
        kept.lock().unwrap().extend(good.into_iter().map(str::to_owned));
        match bad.len() {
            0 => (204, String::new()),
            bad => (400, format!(r#"{{"error":"partial write: field type conflict dropped={bad}"}}"#)),
        }
    });
    (server, stored)
}

#[tokio::test]
async fn refused_lines_are_found() {
    const REFUSED: &[u32] = &[0, 500, 501, 999];
    let (server, stored) = choosy(REFUSED);
    let (mut sink, batch) = (v1(&server), elements(0..1000));
    let error = sink.write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(unwritten(&error, &batch), [0.0, 500.0, 501.0, 999.0]);
    let expected = "refused: 4 of 1000 elements; element 0, \"m\": the server says 400 Bad Request: \
                    \"partial write: field type conflict dropped=1\"";
    assert_eq!(chain(&error), expected);
    assert_eq!(stored.lock().unwrap().len(), 996);
    assert!(sink.counts().requests() < 70, "{}", sink.counts().requests());
}

#[tokio::test]
async fn the_search_has_an_end() {
    const REFUSED: &[u32] = &[3, 100, 203, 300, 409, 500, 618, 700, 801, 900, 950, 990];
    let (server, stored) = choosy(REFUSED);
    let (mut sink, batch) = (v1(&server), elements(0..1000));
    let error = sink.write(&batch).await.unwrap_err();
    let found = unwritten(&error, &batch);
    assert!(REFUSED.iter().all(|&value| found.contains(&value.into())), "{found:?}");
    assert!(found.len() > REFUSED.len() && found.len() < 900, "{found:?}");
    // Those in doubt were stored all the same.
    assert_eq!(stored.lock().unwrap().len(), 1000 - REFUSED.len());
    assert!(sink.counts().requests() <= 101, "{}", sink.counts().requests());
}

/// Stores a request only if it takes all of its lines, as InfluxDB does where one can't be parsed and as VictoriaMetrics does.
fn strict(refused: &'static [u32]) -> (Server, Stored) {
    let stored = Stored::default();
    let kept = Arc::clone(&stored);
    let server = Server::start(move |body| {
        if body.lines().any(|given| refused.iter().any(|&value| given == line(value).trim_end())) {
            return (400, r#"{"error":"unable to parse"}"#.to_owned());
        }
        kept.lock().unwrap().extend(body.lines().map(str::to_owned));
        (204, String::new())
    });
    (server, stored)
}

#[tokio::test]
async fn what_stays_in_doubt_is_little_and_not_stored() {
    const REFUSED: &[u32] = &[3, 100, 203, 300, 409, 500, 618, 700, 801, 900, 950, 990];
    let (server, stored) = strict(REFUSED);
    let (mut sink, batch) = (v1(&server).lines_per_request(500.try_into().unwrap()), elements(0..1000));
    let error = sink.write(&batch).await.unwrap_err();
    let found = unwritten(&error, &batch);
    assert!(REFUSED.iter().all(|&value| found.contains(&value.into())), "{found:?}");
    let stored = stored.lock().unwrap();
    assert!(found.iter().all(|&value| !stored.contains(line(value as u32).trim_end())), "{found:?}");
    assert_eq!(stored.len() + found.len(), 1000);
    assert!(found.len() < 250, "{}", found.len());
    assert!(sink.counts().requests() <= 102, "{}", sink.counts().requests());
}

/// A coordinator would begin the whole write anew after 30 seconds, and never come to an end.
#[tokio::test(start_paused = true)]
async fn the_search_takes_no_more_time_than_a_write_has() {
    let server = HttpServer::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", server.address());
    let server = server.route(Method::POST, "/write", async |_| {
        sleep(Duration::from_secs(3)).await;
        let mut answer = Response::new(Bytes::from(r#"{"error":"unable to parse"}"#));
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        answer
    });
    let serving = tokio::spawn(server.serve(std::future::pending()));
    let mut sink = Influx::v1(&url, "db").unwrap();
    let (batch, begun) = (elements(0..4), Instant::now());
    let error: WriteError = sink.write(&batch).await.unwrap_err();
    assert!(!error.is_retryable(), "{}", chain(&error));
    assert_eq!(unwritten(&error, &batch), [0.0, 1.0, 2.0, 3.0]);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    serving.abort();
}
