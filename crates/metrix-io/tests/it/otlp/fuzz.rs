//! The source, sent anything: no request goes without an answer, and none takes the server down.

use metrix_io::sources::otlp::OtlpServer;
use prost::Message;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::server::{Data, ExportRequest, Metric, Numbers, Point, ResourceMetrics, ScopeMetrics};
use crate::hostile::Random;

const COUNT: usize = 10_000;

/// What JSON is made of, and what is not.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"null",
    b"true",
    b"1",
    b"-1e999",
    b"\"NaN\"",
    b"\"18446744073709551615\"",
    b"\"resourceMetrics\":",
    b"\"scopeMetrics\":[",
    b"\"metrics\":[{",
    b"\"dataPoints\":[{",
    b"\"asDouble\":",
    b"\"sum\":{",
    b"\"attributes\":[",
    b"\"scale\":",
    b"\\u0000",
    b"\xff",
    b" ",
];

const JSON: &str = r#"{"resourceMetrics":[{"resource":{"attributes":[{"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"}]}}}]},
"scopeMetrics":[{"scope":{"name":"s"},"metrics":[{"name":"n","unit":"1","sum":{"aggregationTemporality":2,"isMonotonic":true,
"dataPoints":[{"asDouble":5,"startTimeUnixNano":"1","timeUnixNano":"2"}]}},{"name":"h","histogram":{"aggregationTemporality":1,
"dataPoints":[{"count":"2","sum":2,"bucketCounts":["1","1"],"explicitBounds":[1]}]}},{"name":"e","exponentialHistogram":
{"aggregationTemporality":2,"dataPoints":[{"count":"3","scale":2,"positive":{"offset":1,"bucketCounts":["0","2"]}}]}},
{"name":"s","summary":{"dataPoints":[{"count":1,"quantileValues":[{"quantile":0.5,"value":1}]}]}}]}]}]}"#;

fn random(random: &mut Random, is_json: bool) -> Vec<u8> {
    match is_json {
        true => (0..random.below(40)).flat_map(|_| PIECES[random.below(24) as usize]).copied().collect(),
        // Keys and lengths of fields are small.
        false => {
            let bound = |random: &mut Random| if random.below(4) == 0 { 256 } else { 24 };
            let byte = |random: &mut Random| {
                let bound = bound(random);
                random.below(bound) as u8
            };
            (0..random.below(60)).map(|_| byte(random)).collect()
        }
    }
}

fn right() -> Vec<u8> {
    let point = |value| Point { value, time: 5, start: 1, ..Point::default() };
    let sum = Numbers { data_points: vec![point(1.0), point(f64::NAN)], temporality: 2, is_monotonic: true };
    let metric = |data| Metric { name: "name".to_owned(), data: Some(data) };
    let metrics = vec![metric(Data::Gauge(sum.clone())), metric(Data::Sum(sum))];
    let scope_metrics = vec![ScopeMetrics { metrics }];
    ExportRequest { resource_metrics: vec![ResourceMetrics { resource: None, scope_metrics }] }.encode_to_vec()
}

/// A right request in which a few pieces were put in, taken out or put in the place of others.
fn mutated(random: &mut Random, is_json: bool) -> Vec<u8> {
    let mut body = if is_json { JSON.as_bytes().to_vec() } else { right() };
    for _ in 0..=random.below(3) {
        let begin = random.below(body.len() as u64) as usize;
        let end = (begin + random.below(3) as usize).min(body.len());
        let piece = match (is_json, random.below(3)) {
            (_, 0) => Vec::new(),
            (true, _) => PIECES[random.below(24) as usize].to_vec(),
            (false, _) => vec![random.below(256) as u8],
        };
        body.splice(begin..end, piece);
    }
    body
}

/// Sends a body, and gives the status of the answer.
async fn send(client: &mut BufReader<TcpStream>, kind: &str, body: &[u8]) -> u16 {
    let head = format!(
        "POST /v1/metrics HTTP/1.1\r\nhost: a\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    client.get_mut().write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let (mut status, mut length) = (String::new(), 0);
    client.read_line(&mut status).await.unwrap();
    loop {
        let mut line = String::new();
        client.read_line(&mut line).await.unwrap();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    client.read_exact(&mut vec![0; length]).await.unwrap();
    status[9..12].parse().unwrap()
}

#[tokio::test]
async fn any_body_is_answered() {
    let mut exports = OtlpServer::http("127.0.0.1:0".parse().unwrap()).unwrap().start();
    let address = exports.address();
    let mut sending = tokio::spawn(async move {
        let mut client = BufReader::new(TcpStream::connect(address).await.unwrap());
        let mut numbers = Random::new(6);
        let mut taken = [0; 4];
        for number in 0..4 * COUNT {
            let (kind, is_json) =
                if number % 2 == 0 { ("application/json", true) } else { ("application/x-protobuf", false) };
            let make = if number % 4 < 2 { random } else { mutated };
            let status = send(&mut client, kind, &make(&mut numbers, is_json)).await;
            assert!(matches!(status, 200 | 400), "{status}");
            taken[number % 4] += usize::from(status == 200);
        }
        taken
    });
    let (mut readings, mut rejected) = (0, 0);
    let taken = loop {
        let mut export = tokio::select! {
            taken = &mut sending => break taken.unwrap(),
            export = exports.next() => export.unwrap(),
        };
        export.read(|read| match read {
            Ok(reading) => {
                assert!(reading.value.is_finite() && !reading.name.is_empty() && reading.weight >= 1.0);
                readings += 1;
            }
            Err(_) => rejected += 1,
        });
        export.confirm();
    };
    let [random_json, random_protobuf, mutated_json, mutated_protobuf] = taken;
    assert!(random_json < COUNT / 10 && random_protobuf > COUNT / 100 && random_protobuf < COUNT, "{taken:?}");
    assert!(mutated_json > COUNT / 50 && mutated_json < COUNT, "{taken:?}");
    assert!(mutated_protobuf > COUNT / 20 && mutated_protobuf < COUNT, "{taken:?}");
    assert!(readings > COUNT && rejected > COUNT / 10, "{readings} {rejected}");
}
