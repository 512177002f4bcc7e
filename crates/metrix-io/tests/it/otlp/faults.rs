//! What a server answers, and what becomes of it, in each of the protocols.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::Secret;
use metrix_io::sinks::otlp::{Otlp, Protocol};
use tokio::io::AsyncWriteExt;

use super::messages::{Data, points};
use super::server::{Answer, Server};
use crate::chain::chain;

const ALL: [Protocol; 3] = [Protocol::Grpc, Protocol::HttpProtobuf, Protocol::HttpJson];

/// Elements of all kinds; their values are their numbers.
fn elements(count: i32) -> Vec<MElement> {
    let name = |number: i32| ["n.count", "n.sum", "n.mean"][number as usize % 3];
    let element = |number| {
        let element = MElement::new(name(number), f64::from(number), tags! { "n" => number }, Timestamp::from_secs(60));
        element.since(Timestamp::from_secs(50))
    };
    (0..count).map(element).collect()
}

#[tokio::test]
async fn a_request_is_as_the_protocol_has_it() {
    for (protocol, kind, path) in [
        (Protocol::Grpc, "application/grpc", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
        (Protocol::HttpProtobuf, "application/x-protobuf", "/v1/metrics"),
        (Protocol::HttpJson, "application/json", "/v1/metrics"),
    ] {
        let server = Server::start(protocol).await;
        let mut sink = server.sink().resource(tags! { "service.name" => "shop", "host.name" => "web 1" }).gzip();
        sink = sink.header("x-scope-orgid", "a").unwrap().token(&Secret::new("open sesame").unwrap());
        sink.write(&elements(3)).await.unwrap();
        sink.write(&elements(3)).await.unwrap();
        let [(headers, found, message), _] = &server.requests()[..] else { panic!("two requests") };
        assert_eq!((&headers["content-type"], found.as_str()), (&kind.parse().unwrap(), path));
        assert_eq!(
            (&headers["x-scope-orgid"], &headers["authorization"]),
            (&"a".parse().unwrap(), &"Bearer open sesame".parse().unwrap())
        );
        assert!(headers["user-agent"].to_str().unwrap().starts_with("metrix/"));
        assert_eq!((sink.counts().requests(), sink.counts().connections()), (2, 1));
        let [resource] = &message.resource_metrics[..] else { panic!("{message:?}") };
        let metrics = &resource.scope_metrics[0].metrics;
        let kinds: Vec<_> = metrics
            .iter()
            .map(|metric| match metric.data.as_ref().unwrap() {
                Data::Gauge(_) => (metric.name.as_str(), 0, false),
                Data::Sum(sum) => (metric.name.as_str(), sum.temporality, sum.is_monotonic),
            })
            .collect();
        assert_eq!(kinds, [("n.count", 1, true), ("n.sum", 1, false), ("n.mean", 0, false)]);
        if protocol == Protocol::HttpJson {
            continue;
        }
        let attributes: Vec<_> = resource
            .resource
            .as_ref()
            .unwrap()
            .attributes
            .iter()
            .map(|attribute| (&*attribute.key, &*attribute.value.as_ref().unwrap().text))
            .collect();
        assert_eq!(attributes, [("host.name", "web 1"), ("service.name", "shop")]);
        assert!(points(message).iter().all(|point| (point.start, point.time) == (50_000_000_000, 60_000_000_000)));
    }
}

#[tokio::test]
async fn requests_have_so_many_elements_at_most() {
    for protocol in ALL {
        let server = Server::start(protocol).await;
        let mut sink = server.sink().elements_per_request(NonZeroUsize::new(400).unwrap());
        sink.write(&elements(1000)).await.unwrap();
        assert_eq!(server.sizes(), [400, 400, 200], "{protocol}");
    }
}

#[tokio::test]
async fn what_is_rejected_is_counted_with_the_servers_words() {
    for protocol in ALL {
        let server = Server::start(protocol).await.answering([Answer::Taken(2, "too old"), Answer::Taken(0, "")]);
        let mut sink = server.sink().elements_per_request(NonZeroUsize::new(5).unwrap());
        let error = sink.write(&elements(10)).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(error.positions(), Some(&[3, 4][..]), "{protocol}");
        let words = "refused: 2 of 10 elements; element 3, \"n.count\": the server has rejected 2 of 5 points, and says: \"too old\"";
        assert_eq!(chain(&error), words);
        assert_eq!((sink.counts().rejected(), server.sizes()), (2, vec![5, 5]));

        // More than there are, and nothing but words.
        let server =
            Server::start(protocol).await.answering([Answer::Taken(99, "all"), Answer::Taken(0, "mind the gap")]);
        let mut sink = server.sink();
        let error = sink.write(&elements(2)).await.unwrap_err();
        assert_eq!(error.positions(), Some(&[0, 1][..]));
        sink.write(&elements(2)).await.unwrap();
        assert_eq!((sink.counts().rejected(), sink.counts().warnings()), (2, 1));
    }
}

#[tokio::test]
async fn a_refusal_is_not_retried_and_a_failure_is() {
    // Of each protocol, what is worth a retry, and what is not.
    let grpc: (&[u16], &[u16]) = (&[1, 4, 10, 11, 14, 15], &[2, 3, 5, 6, 7, 8, 9, 12, 13, 16]);
    let http: (&[u16], &[u16]) = (&[429, 502, 503, 504], &[400, 401, 403, 404, 408, 413, 500, 501]);
    for protocol in ALL {
        let (retryable, refused) = if protocol == Protocol::Grpc { grpc } else { http };
        for code in retryable.iter().chain(refused) {
            let server = Server::start(protocol).await.answering([Answer::Says(*code, "because")]);
            let mut sink = server.sink();
            let error = sink.write(&elements(1)).await.unwrap_err();
            assert_eq!(error.is_retryable(), retryable.contains(code), "{protocol} {code}");
            assert!(chain(&error).ends_with(": \"because\""), "{}", chain(&error));
            assert_eq!(error.positions(), Some(&[0][..]));
            sink.write(&elements(1)).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_written_before_a_failure_is_not_sent_again() {
    for protocol in ALL {
        let code = if protocol == Protocol::Grpc { 14 } else { 503 };
        for failure in [Answer::Says(code, "busy"), Answer::Nothing] {
            let server = Server::start(protocol).await.answering([Answer::Taken(0, ""), failure.clone()]);
            let mut sink = server.sink().elements_per_request(NonZeroUsize::new(2).unwrap());
            let batch = elements(5);
            let says = matches!(failure, Answer::Says(..));
            let error = sink.write(&batch).await.unwrap_err();
            assert!(error.is_retryable());
            assert_eq!(error.pause(), says.then_some(Duration::from_secs(7)), "{protocol}");
            assert_eq!(error.positions(), Some(&[2, 3, 4][..]), "{protocol}");
            let left: Vec<MElement> = error.unwritten(&batch).cloned().collect();
            sink.write(&left).await.unwrap();
            assert_eq!(server.sizes(), [2, 2, 2, 1]);
        }
    }
}

#[tokio::test]
async fn what_is_too_large_is_sent_in_halves() {
    for protocol in ALL {
        let server = Server::start(protocol).await.at_most(300);
        server.sink().write(&elements(1000)).await.unwrap();
        assert_eq!(server.sizes(), [1000, 500, 250, 250, 500, 250, 250], "{protocol}");
        let server = Server::start(protocol).await.at_most(0);
        let error = server.sink().write(&elements(2)).await.unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(error.positions(), Some(&[0, 1][..]));
    }
}

/// The last points of a request stand for those that a server has rejected, which may have been taken.
#[tokio::test]
async fn what_a_server_has_rejected_is_not_sent_again_after_a_failure() {
    for protocol in ALL {
        let server = Server::start(protocol).await.answering([Answer::Taken(1, "too old"), Answer::Nothing]);
        let mut sink = server.sink().elements_per_request(NonZeroUsize::new(2).unwrap());
        let mut batch = elements(6);
        batch[0].value = -1.0;
        let error = sink.write(&batch).await.unwrap_err();
        assert!(error.is_retryable());
        // The one that has no form, and those that were not sent.
        assert_eq!(error.positions(), Some(&[0, 3, 4, 5][..]), "{protocol}");
        let left: Vec<MElement> = error.unwritten(&batch).cloned().collect();
        let error = sink.write(&left).await.unwrap_err();
        assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[0][..])));
        assert_eq!((server.sizes(), sink.counts().rejected()), (vec![2, 2, 2, 1], 1));
    }
}

#[tokio::test]
async fn answers_are_asked_for_as_they_can_be_read() {
    for name in ["accept-encoding", "grpc-accept-encoding"] {
        let error = Server::start(Protocol::Grpc).await.sink().header(name, "gzip").unwrap_err();
        assert_eq!(error.to_string(), format!("the header `{name}` is the sink's own: leave it out"));
    }
}

#[tokio::test]
async fn what_has_no_form_is_refused_and_the_rest_is_written() {
    let server = Server::start(Protocol::Grpc).await;
    let mut batch = elements(4);
    batch[0].value = -1.0;
    batch[3].at = Timestamp::from_nanos(-1);
    let error = server.sink().write(&batch).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[0, 3][..])));
    assert_eq!(server.sizes(), [2]);
}

#[tokio::test]
async fn a_server_that_is_away_or_slow_is_worth_another_try() {
    for protocol in ALL {
        let mut sink = Otlp::new("http://127.0.0.1:1", protocol).unwrap();
        assert!(sink.write(&elements(1)).await.unwrap_err().is_retryable());

        // One that takes connections and says nothing.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let limit = Duration::from_millis(50);
        let mut sink = Otlp::new(&url, protocol).unwrap().write_timeout(limit);
        let error = sink.write(&elements(1)).await.unwrap_err();
        assert!(error.is_retryable() && chain(&error).contains("has not answered within 50ms"), "{}", chain(&error));

        // One that is no server of this kind.
        tokio::spawn(async move {
            while let Ok((mut connection, _)) = listener.accept().await {
                _ = connection.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
            }
        });
        let error = Otlp::new(&url, protocol).unwrap().write(&elements(1)).await.unwrap_err();
        assert!(error.is_retryable(), "{}", chain(&error));
    }
}

#[tokio::test]
async fn a_write_that_takes_too_long_is_left_to_the_retry() {
    let server = Server::start(Protocol::Grpc).await;
    let mut sink = server.sink().elements_per_request(NonZeroUsize::new(2).unwrap()).total_timeout(Duration::ZERO);
    let error = sink.write(&elements(5)).await.unwrap_err();
    assert!(error.is_retryable() && chain(&error).contains("more requests than fit"), "{}", chain(&error));
    assert_eq!((error.positions(), server.sizes()), (Some(&[2, 3, 4][..]), vec![2]));
}
