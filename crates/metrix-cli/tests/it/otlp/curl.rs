//! The example of OTLP's specification, as JSON, sent by curl.

use std::process::Command;

use serde_json::{Value, json};

use super::{Received, server};
use crate::peers::program;
use crate::program::Scene;

/// The metrics of `examples/metrics.json` in the repository opentelemetry-proto, to which its README points for OTLP over JSON.
const EXAMPLE: &str = include_str!("example.json");

/// What curl is answered: the status, the type of the body, and the body.
fn answer(scene: &Scene, url: &str, headers: &[&str], body: &[u8]) -> (String, Value) {
    scene.write("body", body);
    let mut command = Command::new(program("curl"));
    command.current_dir(scene.folder()).args(["-q", "--silent", "--show-error", "--noproxy", "*"]);
    for header in headers {
        command.args(["--header", header]);
    }
    command.args(["--data-binary", "@body", "--write-out", "\n%{http_code} %{content_type}"]);
    let output = command.arg(format!("{url}/v1/metrics")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let (body, status) = said.rsplit_once('\n').unwrap();
    (status.to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn the_example_of_the_specification_comes_by_curl() {
    let scene = Scene::new();
    let (program, url) = server(&scene, "http", "");
    let answer = |headers: &[&str], body: &[u8]| answer(&scene, &url, headers, body);
    let json = "Content-Type: application/json";
    let taken = "200 application/json".to_owned();
    assert_eq!(answer(&[json], EXAMPLE.as_bytes()), (taken.clone(), json!({})));

    // What is rejected is told, and what is no request is refused with a status as JSON.
    let point = |value: &str| EXAMPLE.replace("\"asDouble\": 10", value).replace("my.gauge", "my.other");
    let mut only: Value = serde_json::from_str(&point("\"asDouble\": \"NaN\"")).unwrap();
    let metrics = only.pointer_mut("/resourceMetrics/0/scopeMetrics/0/metrics").unwrap().as_array_mut().unwrap();
    metrics.retain(|metric| metric["name"] == "my.other");
    let rejected =
        json!({"rejectedDataPoints": "1", "errorMessage": "a point of \"my.other\": its value is not finite"});
    assert_eq!(answer(&[json], only.to_string().as_bytes()), (taken, json!({"partialSuccess": rejected})));
    let (status, wrong) = answer(&[json], point("\"asDouble\": true").as_bytes());
    assert_eq!((&*status, &wrong["code"]), ("400 application/json", &json!(3)));
    let said = wrong["message"].as_str().unwrap();
    assert!(said.starts_with("`asDouble` has to be a number at line "), "{said}");

    let received = Received::of(program);
    for (name, attribute, value) in [
        ("my.counter.sum", "my.counter.attr", 5.0),
        ("my.gauge.last", "my.gauge.attr", 10.0),
        ("my.histogram.count.sum", "my.histogram.attr", 2.0),
        ("my.histogram.sum.sum", "my.histogram.attr", 2.0),
        ("my.histogram.min.last", "my.histogram.attr", 0.0),
        ("my.histogram.max.last", "my.histogram.attr", 2.0),
        ("my.histogram.count", "my.histogram.attr", 2.0),
        // The middles of both buckets.
        ("my.histogram.sum", "my.histogram.attr", 0.5 + 1.5),
        ("my.exponential.histogram.count.sum", "my.exponential.histogram.attr", 3.0),
        ("my.exponential.histogram.sum.sum", "my.exponential.histogram.attr", 10.0),
        ("my.exponential.histogram.count", "my.exponential.histogram.attr", 3.0),
    ] {
        received.check(name, &json!({"service.name": "my.service", attribute: "some value"}), value);
    }
    // Each with its three aggregates, and nothing else: a counter, a gauge, and both histograms.
    assert_eq!(received.0.len(), 3 * (1 + 1 + 5 + 5), "{:?}", received.0);
}
