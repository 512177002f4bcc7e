//! What is answered.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix_io::Secret;
use serde_json::{Value, json};

use super::{JSON, export, post, server};

#[tokio::test]
async fn what_is_not_taken_is_told() {
    let mut exports = server().max_counters(NonZeroUsize::new(1).unwrap()).start();
    let metrics = json!([
        {"name": "nan", "gauge": {"dataPoints": [{"asDouble": "NaN"}, {"asDouble": 1}, {}, {"flags": 1}]}},
        {"name": "", "gauge": {"dataPoints": [{"asDouble": 1}]}},
        {"name": "none", "sum": {"dataPoints": [{"asDouble": 1}]}},
        {"name": "bounds", "histogram": {"aggregationTemporality": 1, "dataPoints": [{"bucketCounts": [1], "explicitBounds": [1]}]}},
        {"name": "many", "sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [
            {"asInt": 1}, {"asInt": 1, "attributes": [{"key": "a", "value": {"boolValue": true}}]}]}},
    ]);
    let (readings, answer) = export(&mut exports, metrics).await;
    let expected = [
        "nan: its value is not finite",
        "nan service.name=shop 1g",
        "nan: it has no value",
        ": its metric has no name",
        "none: it is a sum without a temporality",
        "bounds: its buckets don't fit its bounds",
        "many: there are too many cumulative series: send deltas, or fewer series",
    ];
    assert_eq!(readings, expected);
    let message = "a point of \"nan\": its value is not finite";
    assert_eq!(answer, json!({"partialSuccess": {"rejectedDataPoints": "6", "errorMessage": message}}));
}

#[tokio::test]
async fn what_is_no_request_is_answered_in_its_form() {
    let exports = server().token(Secret::new("open sesame").unwrap()).start();
    let json = format!("{JSON}authorization: Bearer open sesame\r\n");
    let protobuf = json.replace("json", "x-protobuf");
    let (status, head, body) = post(&exports, &json, b"{").await;
    assert_eq!((status, head.contains("content-type: application/json")), (400, true));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["code"], 3);
    assert!(body["message"].as_str().unwrap().starts_with("EOF while parsing"), "{body}");
    let (status, head, body) = post(&exports, &protobuf, b"\x0a\xff").await;
    assert_eq!((status, head.contains("content-type: application/x-protobuf")), (400, true));
    assert_eq!(body, "\u{8}\u{3}\u{12}*the body is no ExportMetricsServiceRequest");

    assert_eq!(post(&exports, JSON, b"{}").await.0, 401);
    assert_eq!(post(&exports, &json.replace("json", "xml"), b"{}").await.0, 415);
    assert_eq!(post(&exports, &format!("{json}content-encoding: br\r\n"), b"{}").await.0, 415);
    assert_eq!(post(&exports, &format!("{json}content-encoding: gzip\r\n"), b"{}").await.0, 400);
}

#[tokio::test]
async fn an_empty_request_is_taken() {
    let mut exports = server().start();
    let (readings, answer) = export(&mut exports, json!([])).await;
    assert_eq!((readings.len(), answer), (0, json!({})));
}

#[tokio::test]
async fn who_is_not_read_is_told_to_come_again() {
    let exports = server().patience(Duration::from_millis(20)).start();
    let (status, head, body) = post(&exports, JSON, b"{}").await;
    assert_eq!((status, head.contains("retry-after: 1")), (503, true));
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["code"], &body["message"]), (&json!(14), &json!("what was sent before is still to be read")));
}
