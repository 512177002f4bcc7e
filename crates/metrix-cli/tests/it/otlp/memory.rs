//! What the largest requests take of memory, whatever is in them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::server;
use crate::program::{Running, Scene, until};

const MIB: usize = 1 << 20;

/// A body may have so many bytes.
const LARGEST: usize = 16 * MIB;

const PROTOBUF: &str = "content-type: application/x-protobuf\r\n";
const JSON: &str = "content-type: application/json\r\n";

/// A request whose last byte is still to be sent.
struct Begun {
    client: TcpStream,
    last: u8,
}

impl Begun {
    fn new(address: SocketAddr, headers: &str, body: &[u8]) -> Self {
        let mut client = TcpStream::connect(address).unwrap();
        let head = format!("POST /v1/metrics HTTP/1.0\r\n{headers}content-length: {}\r\n\r\n", body.len());
        let (last, rest) = body.split_last().unwrap();
        client.write_all(head.as_bytes()).unwrap();
        client.write_all(rest).unwrap();
        Self { client, last: *last }
    }

    fn end(mut self) -> TcpStream {
        self.client.write_all(&[self.last]).unwrap();
        self.client
    }
}

/// The status of an answer, and its body.
fn answer(mut client: TcpStream) -> (String, String) {
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].to_owned(), body.to_owned())
}

/// As a server is before anything has come, and how much memory it has then, in bytes.
fn started(scene: &Scene) -> (Running, SocketAddr, usize) {
    // To read millions of points may take a slow machine longer than a client may be silent.
    let (program, url) = server(scene, "http", "idle_timeout = \"1h\"");
    let before = memory(&program, "VmRSS");
    (program, url.trim_start_matches("http://").parse().unwrap(), before)
}

fn memory(program: &Running, field: &str) -> usize {
    usize::try_from(program.memory(field).unwrap()).unwrap() * 1024
}

/// A message or a text as a field, whose length is written with four bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u32;
    let length = [0, 7, 14, 21].map(|shift| (length >> shift) as u8 & 0x7f | if shift < 21 { 0x80 } else { 0 });
    [&[number << 3 | 2], &length[..], bytes].concat()
}

/// As values, messages of two bytes would take a hundred times as much.
#[test]
fn the_largest_request_takes_little_more_than_itself() {
    const POINTS: usize = 1_000_000;
    let points = field(5, &b"\x0a\x00".repeat(POINTS));
    let mut points = field(1, &field(2, &field(2, &[field(1, b"n"), points].concat())));
    let rejected = "a point of \"n\": it has no value";
    // Resources with nothing.
    points.extend(b"\x0a\x00".repeat((LARGEST - points.len()) / 2));
    let resources = format!("{{\"resourceMetrics\":[{{}}{}]}}", ",{}".repeat((LARGEST - 24) / 3));
    let (head, tail) = (
        r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"h","histogram":{"dataPoints":[{"bucketCounts":[1"#,
        "]}]}}]}]}]}",
    );
    let numbers = format!("{head}{}{tail}", ",1".repeat((LARGEST - head.len() - tail.len()) / 2));
    // JSON takes itself and what is made of it; numbers of two bytes become eight, for which there is twice the room while they come.
    for (kind, body, times, said) in [
        (PROTOBUF, points, 2, rejected),
        (JSON, resources.into_bytes(), 3, "{}"),
        (JSON, numbers.into_bytes(), 9, "it has more than 1024 buckets"),
    ] {
        assert!(body.len() > LARGEST - 3 && body.len() <= LARGEST, "{}", body.len());
        let scene = Scene::new();
        let (program, address, before) = started(&scene);
        let (status, found) = answer(Begun::new(address, kind, &body).end());
        assert!(status == "200" && found.contains(said), "{status} {found}");
        let taken = memory(&program, "VmHWM") - before;
        assert!((LARGEST / 4 * 3..times * LARGEST).contains(&taken), "{kind}: {} MiB", taken / MIB);
        program.signal("TERM");
        program.ended().code(0);
    }
}

/// Those of several clients share what there is, also if they are packed and come in a few bytes.
#[test]
fn all_requests_together_have_a_bound() {
    const ALL: usize = 64 * MIB;
    let scene = Scene::new();
    let (program, address, before) = started(&scene);
    // A field that is not known.
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&field(15, &vec![0; LARGEST - 5])).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < LARGEST / 500, "{}", packed.len());
    let headers = format!("{PROTOBUF}content-encoding: gzip\r\n");
    let begun: Vec<_> = (0..12).map(|_| Begun::new(address, &headers, &packed)).collect();
    until("what is kept", || (memory(&program, "VmHWM") - before > ALL / 4 * 3).then_some(()));
    let ended: Vec<_> = begun.into_iter().map(Begun::end).collect();
    for (status, found) in ended.into_iter().map(answer) {
        // A slow machine may unpack some for longer than a body may take.
        let is_told = match &*status {
            "429" => found.contains("no room for the body"),
            "408" => found.contains("the body has not come in time"),
            status => status == "200",
        };
        assert!(is_told, "{status} {found}");
    }
    let taken = memory(&program, "VmHWM") - before;
    assert!(taken < ALL + 2 * LARGEST, "{} MiB", taken / MIB);
    program.signal("TERM");
    program.ended().code(0);
}
