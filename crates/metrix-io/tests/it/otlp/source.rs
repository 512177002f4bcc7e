//! The source: what points become, and what is answered.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Timestamp;
use metrix_io::http_server::HttpLimits;
use metrix_io::sources::otlp::{Histograms, OtlpExports, OtlpServer};
use metrix_io::{Kind, Secret};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn server() -> OtlpServer {
    OtlpServer::http("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// Posts a body, and gives the status, the head and the body of the answer.
async fn post(exports: &OtlpExports, headers: &str, body: &[u8]) -> (u16, String, String) {
    let mut client = TcpStream::connect(exports.address()).await.unwrap();
    let head = format!("POST /v1/metrics HTTP/1.0\r\n{headers}content-length: {}\r\n\r\n", body.len());
    client.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), head.to_owned(), body.to_owned())
}

const JSON: &str = "content-type: application/json\r\n";

/// One request's readings as texts, and the answer's body.
async fn export(exports: &mut OtlpExports, metrics: Value) -> (Vec<String>, Value) {
    export_of(exports, &json!({"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}), metrics)
        .await
}

async fn export_of(exports: &mut OtlpExports, resource: &Value, metrics: Value) -> (Vec<String>, Value) {
    let request = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}], "resource": resource}]});
    let body = request.to_string();
    let mut readings = Vec::new();
    let mut export = {
        let waiting = TcpStream::connect(exports.address()).await.unwrap();
        let mut client = waiting;
        let head = format!("POST /v1/metrics HTTP/1.0\r\n{JSON}content-length: {}\r\n\r\n{body}", body.len());
        client.write_all(head.as_bytes()).await.unwrap();
        (exports.next().await.unwrap(), client)
    };
    while let Some(points) = export.0.read_some(1, |read| match read {
        Ok(reading) => {
            let kind = match reading.kind.unwrap() {
                Kind::Counter => 'c',
                Kind::Gauge => 'g',
                Kind::Sample => 's',
                Kind::Set => 'x',
            };
            let weight = if reading.weight == 1.0 { String::new() } else { format!(" *{}", reading.weight) };
            let at = reading.at.map_or(String::new(), |at| format!(" @{}", at.as_nanos()));
            readings.push(format!("{} {} {}{kind}{weight}{at}", reading.name, reading.to_tags(), reading.value));
        }
        Err(rejected) => readings.push(format!("{}: {}", rejected.metric, rejected.reason)),
    }) {
        assert_eq!(points, 1);
    }
    export.0.confirm();
    let mut answer = String::new();
    export.1.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("200 OK") && head.contains("content-type: application/json"), "{head}");
    (readings, serde_json::from_str(body).unwrap())
}

fn sum(temporality: i64, is_monotonic: bool, points: Value) -> Value {
    json!([{"name": "n", "sum": {"aggregationTemporality": temporality, "isMonotonic": is_monotonic, "dataPoints": points}}])
}

#[tokio::test]
async fn the_example_of_the_specification_is_read() {
    let mut exports = server().start();
    let attribute = json!([{"key": "k", "value": {"stringValue": "some value"}}]);
    let metrics = json!([
        {"name": "my.counter", "unit": "1", "sum": {"aggregationTemporality": 1, "isMonotonic": true, "dataPoints": [
            {"asDouble": 5, "startTimeUnixNano": "1544712660300000000", "timeUnixNano": "1544712660300000000", "attributes": attribute}]}},
        {"name": "my.gauge", "gauge": {"dataPoints": [{"asInt": "10", "timeUnixNano": 5, "attributes": attribute}]}},
        {"name": "my.histogram", "histogram": {"aggregationTemporality": 1, "dataPoints": [
            {"count": 2, "sum": 2, "bucketCounts": [1, 1], "explicitBounds": [1], "min": 0, "max": 2}]}},
        {"name": "my.exponential.histogram", "exponentialHistogram": {"aggregationTemporality": 1, "dataPoints": [
            {"count": 3, "sum": 10, "scale": 0, "zeroCount": 1, "positive": {"offset": 1, "bucketCounts": [0, 2]}, "min": 0, "max": 5}]}},
        {"name": "my.summary", "summary": {"dataPoints": [
            {"count": 3, "sum": 10, "quantileValues": [{"quantile": 0.5, "value": 3}, {"quantile": 1, "value": 5}]}]}},
    ]);
    let (readings, answer) = export(&mut exports, metrics).await;
    let shop = "service.name=shop";
    let expected = [
        format!("my.counter k=some value,{shop} 5c @1544712660300000000"),
        format!("my.gauge k=some value,{shop} 10g @5"),
        format!("my.histogram.count {shop} 2c"),
        format!("my.histogram.sum {shop} 2c"),
        format!("my.histogram.min {shop} 0g"),
        format!("my.histogram.max {shop} 2g"),
        format!("my.histogram {shop} 0.5s"),
        format!("my.histogram {shop} 1.5s"),
        format!("my.exponential.histogram.count {shop} 3c"),
        format!("my.exponential.histogram.sum {shop} 10c"),
        format!("my.exponential.histogram.min {shop} 0g"),
        format!("my.exponential.histogram.max {shop} 5g"),
        format!("my.exponential.histogram {shop} 0s"),
        // The middle of 4 and 5, the largest.
        format!("my.exponential.histogram {shop} {}s *2", 20_f64.sqrt()),
        format!("my.summary quantile=0.5,{shop} 3g"),
        format!("my.summary quantile=1,{shop} 5g"),
    ];
    assert_eq!(readings, expected);
    assert_eq!(answer, json!({}));
}

#[tokio::test]
async fn cumulative_sums_come_as_increases() {
    let mut exports = server().start();
    let long_ago = "1000000000000000000";
    let point = |value: f64, start: &str, time: u64| json!([{"asDouble": value, "startTimeUnixNano": start, "timeUnixNano": time}]);
    let later = (Timestamp::now().as_nanos() + 1_000_000_000).to_string();
    for (points, expected) in [
        (point(5.0, long_ago, 10), None),
        (point(7.0, long_ago, 20), Some("2c @20")),
        // The same again, and one that comes late.
        (point(7.0, long_ago, 20), None),
        (point(6.0, long_ago, 15), None),
        (point(9.0, "1000000000000000001", 30), Some("9c @30")),
        (point(4.0, "1000000000000000001", 40), Some("4c @40")),
    ] {
        let (readings, _) = export(&mut exports, sum(2, true, points.clone())).await;
        let expected: Vec<String> = expected.iter().map(|value| format!("n service.name=shop {value}")).collect();
        assert_eq!(readings, expected, "{points}");
    }
    // Of one that begins after the server, all is counted. The names of the resource are in another order, which is the same.
    let resource =
        |names: [&str; 2]| json!({"attributes": names.map(|name| json!({"key": name, "value": {"intValue": 1}}))});
    let (readings, _) = export_of(&mut exports, &resource(["a", "b"]), sum(2, true, point(3.0, &later, 10))).await;
    assert_eq!(readings, ["n  3c @10"]);
    let (readings, _) = export_of(&mut exports, &resource(["b", "a"]), sum(2, true, point(5.0, &later, 20))).await;
    assert_eq!(readings, ["n  2c @20"]);
    // What goes up and down is a gauge.
    let (readings, _) = export(&mut exports, sum(2, false, point(-1.0, long_ago, 50))).await;
    assert_eq!(readings, ["n service.name=shop -1g @50"]);
}

#[tokio::test]
async fn cumulative_histograms_come_as_increases() {
    let mut exports = server().histograms(Histograms::Buckets).start();
    let metric = |counts: [u64; 3], sum: f64, time: u64| {
        let point = json!({"count": counts.iter().sum::<u64>(), "sum": sum, "bucketCounts": counts, "explicitBounds": [0.5, 1],
            "max": 9, "startTimeUnixNano": "1", "timeUnixNano": time});
        json!([{"name": "h", "histogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    assert_eq!(export(&mut exports, metric([1, 1, 1], 5.0, 10)).await.0, [""; 0]);
    let (readings, _) = export(&mut exports, metric([2, 1, 4], 15.0, 20)).await;
    let shop = "service.name=shop";
    let expected = [
        format!("h.count {shop} 4c @20"),
        format!("h.sum {shop} 10c @20"),
        format!("h.bucket le=0.5,{shop} 1c @20"),
        format!("h.bucket le=1,{shop} 1c @20"),
        format!("h.bucket le=+Inf,{shop} 4c @20"),
    ];
    assert_eq!(readings, expected);
    assert_eq!(export(&mut exports, metric([2, 1, 4], 15.0, 20)).await.0, [""; 0]);
    assert_eq!(export(&mut exports, metric([0, 1, 0], 1.0, 30)).await.0[0], format!("h.count {shop} 1c @30"));

    // Exponential ones, of which the scale changes once.
    let metric = |scale: i64, counts: Value, count: u64, time: u64| {
        let point = json!({"count": count, "scale": scale, "positive": {"offset": 0, "bucketCounts": counts}, "timeUnixNano": time});
        json!([{"name": "e", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    let middle = 2_f64.sqrt();
    for (metric, expected) in [
        (metric(0, json!([1]), 1, 10), vec![]),
        (
            metric(0, json!([3, 1]), 4, 20),
            vec!["e.count 3c @20".to_owned(), format!("e {middle}s *2 @20"), format!("e {}s @20", 2.0 * middle)],
        ),
        // One of the two buckets that are one now has one more.
        (metric(-1, json!([5]), 5, 30), vec!["e.count 1c @30".to_owned(), "e 2s @30".to_owned()]),
        (metric(-1, json!([7]), 7, 40), vec!["e.count 2c @40".to_owned(), "e 2s *2 @40".to_owned()]),
    ] {
        let readings = export(&mut exports, metric).await.0;
        assert_eq!(
            readings.iter().map(|reading| reading.replace(&format!("{shop} "), "")).collect::<Vec<_>>(),
            expected
        );
    }
}

#[tokio::test]
async fn a_histogram_that_begins_anew_loses_nothing() {
    let mut exports = server().start();
    let metric = |offset: i64, counts: Value, start: u64, time: u64| {
        let count: u64 = counts.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
        let point = json!({"count": count, "positive": {"offset": offset, "bucketCounts": counts},
            "startTimeUnixNano": start, "timeUnixNano": time});
        json!([{"name": "e", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    let middle = |index: i32| 2_f64.sqrt() * 2_f64.powi(index);
    for (metric, expected) in [
        (metric(7, json!([100]), 1, 10), vec![]),
        (metric(3, json!([1]), 15, 20), vec!["e.count 1c @20".to_owned(), format!("e {}s @20", middle(3))]),
        (
            metric(3, json!([1, 0, 0, 0, 5]), 15, 30),
            vec!["e.count 5c @30".to_owned(), format!("e {}s *5 @30", middle(7))],
        ),
        // Another client says that the series began before.
        (
            metric(3, json!([9]), 1, 40),
            vec!["e: its series overlaps one that began later: two clients send it, or its start goes back".to_owned()],
        ),
    ] {
        let readings = export(&mut exports, metric).await.0;
        assert_eq!(
            readings.iter().map(|reading| reading.replace("service.name=shop ", "")).collect::<Vec<_>>(),
            expected
        );
    }
}

#[tokio::test]
async fn a_histogram_without_buckets_gives_the_mean_of_what_came() {
    let mut exports = server().start();
    let metric = |count: u64, sum: Value, time: u64| {
        let point = json!({"count": count, "sum": sum, "bucketCounts": [count], "timeUnixNano": time});
        json!([{"name": "h", "histogram": {"aggregationTemporality": 2, "dataPoints": [point]}}])
    };
    assert_eq!(export(&mut exports, metric(1000, json!(1000), 10)).await.0, [""; 0]);
    let shop = "service.name=shop";
    let expected =
        [format!("h.count {shop} 10c @20"), format!("h.sum {shop} 1000c @20"), format!("h {shop} 100s *10 @20")];
    assert_eq!(export(&mut exports, metric(1010, json!(2000), 20)).await.0, expected);
    // Without a sum nothing is known of the values.
    assert_eq!(export(&mut exports, metric(1011, Value::Null, 30)).await.0, [format!("h.count {shop} 1c @30")]);
}

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
async fn tags_are_chosen() {
    let resource = json!({"attributes": [
        {"key": "service.name", "value": {"stringValue": "shop"}},
        {"key": "service.version", "value": {"stringValue": "1.0"}},
        {"key": "host.name", "value": {"stringValue": "web 1"}},
    ]});
    let point = json!({"asInt": 3, "attributes": [{"key": "service.name", "value": {"stringValue": "its own"}}]});
    let metrics = json!([{"name": "g", "unit": "By", "gauge": {"dataPoints": [point]}}]);
    let mut exports = server().resource_attributes(["service.*"]).unit_tag("unit").start();
    let (readings, _) = export_of(&mut exports, &resource, metrics.clone()).await;
    assert_eq!(readings, ["g service.name=its own,service.version=1.0,unit=By 3g"]);
    let mut exports = server().resource_attributes([""; 0]).start();
    let (readings, _) = export_of(&mut exports, &resource, metrics).await;
    assert_eq!(readings, ["g service.name=its own 3g"]);
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

/// As protobuf has it: messages that come twice are merged, and of fields that exclude each other the last holds.
#[tokio::test]
async fn fields_that_come_twice_are_as_protobuf_has_them() {
    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()][..], bytes].concat()
    }
    let attribute = |name: &str| field(1, &[field(1, name.as_bytes()), field(2, b"\x0a\x01v")].concat());
    let double = [&[4 << 3 | 1][..], &1.5_f64.to_le_bytes()].concat();
    let int = [&[6 << 3 | 1][..], &7_i64.to_le_bytes()].concat();
    let point = |fields: &[&[u8]]| field(1, &fields.concat());
    let metric = [
        field(1, b"m"),
        field(5, &point(&[&double])),
        // The sum, in two pieces, takes the place of the gauge.
        field(7, &[point(&[&double, &int]), b"\x10\x02".to_vec()].concat()),
        field(7, &[point(&[&int, &double]), b"\x10\x01".to_vec()].concat()),
    ];
    let resource = [
        field(1, &attribute("service.name")),
        field(2, &field(2, &metric.concat())),
        field(1, &attribute("service.namespace")),
    ];
    let body = field(1, &resource.concat());
    let mut exports = server().start();
    let mut client = TcpStream::connect(exports.address()).await.unwrap();
    let kind = JSON.replace("json", "x-protobuf");
    let head = format!("POST /v1/metrics HTTP/1.0\r\n{kind}content-length: {}\r\n\r\n", body.len());
    client.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
    let mut readings = Vec::new();
    exports.next().await.unwrap().read(|read| {
        let reading = read.unwrap();
        readings.push((reading.to_tags().to_string(), reading.value, reading.kind));
    });
    let tags = "service.name=v,service.namespace=v".to_owned();
    assert_eq!(readings, [(tags.clone(), 7.0, Some(Kind::Counter)), (tags, 1.5, Some(Kind::Counter))]);
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
