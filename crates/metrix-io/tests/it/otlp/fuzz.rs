//! The source, sent anything: no request goes without an answer, and none takes the server down.

use metrix_io::sources::otlp::OtlpServer;
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::hostile::Random;
use crate::post::post;

pub(super) const COUNT: usize = 10_000;

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

pub(super) fn random(random: &mut Random, is_json: bool) -> Vec<u8> {
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

/// A field that has bytes, or is a message.
fn field(number: u8, parts: &[&[u8]]) -> Vec<u8> {
    let bytes = parts.concat();
    let (low, high) = (bytes.len() as u8 & 0x7f | 0x80, (bytes.len() >> 7) as u8);
    [&[number << 3 | 2, low, high][..], &bytes].concat()
}

fn fixed(number: u8, bytes: [u8; 8]) -> Vec<u8> {
    [&[number << 3 | 1][..], &bytes].concat()
}

/// A request of all kinds of metrics, with attributes of all kinds, packed numbers, and several points of each.
fn right() -> Vec<u8> {
    let key_value =
        |number, name: &str, value: &[u8]| field(number, &[&field(1, &[name.as_bytes()]), &field(2, &[value])]);
    let list = field(5, &[&field(1, &[b"\x18\x05"]), &field(1, &[b"\x0a\x01x"])]);
    let attributes = |number| {
        [
            key_value(number, "text", b"\x0a\x01v"),
            key_value(number, "list", &list),
            key_value(number, "pairs", &field(6, &[&key_value(1, "k", b"\x10\x01")])),
            key_value(number, "bytes", b"\x3a\x02\0\xff"),
        ]
        .concat()
    };
    let times = |time: u64| [fixed(2, 1_u64.to_le_bytes()), fixed(3, time.to_le_bytes())].concat();
    let double = |number, value: f64| fixed(number, value.to_le_bytes());
    let count = |number, value: u64| fixed(number, value.to_le_bytes());
    let packed = |number, values: &[[u8; 8]]| field(number, &[&values.concat()]);
    let three = |point: &dyn Fn(u64) -> Vec<u8>| (1..4).flat_map(|time| field(1, &[&point(time)])).collect::<Vec<u8>>();
    let cumulative: &[u8] = b"\x10\x02";
    let number = |time: u64| [times(time), attributes(7), double(4, time as f64)].concat();
    let explicit = |time: u64| {
        let (counts, bounds) = ([time.to_le_bytes(), 1_u64.to_le_bytes()], [1.0_f64.to_le_bytes()]);
        let ends = [double(5, time as f64), double(11, 0.0), double(12, 9.0)].concat();
        [times(time), attributes(9), count(4, time + 1), packed(6, &counts), packed(7, &bounds), ends].concat()
    };
    let exponential = |time: u64| {
        let side = |number| field(number, &[b"\x08\x03", &field(2, &[&[time as u8, 0, 1]])]);
        let scale = [6 << 3, time as u8].to_vec();
        [times(time), attributes(1), count(4, 2 * time + 2), scale, count(7, time), side(8), side(9)].concat()
    };
    let summary = |time: u64| {
        let quantile = field(6, &[&double(1, 0.5), &double(2, 3.0)]);
        [times(time), attributes(7), count(4, time), double(5, 1.0), quantile].concat()
    };
    let metric = |data: Vec<u8>| field(2, &[&field(1, &[b"name"]), &field(3, &[b"By"]), &data]);
    let metrics = [
        metric(field(5, &[&three(&number)])),
        metric(field(7, &[&three(&number), cumulative, b"\x18\x01"])),
        metric(field(9, &[&three(&explicit), cumulative])),
        metric(field(10, &[&three(&exponential), cumulative])),
        metric(field(11, &[&three(&summary)])),
    ];
    let scope = field(1, &[&field(1, &[b"scope"])]);
    field(1, &[&field(1, &[&attributes(1)]), &field(2, &[&scope, &metrics.concat()])])
}

/// A right request in which a few pieces were put in, taken out or put in the place of others.
pub(super) fn mutated(random: &mut Random, is_json: bool) -> Vec<u8> {
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
    post(client, "/v1/metrics", &format!("content-type: {kind}\r\n"), body).await
}

/// What the mutated requests are made of is right, all of it.
#[tokio::test]
async fn the_request_that_is_mutated_is_right() {
    let mut exports = OtlpServer::http("127.0.0.1:0".parse().unwrap()).unwrap().start();
    let mut client = BufReader::new(TcpStream::connect(exports.address()).await.unwrap());
    let body = right();
    let take = async {
        let mut export = exports.next().await.unwrap();
        let mut names = Vec::new();
        let points = export.read(|read| names.push(read.unwrap().name.to_string()));
        export.confirm();
        (points, names.len())
    };
    let (status, (points, readings)) = tokio::join!(send(&mut client, "application/x-protobuf", &body), take);
    assert_eq!((status, points), (200, 15));
    assert!(readings > 15, "{readings}");
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
    assert!(readings > COUNT && rejected > COUNT / 20, "{readings} {rejected}");
}
