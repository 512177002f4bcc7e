//! The source: what points become.

mod answers;
mod bounds;
mod cumulative;

use metrix_io::Kind;
use metrix_io::sources::otlp::{OtlpExports, OtlpServer};
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
    let mut client = TcpStream::connect(exports.address()).await.unwrap();
    let head = format!("POST /v1/metrics HTTP/1.0\r\n{JSON}content-length: {}\r\n\r\n{body}", body.len());
    client.write_all(head.as_bytes()).await.unwrap();
    let mut export = exports.next().await.unwrap();
    while let Some(points) = export.read_some(1, |read| match read {
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
    export.confirm();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("200 OK") && head.contains("content-type: application/json"), "{head}");
    (readings, serde_json::from_str(body).unwrap())
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
