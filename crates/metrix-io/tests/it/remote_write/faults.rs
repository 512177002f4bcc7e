//! What a server answers, and what becomes of it.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, WriteError, tags};
use metrix_io::Secret;
use metrix_io::sinks::remote_write::RemoteWrite;

use super::server::{Refuses, Server};
use crate::chain::chain;

/// One element of each series, all of one time; their values are their numbers.
fn elements(count: i32) -> Vec<MElement> {
    let element = |number| MElement::new("n", f64::from(number), tags! { "n" => number }, Timestamp::from_secs(100));
    (0..count).map(element).collect()
}

fn sink(server: &Server) -> RemoteWrite {
    RemoteWrite::new(&server.url).unwrap()
}

async fn refusal(server: &Server, batch: &[MElement]) -> WriteError {
    let error = sink(server).write(batch).await.unwrap_err();
    assert!(!error.is_retryable(), "{}", chain(&error));
    error
}

#[tokio::test]
async fn a_batch_of_one_window_is_one_request() {
    let server = Server::start();
    let mut sink = sink(&server).default_tags(tags! { "job" => "m", "n" => "never", "a.b" => "" });
    sink.write(&elements(1000)).await.unwrap();
    let [(headers, message)] = &server.requests()[..] else { panic!("one request") };
    for (name, value) in [
        ("content-encoding", "snappy"),
        ("content-type", "application/x-protobuf"),
        ("x-prometheus-remote-write-version", "0.1.0"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(headers["user-agent"].to_str().unwrap().starts_with("metrix/"));
    assert!(!headers.contains_key("authorization"));
    assert_eq!(message.timeseries.len(), 1000);
    assert_eq!(server.taken()[7], ("__name__=\"n\",job=\"m\",n=\"7\"".to_owned(), 7.0, 100_000));
}

#[tokio::test]
async fn requests_have_so_many_samples_at_most() {
    let server = Server::start();
    let mut sink = sink(&server).samples_per_request(NonZeroUsize::new(400).unwrap());
    sink.write(&elements(1000)).await.unwrap();
    let sizes: Vec<usize> = server.requests().iter().map(|(_, message)| message.timeseries.len()).collect();
    assert_eq!(sizes, [400, 400, 200]);
    assert_eq!((sink.counts().requests(), sink.counts().connections()), (3, 1));
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    for status in [500, 501, 502, 503, 504, 429] {
        let server = Server::start().answering([(status, "not now")]);
        let mut sink = sink(&server);
        let batch = elements(3);
        let error = sink.write(&batch).await.unwrap_err();
        assert!(error.is_retryable() && error.unwritten(&batch).count() == 3, "{status}");
        assert_eq!(error.pause(), Some(Duration::from_secs(7)));
        assert!(chain(&error).contains("\"not now\""), "{}", chain(&error));
        sink.write(&batch).await.unwrap();
        assert_eq!(server.taken().len(), 3);
    }
}

#[tokio::test]
async fn what_went_before_a_failure_is_not_sent_again() {
    let server = Server::start().answering([(204, ""), (503, "not now")]);
    let mut sink = sink(&server).samples_per_request(NonZeroUsize::new(2).unwrap());
    let batch = elements(5);
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!(error.positions(), Some(&[2, 3, 4][..]));
    let left: Vec<MElement> = error.unwritten(&batch).cloned().collect();
    sink.write(&left).await.unwrap();
    let values: Vec<f64> = server.taken().iter().map(|sample| sample.1).collect();
    assert_eq!(values, [0.0, 1.0, 2.0, 3.0, 4.0]);
}

#[tokio::test]
async fn of_a_refused_request_the_others_are_written() {
    let server = Server::start().refusing(|value| value > 996.0, 400);
    let error = refusal(&server, &elements(1000)).await;
    assert_eq!(error.positions(), Some(&[997, 998, 999][..]));
    let message = "refused: 3 of 1000 elements; element 999, \"n\": the server says 400 Bad Request: \"too high\"";
    assert_eq!(chain(&error), message);
    let mut values: Vec<f64> = server.taken().iter().map(|sample| sample.1).collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values, (0..997).map(f64::from).collect::<Vec<_>>());
}

#[tokio::test]
async fn wherever_the_refused_ones_are_the_others_are_written() {
    let refusals: [(Refuses, u16); 4] = [
        (|value| value % 10.0 == 0.0, 400),
        (|value| value < 400.0, 400),
        (|value| value < 40.0 || value % 10.0 == 0.0, 409),
        (|value| value != 999.0, 422),
    ];
    for (number, (refuses, status)) in refusals.into_iter().enumerate() {
        let server = Server::start().refusing(refuses, status);
        let error = refusal(&server, &elements(1000)).await;
        let is_lost = |number: &i32| refuses(f64::from(*number));
        let lost: Vec<usize> = (0..1000).filter(is_lost).map(|number| number.unsigned_abs() as usize).collect();
        let mut values: Vec<f64> = server.taken().iter().map(|sample| sample.1).collect();
        values.sort_by(f64::total_cmp);
        let kept: Vec<f64> = (0..1000).filter(|number| !is_lost(number)).map(f64::from).collect();
        assert_eq!((values, error.positions()), (kept, Some(&lost[..])), "{number}");
        assert!(server.requests().len() < 2000, "{number}");
    }
}

#[tokio::test]
async fn a_write_that_takes_too_long_is_left_to_the_retry() {
    let server = Server::start();
    let mut sink = sink(&server).samples_per_request(NonZeroUsize::new(2).unwrap()).total_timeout(Duration::ZERO);
    let error = sink.write(&elements(5)).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("more requests than fit"), "{}", chain(&error));
    assert_eq!((error.positions(), server.requests().len()), (Some(&[2, 3, 4][..]), 1));
}

#[tokio::test]
async fn the_search_for_what_is_refused_has_an_end() {
    let server = Server::start().refusing(|_| true, 400);
    let batch = elements(1000);
    let error = refusal(&server, &batch).await;
    assert_eq!(error.unwritten(&batch).count(), 1000);
    assert!(server.requests().len() <= 2 * 256 + 1, "{}", server.requests().len());
}

#[tokio::test]
async fn a_refusal_that_is_of_all_is_not_searched() {
    for status in [302, 401, 403, 404, 408] {
        let server = Server::start().answering([(status, "go away")]);
        let error = refusal(&server, &elements(10)).await;
        assert_eq!((error.positions().map(<[usize]>::len), server.requests().len()), (Some(10), 1), "{status}");
    }
}

#[tokio::test]
async fn several_samples_of_a_series_go_in_one_request() {
    let server = Server::start();
    let at = |value, seconds| MElement::new("n", value, tags! {}, Timestamp::from_secs(seconds));
    let mut sink = sink(&server);
    sink.write(&[at(2.0, 20), at(1.0, 10), at(9.0, 30), at(3.0, 30)]).await.unwrap();
    let sent: Vec<(f64, i64)> = server.taken().iter().map(|(_, value, at)| (*value, *at)).collect();
    assert_eq!(sent, [(1.0, 10_000), (2.0, 20_000), (3.0, 30_000)]);
    assert_eq!((server.requests().len(), server.requests()[0].1.timeseries.len()), (1, 1));
    assert_eq!(sink.counts().collisions(), 1);
}

#[tokio::test]
async fn it_says_who_it_is() {
    let server = Server::start();
    let secret = Secret::new("open sesame").unwrap();
    sink(&server).token(&secret).write(&elements(1)).await.unwrap();
    sink(&server).user("Aladdin", &secret).unwrap().write(&elements(1)).await.unwrap();
    sink(&server)
        .header("X-Scope-OrgID", "a")
        .unwrap()
        .header("x-scope-orgid", "b")
        .unwrap()
        .write(&elements(1))
        .await
        .unwrap();
    let requests = server.requests();
    let header = |place: usize, name| requests[place].0.get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(header(0, "authorization"), ["Bearer open sesame"]);
    assert_eq!(header(1, "authorization"), ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]);
    assert_eq!(header(2, "x-scope-orgid"), ["b"]);
    assert!(!format!("{:?}", sink(&server).token(&secret)).contains("sesame"));
}

#[tokio::test]
async fn a_server_that_is_away_is_worth_another_try() {
    let mut sink = RemoteWrite::new("http://127.0.0.1:1/write").unwrap();
    let error = sink.write(&elements(1)).await.unwrap_err();
    assert!(error.is_retryable(), "{}", chain(&error));
}

/// A series of so many windows, whose values are their numbers.
fn windows(count: i32) -> Vec<MElement> {
    let element = |number: i32| MElement::new("n", number.into(), tags! {}, Timestamp::from_secs(number.into()));
    (0..count).map(element).collect()
}

#[tokio::test]
async fn windows_that_are_too_old_take_no_others_with_them() {
    let server = Server::start().refusing(|value| value < 100.0, 400);
    let batch = windows(1000);
    let error = refusal(&server, &batch).await;
    assert_eq!(error.positions().map(<[usize]>::to_vec), Some((0..100).collect::<Vec<_>>()));
    let sent: Vec<f64> = server.taken().iter().map(|(_, value, _)| *value).collect();
    assert_eq!(sent, (100..1000).map(f64::from).collect::<Vec<_>>());
    assert!(server.requests().len() < 120, "{}", server.requests().len());
}

/// As Prometheus has it: the last sample again is no error, older ones are.
#[tokio::test]
async fn what_was_stored_before_its_answer_was_lost_is_not_refused() {
    let server = Server::start().in_order().answering([(503, "stored")]);
    let mut sink = sink(&server);
    let batch = windows(10);
    let error = sink.write(&batch).await.unwrap_err();
    assert!(error.is_retryable() && error.unwritten(&batch).count() == 10);
    sink.write(&batch).await.unwrap();
    let mut stored: Vec<f64> = server.taken().iter().map(|(_, value, _)| *value).collect();
    stored.dedup();
    assert_eq!(stored, (0..10).map(f64::from).collect::<Vec<_>>());

    // What was never sent before is refused as ever.
    let error = sink.write(&batch[..5]).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[0, 1, 2, 3, 4][..])));
    // And so is all of a series of which the newest one is refused.
    let server = Server::start().answering([(503, "not stored")]).refusing(|_| true, 400);
    let mut sink = RemoteWrite::new(&server.url).unwrap();
    sink.write(&batch).await.unwrap_err();
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions().map(<[usize]>::len)), (false, Some(10)));
}

/// A server that is so slow that a write has time for a few requests only.
#[tokio::test]
async fn a_repetition_goes_on_where_the_write_before_it_ended() {
    let server = Server::start().refusing(|value| value < 20.0, 400);
    let mut sink = sink(&server).total_timeout(Duration::ZERO);
    let batch = windows(30);
    let (mut left, mut writes) = (batch.clone(), 1);
    let error = loop {
        match sink.write(&left).await {
            Err(error) if error.is_retryable() => left = error.unwritten(&left).cloned().collect(),
            Err(error) => break error,
            Ok(()) => panic!("some are refused"),
        }
        writes += 1;
        assert!(writes < 60, "it comes to an end");
    };
    assert_eq!(error.positions().map(<[usize]>::len), Some(20));
    let sent: Vec<f64> = server.taken().iter().map(|(_, value, _)| *value).collect();
    assert_eq!(sent, (20..30).map(f64::from).collect::<Vec<_>>());
}
