//! Lines over the network, in and out: one program writes what another reads.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::clients::hang_up;
use crate::ports::free_ports;
use crate::program::{Running, Scene, elements, sum_of, until};

/// A program that listens, and prints sums of all that comes, when it ends.
fn listener(scene: &Scene, source: &str) -> Running {
    let config = format!(
        "[[source]]\n{source}\n[[stream]]\nname = \"*\"\nagg = {{ sum = \"sum\", last = \"last\" }}\nwindow = \"1h\"\n\
         [[sink]]\ntype = \"jsonl\"\n"
    );
    scene.start(&config, &[])
}

/// The aggregates that it prints at its end: by name, and tags as JSON.
fn sums(program: Running, code: i32) -> BTreeMap<String, f64> {
    if program.has_said(" (TCP)") {
        hang_up(program.tcp_address().port());
    }
    program.signal("TERM");
    let ended = program.ended().code(code);
    elements(&ended.out).into_iter().map(|(name, value, tags)| (format!("{name} {tags}"), value)).collect()
}

/// Sends text over a connection, and waits until the program has read all of it and hung up.
fn send(program: &Running, text: &str) {
    let mut stream = TcpStream::connect(program.tcp_address()).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut rest).unwrap();
    assert_eq!(rest, b"");
}

#[test]
fn any_lines_come_over_tcp() {
    let metrics = "metrics = [{ name = \"bytes\", value = \"bytes\", tags = [\"who\"] }]";
    let pattern = "pattern = '^(?<who>\\w+) (?<bytes>\\d+)$'";
    let pointers = "metrics = [{ name = \"bytes\", value = \"/n\", tags = { who = \"/who\" } }]";
    for (source, line) in [
        ("type = \"statsd\"".to_owned(), "bytes:2|c|#who:a\n"),
        ("type = \"graphite\"".to_owned(), "bytes;who=a 2 1431857103\n"),
        ("type = \"jsonl\"".to_owned(), "{\"name\":\"bytes\",\"value\":2,\"tags\":{\"who\":\"a\"}}\n"),
        (format!("type = \"lines\"\n{pattern}\n{metrics}"), "a 2\r\n"),
        (format!("type = \"json\"\n{pointers}"), "{\"n\":2,\"who\":\"a\"}\n"),
    ] {
        let scene = Scene::new();
        let program = listener(&scene, &format!("{source}\nlisten = \"tcp://127.0.0.1:0\""));
        send(&program, &line.repeat(10_000));
        send(&program, line);
        let expected = [("bytes.last", 2.0), ("bytes.sum", 20_002.0)];
        let expected = expected.map(|(name, value)| (format!("{name} {{\"who\":\"a\"}}"), value));
        assert_eq!(sums(program, 0), expected.into(), "{source}");
    }
}

/// A clock that is wrong spoils its own measurements alone.
#[test]
fn what_is_from_far_ahead_makes_nothing_late() {
    let config = r#"
        [own_metrics]
        every = "1h"
        [[source]]
        type = "graphite"
        listen = "tcp://127.0.0.1:0"
        [[stream]]
        name = "a"
        agg = ["sum"]
        window = "1h"
        time = "event"
        [[stream]]
        name = "arrival"
        agg = ["sum"]
        window = "1h"
        [[sink]]
        type = "jsonl"
    "#;
    let scene = Scene::new();
    let program = scene.start(config, &[]);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let tomorrow = now + 86_400;
    send(&program, &format!("a 1 {now}\na 2 {tomorrow}\narrival 4 {tomorrow}\na 8 {now}\na 16 {tomorrow}\n"));
    let address = program.tcp_address();
    program.signal("TERM");
    let ended = program.ended().code(0);
    for (name, expected) in
        [("a.sum", 9.0), ("arrival.sum", 4.0), ("metrix.source.ahead", 2.0), ("metrix.stream.late", 0.0)]
    {
        assert_eq!(sum_of(name, &ended.out), expected, "{name}");
    }
    ended.said(&[
        &format!("source \"tcp://{address}\": a measurement of \"a\" is from "),
        "5 lines, 5 readings, 2 refused, as they are from more than an hour ahead",
    ]);
}

#[test]
fn what_is_wrong_is_told_and_counted() {
    let scene = Scene::new();
    let program = listener(&scene, "type = \"graphite\"\nlisten = \"tcp://127.0.0.1:0\"");
    send(&program, &format!("a 1 60\na x 60\n{}\nb 2 60\nc 3 6", "y".repeat(100_000)));
    let address = program.tcp_address();
    program.signal("TERM");
    let ended = program.ended().code(0);
    let sums: Vec<_> = elements(&ended.out).into_iter().filter(|(name, ..)| name.ends_with("sum")).collect();
    assert_eq!(
        sums.iter().map(|(name, value, _)| (&**name, *value)).collect::<Vec<_>>(),
        [("a.sum", 1.0), ("b.sum", 2.0)]
    );
    ended.said(&[
        &format!("tcp://{address}: column 3 of \"a x 60\": \"x\" is no number"),
        &format!("tcp://{address}: the line is longer than 65536 bytes"),
        &format!("tcp://{address}: the connection has ended within a line"),
        "5 lines, 2 readings",
    ]);
}

/// What one program writes by a sink, another reads by its source.
fn check_chain(listen: impl Fn(&Scene) -> String, sink: impl Fn(&Running, &Scene) -> String) {
    let scene = Scene::new();
    let program = listener(&scene, &listen(&scene));
    let sender = Scene::new();
    let config = format!(
        "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"*\"\nagg = {{ mean = \"mean\" }}\nbatch = 1\n[[sink]]\n{}\n",
        sink(&program, &sender)
    );
    let lines: String = (1..=1000)
        .map(|number| {
            format!(
                "{{\"name\":\"n\",\"value\":{number}.5,\"tags\":{{\"who\":\"{}\"}},\"at\":{}}}\n",
                number % 2,
                1_700_000_000 + number
            )
        })
        .collect();
    let ended = sender.run(&config, &[], lines).code(0);
    assert_eq!(ended.out, "");
    let found = sums(program, 0);
    // The odd numbers from 1 to 999 are 500, and add up to 250 000; the even ones to 250 500.
    assert_eq!(found["n.mean.sum {\"who\":\"1\"}"], 250_250.0);
    assert_eq!(found["n.mean.sum {\"who\":\"0\"}"], 250_750.0);
    assert_eq!(found["n.mean.last {\"who\":\"0\"}"], 1000.5);
}

#[test]
fn graphite_from_program_to_program() {
    check_chain(
        |_| "type = \"graphite\"\nlisten = \"tcp://127.0.0.1:0\"".to_owned(),
        |program, _| format!("type = \"graphite\"\nurl = \"tcp://{}\"", program.tcp_address()),
    );
}

#[test]
fn statsd_from_program_to_program_over_tcp() {
    check_chain(
        |_| "type = \"statsd\"\nlisten = \"tcp://127.0.0.1:0\"".to_owned(),
        |program, _| {
            format!(
                "type = \"statsd\"\ntimestamps = true\nnegatives = \"after_zero\"\nurl = \"tcp://{}\"",
                program.tcp_address()
            )
        },
    );
}

#[test]
fn statsd_from_program_to_program_on_a_unix_socket() {
    let path = |scene: &Scene| scene.path("statsd.socket").to_str().unwrap().to_owned();
    let scene = Scene::new();
    let path = path(&scene);
    check_chain(
        |_| format!("type = \"statsd\"\nlisten = \"unix://{path}\""),
        |program, _| {
            program.said(&format!("listening on {path} (Unix datagrams)"));
            format!("type = \"statsd\"\nurl = \"unix://{path}\"")
        },
    );
    until("the socket's end", || (!std::path::Path::new(&path).exists()).then_some(()));
}

#[test]
fn a_sink_waits_for_a_server_that_is_away() {
    let scene = Scene::new();
    let [port] = free_ports();
    let config = format!(
        "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 2\n[[sink]]\ntype = \"graphite\"\n\
         url = \"tcp://127.0.0.1:{port}\"\n"
    );
    let mut sender = scene.start(&config, &[]);
    let line = "{\"name\":\"n\",\"value\":2,\"at\":60}\n";
    sender.stdin().write_all(line.repeat(2).as_bytes()).unwrap();
    sender.said("graphite");
    let server = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let (mut connection, _) = server.accept().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut connection, &mut text).unwrap();
        text
    });
    sender.end().code(0);
    assert_eq!(reader.join().unwrap(), "n.sum 4 60\n");
}
