//! What clients can't take, whatever they send.

use std::time::Duration;

use metrix_io::http_server::HttpLimits;
use metrix_io::sources::otlp::Histograms;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{JSON, export, export_of, post, server};

#[tokio::test]
async fn a_bucket_of_more_than_a_reading_stands_for_is_rejected() {
    for (count, mode, is_taken) in [
        (u64::from(u32::MAX), Histograms::Values, true),
        (u64::from(u32::MAX) + 1, Histograms::Values, false),
        (u64::from(u32::MAX) + 1, Histograms::Buckets, true),
    ] {
        let mut exports = server().histograms(mode).start();
        let point = json!({"count": count, "bucketCounts": [count, 0], "explicitBounds": [1]});
        let metric = json!([{"name": "h", "histogram": {"aggregationTemporality": 1, "dataPoints": [point]}}]);
        let (readings, _) = export(&mut exports, metric).await;
        let rejected = "h: a bucket has grown by more than 4294967295 measurements";
        assert_eq!(readings.contains(&rejected.to_owned()), !is_taken, "{readings:?}");
    }
}

#[tokio::test]
async fn names_and_tags_have_their_bounds() {
    let mut exports = server().resource_attributes(["*"]).start();
    let attribute = |length: usize| json!([{"key": "k", "value": {"stringValue": "v".repeat(length)}}]);
    let metrics = |name: usize, length: usize| json!([{"name": "n".repeat(name), "gauge": {"dataPoints": [{"asInt": 1, "attributes": attribute(length)}]}}]);
    for (resource, name, point, is_taken) in [
        (20_000, 20_000, 20_000, true),
        (70_000, 1, 1, false),
        (1, 70_000, 1, false),
        (1, 1, 70_000, false),
        (30_000, 20_000, 20_000, false),
    ] {
        let (readings, _) =
            export_of(&mut exports, &json!({"attributes": attribute(resource)}), metrics(name, point)).await;
        let is_rejected = readings[0].ends_with(": its name and its tags have more than 64 KiB");
        assert_eq!((readings.len(), is_rejected), (1, !is_taken), "{resource} {name} {point}");
    }
}

/// The time that a request takes grows with its points, not with their square: what they are in is read once.
#[tokio::test]
async fn what_points_are_in_is_read_once() {
    let mut exports = server().start();
    let mut seconds = async |count: usize| {
        let attributes = vec![json!({"key": "a", "value": {"intValue": 1}}); count];
        let points = vec![json!({"flags": 1}); count];
        let sums = vec![json!({"asInt": 1, "timeUnixNano": 1}); count];
        let metrics = json!([{"name": "g", "gauge": {"dataPoints": points}},
            {"name": "s", "sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": sums}}]);
        let request = json!({"resourceMetrics": [{"resource": {"attributes": attributes}, "scopeMetrics": [{"metrics": metrics}]}]});
        let mut least = Duration::MAX;
        for _ in 0..3 {
            let mut client = TcpStream::connect(exports.address()).await.unwrap();
            let body = request.to_string();
            let head = format!("POST /v1/metrics HTTP/1.0\r\n{JSON}content-length: {}\r\n\r\n", body.len());
            let send = async { client.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.unwrap() };
            let (mut export, ()) = tokio::join!(async { exports.next().await.unwrap() }, send);
            let begin = std::time::Instant::now();
            assert_eq!(export.read(|read| assert!(read.is_ok())), 2 * count as u64);
            least = least.min(begin.elapsed());
        }
        least.as_secs_f64()
    };
    let (few, many) = (seconds(500).await, seconds(8000).await);
    // Sixteen times as many; with their square it would be 256 times.
    assert!(many < few * 80.0, "{few} {many}");
}

/// What is made of JSON may be larger than the text, and takes its room.
#[tokio::test]
async fn what_is_made_of_json_has_its_bounds() {
    let mut limits = HttpLimits::default();
    (limits.body, limits.bodies) = (10_000, 10_000);
    let mut exports = server().limits(limits).start();
    // Numbers of two bytes become eight.
    let metrics = |count: usize| {
        let point = json!({"bucketCounts": vec![1; count], "explicitBounds": []});
        json!([{"name": "h", "histogram": {"aggregationTemporality": 1, "dataPoints": [point]}}])
    };
    let body = |count| json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics(count)}]}]}).to_string();
    let (status, head, body) = post(&exports, JSON, body(2000).as_bytes()).await;
    assert_eq!((status, head.contains("retry-after: 1")), (429, true), "{head}");
    assert!(body.contains("there is no room for the body now"), "{body}");
    // The room is given back.
    assert_eq!(export(&mut exports, metrics(1000)).await.0, ["h: its buckets don't fit its bounds"]);
    assert_eq!(export(&mut exports, metrics(1000)).await.0, ["h: its buckets don't fit its bounds"]);
}

#[tokio::test]
async fn a_summary_has_its_bounds() {
    let mut exports = server().start();
    for (quantiles, is_taken) in [(1024, true), (1025, false)] {
        let quantiles = vec![json!({"quantile": 0.5, "value": 1}); quantiles];
        let points = json!([{"quantileValues": quantiles}]);
        let (readings, _) = export(&mut exports, json!([{"name": "s", "summary": {"dataPoints": points}}])).await;
        assert_eq!(readings.contains(&"s: it has more than 1024 quantiles".to_owned()), !is_taken);
    }
}

#[tokio::test]
async fn a_body_has_its_bounds() {
    let mut limits = HttpLimits::default();
    limits.body = 1000;
    let exports = server().limits(limits).start();
    let (status, head, body) = post(&exports, JSON, &[b' '; 1001]).await;
    assert_eq!((status, head.contains("application/json")), (413, true));
    assert!(body.contains("the body is too large"), "{body}");
}
