//! What a configuration bounds: sinks in what they try and get, and clients in what they take.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::time::Duration;

use crate::program::{Scene, elements, until};

fn config(source: &str, sink: &str) -> String {
    format!(
        "[[source]]\n{source}\n[[stream]]\nname = \"cpu.*\"\nagg = [\"sum\", \"count\"]\nbatch = 1\n\
         [[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\n{sink}\n"
    )
}

/// A connection to the program, with a limit to all waiting.
fn client(address: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(address).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    client
}

/// Whether the program hangs up before it says anything.
fn is_ended(mut client: TcpStream) -> bool {
    match client.read(&mut [0; 100]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_sink_gets_the_elements_of_its_streams() {
    let scene = Scene::new();
    let sinks = "type = \"jsonl\"\nstreams = [\"*\"]\nbatch = 1\n[[sink]]\ntype = \"csv\"\npath = \"cpu.csv\"\nstreams = [\"cpu.*\"]";
    let config = config("type = \"jsonl\"", sinks);
    let lines =
        "{\"name\":\"cpu.user\",\"value\":1}\n{\"name\":\"load\",\"value\":2}\n{\"name\":\"cpu\",\"value\":3}\n";
    let ended = scene.run(&config, &[], lines).code(0);
    let printed: Vec<_> = elements(&ended.out).into_iter().map(|(name, value, _)| (name, value)).collect();
    assert_eq!(printed, [("load.sum".to_owned(), 2.0), ("cpu.sum".to_owned(), 3.0)]);
    let csv = fs::read_to_string(scene.path("cpu.csv")).unwrap();
    let names: Vec<_> = csv.lines().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(names[1..], ["cpu.user.sum", "cpu.user.count"], "{csv}");
    let drawn = scene.call(&["graph", "config.toml", "--format", "dot"]).code(0);
    assert!(drawn.out.contains("only cpu.*"), "{}", drawn.out);
}

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for sink in [
        format!("type = \"influx\"\nurl = \"http://{address}\"\ndatabase = \"d\""),
        format!("type = \"opentsdb\"\nurl = \"http://{address}\"\ndefault_tags = {{ a = \"b\" }}"),
        format!("type = \"remote_write\"\nurl = \"http://{address}\""),
    ] {
        let config = config("type = \"jsonl\"", &format!("{sink}\nwrite_timeout = \"123ms\"\nattempts = 1"));
        let ended = Scene::new().run(&config, &[], "{\"name\":\"a\",\"value\":1}\n").code(1);
        ended.said(&["the server has not answered within 123ms", "0 delivered, 1 refused"]);
    }
}

#[test]
fn default_tags_are_sent() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let address = server.local_addr().unwrap();
    for (sink, expected) in [("graphite", "shop.a.sum;host=web_1 1 60\n"), ("statsd", "shop.a.sum:1|g|#host:web 1")] {
        let sink = format!(
            "type = \"{sink}\"\nurl = \"udp://{address}\"\nprefix = \"shop.\"\ndefault_tags = {{ host = \"web 1\" }}"
        );
        let lines = "{\"name\":\"a\",\"value\":1,\"at\":60}\n";
        Scene::new().run(&config("type = \"jsonl\"", &sink), &[], lines).code(0);
        let mut datagram = [0; 1500];
        let bytes = server.recv(&mut datagram).unwrap();
        assert_eq!(String::from_utf8_lossy(&datagram[..bytes]), expected);
    }
}

#[test]
fn clients_over_tcp_are_bounded() {
    let scene = Scene::new();
    let source = "type = \"statsd\"\nlisten = \"tcp://127.0.0.1:0\"\nmax_connections = 1\nmax_line = 10";
    let program = scene.start(&config(source, "type = \"jsonl\""), &[]);
    let address = program.tcp_address();
    let mut first = client(address);
    first.write_all(b"a:1|c\nlonger.than.that:1|c\n").unwrap();
    program.printed(1);
    assert!(is_ended(client(address)), "there is one before it");
    program.signal("TERM");
    program.ended().code(0).said(&["the line is longer than 10 bytes", "1 connections turned away"]);

    let source = "type = \"graphite\"\nlisten = \"tcp://127.0.0.1:0\"\nidle_timeout = \"50ms\"";
    let program = scene.start(&config(source, "type = \"jsonl\""), &[]);
    assert!(is_ended(client(program.tcp_address())), "it has sent nothing");
    program.signal("TERM");
    program.ended().code(0);
}

/// Has room for many connections here and in the program. The tests that run beside this one have files open too, and many systems give
/// 1024 unless asked.
fn allow_many_files() {
    const ENOUGH: u64 = 4096;
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    // More than a number says is unlimited.
    if soft.is_some_and(|soft| soft.parse().is_ok_and(|soft: u64| soft < ENOUGH)) {
        let process = std::process::id().to_string();
        let raised =
            Command::new("prlimit").args([&format!("--nofile={ENOUGH}:"), "--pid", &process]).status().unwrap();
        assert!(raised.success(), "the system has to allow {ENOUGH} open files: ulimit -Hn");
    }
}

#[test]
fn there_are_512_connections_over_tcp_unless_told_otherwise() {
    allow_many_files();
    let scene = Scene::new();
    let program = scene.start(&config("type = \"statsd\"\nlisten = \"tcp://127.0.0.1:0\"", "type = \"jsonl\""), &[]);
    let address = program.tcp_address();
    let mut clients: Vec<TcpStream> = (0..512).map(|_| client(address)).collect();
    for client in &mut clients {
        client.write_all(b"a:1|c\n").unwrap();
    }
    program.printed(512);
    assert!(is_ended(client(address)));
    program.signal("TERM");
    program.ended().code(0).said(&["1 connections turned away"]);
}

#[test]
fn there_are_256_connections_over_http_unless_told_otherwise() {
    allow_many_files();
    let scene = Scene::new();
    let program = scene.start(&config("type = \"influx\"\nlisten = \"http://127.0.0.1:0\"", "type = \"jsonl\""), &[]);
    let address = program.address_of(" (InfluxDB");
    let mut clients: Vec<TcpStream> = (0..256).map(|_| client(address)).collect();
    for client in &mut clients {
        client.write_all(b"GET /ping HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        let mut status = [0; 12];
        client.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 204");
    }
    assert_eq!(status(address, ""), "503");
    program.signal("TERM");
    program.ended().code(0);
}

/// The status of the answer to a request.
fn status(address: SocketAddr, request: &str) -> String {
    let mut client = client(address);
    client.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _to_its_end = client.read_to_string(&mut answer);
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn clients_over_http_are_bounded() {
    let scene = Scene::new();
    for (kind, head, said, taken, right, too_long) in [
        ("influx", "POST /write HTTP/1.0\r\n", " (InfluxDB", "204", "m value=1 10", "m value=1 1000000000000"),
        (
            "otlp",
            "POST /v1/metrics HTTP/1.0\r\ncontent-type: application/json\r\n",
            " (OpenTelemetry",
            "200",
            "{}",
            "{\"resourceMetrics\": [{}]}",
        ),
    ] {
        let bounds = "max_body = 20\nidle_timeout = \"100ms\"\nmax_connections = 1";
        let source = format!("type = \"{kind}\"\nlisten = \"http://127.0.0.1:0\"\n{bounds}");
        let program = scene.start(&config(&source, "type = \"jsonl\""), &[]);
        let address = program.address_of(said);
        let post = |body: &str| format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        assert!(is_ended(client(address)), "it has sent nothing");
        // The place of a connection is free when its task has ended, soon after the client has seen it. A client that stands still before
        // it asks is hung up on.
        let answered = |request: &str| {
            until("an answer", || Some(status(address, request)).filter(|status| !["503", ""].contains(&&**status)))
        };
        assert_eq!(answered(&post(right)), taken);
        assert_eq!(answered(&post(too_long)), "413");
        program.signal("TERM");
        program.ended().code(0);
    }

    let sink = "type = \"prometheus\"\nlisten = \"http://127.0.0.1:0\"\nmax_connections = 1\nidle_timeout = \"60s\"";
    let program = scene.start(&config("type = \"host\"", sink), &[]);
    let address = program.address_of(" (Prometheus'");
    let mut first = client(address.to_string().parse().unwrap());
    first.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    first.read_exact(&mut [0; 15]).unwrap();
    assert_eq!(status(address, "GET /metrics HTTP/1.0\r\n\r\n"), "503");
    drop(first);
    program.signal("TERM");
    program.ended().code(0);
}

/// It speaks HTTP/2, and begins by itself with what it allows.
#[test]
fn clients_over_grpc_are_bounded() {
    let scene = Scene::new();
    let grpc = "type = \"otlp\"\nprotocol = \"grpc\"\nlisten = \"http://127.0.0.1:0\"";
    let program = scene.start(&config(&format!("{grpc}\nmax_connections = 1"), "type = \"jsonl\""), &[]);
    let address = program.address_of(" (OpenTelemetry");
    let mut first = client(address);
    first.read_exact(&mut [0; 9]).unwrap();
    assert!(is_ended(client(address)), "there is one before it");
    program.signal("TERM");
    program.ended().code(0);

    let program = scene.start(&config(&format!("{grpc}\nidle_timeout = \"50ms\""), "type = \"jsonl\""), &[]);
    // It hangs up on one that has sent nothing.
    let silent = client(program.address_of(" (OpenTelemetry"));
    until("the end of the connection", || is_ended(silent.try_clone().unwrap()).then_some(()));
    program.signal("TERM");
    program.ended().code(0);
}
