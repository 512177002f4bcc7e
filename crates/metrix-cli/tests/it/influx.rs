//! Lines of InfluxDB: what clients write to the program, and what it writes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::spawn;

use serde_json::{Value, json};

use crate::clients::python::python;
use crate::peers::program;
use crate::program::{Running, Scene};

/// All values are in one window, which the end of the program closes.
const SERVER: &str = r#"
[[source]]
type = "influx"
listen = "http://127.0.0.1:0"
token_env = "METRIX_TEST_TOKEN"
[[stream]]
name = "*"
agg = ["count", "sum", "last"]
window = "1h"
[[sink]]
type = "jsonl"
"#;

/// Starts it, and tells its URL.
fn server(scene: &Scene, config: &str) -> (Running, String) {
    scene.write("server.toml", config);
    let mut command = scene.command();
    command.args(["run", "server.toml"]).env("METRIX_TEST_TOKEN", "open sesame");
    let program = Running::start(command);
    let url = format!("http://{}", program.address_of(" (InfluxDB"));
    (program, url)
}

/// The elements that it gives in the end, as name, tags and value.
#[track_caller]
fn received(program: Running) -> (Vec<(String, Value, f64)>, String) {
    program.signal("TERM");
    let ended = program.ended().code(0);
    let mut elements: Vec<_> = ended.elements().into_iter().map(|(name, value, tags)| (name, tags, value)).collect();
    elements.sort_by(|a, b| a.0.cmp(&b.0));
    (elements, ended.err)
}

/// Of 20 000 points each field that is a number comes out, with its exact sum.
#[test]
fn the_client_of_python() {
    let python = python();
    let scene = Scene::new();
    let (program, url) = server(&scene, SERVER);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/influxdb_client_script.py");
    let output = Command::new(python).arg(script).arg(url).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["stranger"], 401);
    assert_eq!(said["wrong"][0], 400);
    let message = "partial write: line 1, column 12: \"1x\" is no value";
    assert!(said["wrong"][1].as_str().unwrap().starts_with(message), "{said}");

    let (elements, err) = received(program);
    let tags = json!({"city": "Kiel, West", "wing": "a=b"});
    let numbers = 20_000.0 * 19_999.0 / 2.0;
    let mut expected = Vec::new();
    for (name, sum, last) in [
        ("room temp", numbers / 4.0, 19_999.0 / 4.0),
        ("room temp.open", 10_000.0, 0.0),
        ("room temp.people", numbers, 19_999.0),
    ] {
        let agg = |agg: &str, value: f64| (format!("{name}.{agg}"), tags.clone(), value);
        expected.extend([agg("count", 20_000.0), agg("last", last), agg("sum", sum)]);
    }
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(elements, expected);
    assert!(err.contains("60000 readings, 1 wrong (value: 1), 20000 skipped"), "{err}");
}

/// The client of InfluxDB 1 imports a file of lines.
#[test]
fn the_client_of_influxdb() {
    let influx = program("influx");
    let scene = Scene::new();
    let (program, url) = server(&scene, SERVER);
    let lines: String = (0..10_000).map(|n| format!("load,host=web\\ {} value={n} {n}\n", n % 2)).collect();
    scene.write("lines.txt", format!("# DDL\nCREATE DATABASE metrics\n# DML\n# CONTEXT-DATABASE: metrics\n{lines}"));
    let (_, port) = url.rsplit_once(':').unwrap();
    let mut command = Command::new(influx);
    command.current_dir(scene.folder()).env("HOME", scene.folder());
    command.args(["-host", "127.0.0.1", "-port", port, "-username", "me", "-password", "open sesame"]);
    let output = command.args(["-import", "-path", "lines.txt", "-precision", "s"]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));

    let (elements, err) = received(program);
    let sum = |host: &str| {
        let wanted = ("load.sum".to_owned(), json!({ "host": host }));
        elements.iter().find(|(name, tags, _)| (name, tags) == (&wanted.0, &wanted.1)).map(|element| element.2)
    };
    assert_eq!((sum("web 0"), sum("web 1")), (Some(24_995_000.0), Some(25_000_000.0)), "{err}");
    assert!(err.contains("10000 lines, 10000 readings"), "{err}");
}

/// One program writes what another takes, with a token that nobody sees.
#[test]
fn what_the_program_writes_it_takes() {
    let scene = Scene::new();
    for (url, rest) in [
        ("http://", "database = \"d\"\nuser = \"me\"\npassword_env = \"METRIX_TEST_PASSWORD\"\nprecision = \"s\""),
        ("http://", "org = \"o\"\nbucket = \"b\"\ntoken_file = \"token\"\ngzip = true"),
    ] {
        let (program, address) = server(&scene, SERVER);
        scene.write("token", "open sesame\n");
        let url = address.replacen("http://", url, 1);
        let config = format!(
            "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n\
             [[sink]]\ntype = \"influx\"\nurl = \"{url}\"\nsplit_names = true\n\
             default_tags = {{ host = \"a b\" }}\n{rest}\n"
        );
        scene.write("client.toml", &config);
        let lines: String = (0..1000).map(|n| format!("{{\"name\":\"m\",\"value\":{n}}}\n")).collect();
        let mut command = scene.command();
        command.args(["run", "client.toml"]).env("METRIX_TEST_PASSWORD", "open sesame");
        let ended = Running::start(command).fed(&lines).code(0);
        assert!(!ended.err.contains("sesame"), "{}", ended.err);
        let (elements, err) = received(program);
        let sum = ("m.sum.sum".to_owned(), json!({"host": "a b"}), 499_500.0);
        assert!(elements.contains(&sum), "{elements:?} {err}");
        assert!(!err.contains("sesame"), "{err}");
        let drawn = scene.call(&["graph", "client.toml"]).code(0);
        assert!(drawn.out.contains("influx http://") && !drawn.out.contains("sesame"), "{}", drawn.out);
    }
}

#[test]
fn a_secret_that_is_missing_is_named() {
    let scene = Scene::new();
    let sink = "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n\
                [[sink]]\ntype = \"influx\"\nurl = \"http://127.0.0.1:1\"\norg = \"o\"\nbucket = \"b\"\n\
                token_env = \"METRIX_NO_TOKEN\"\n";
    let expected = "the environment has no METRIX_NO_TOKEN: set it to the secret";
    scene.run(sink, &[], "").code(1).said(&["sink \"influx http://127.0.0.1:1\": it can't be opened: ", expected]);
    let source = SERVER.replace("METRIX_TEST_TOKEN", "METRIX_NO_TOKEN");
    scene.run(&source, &[], "").code(1).said(&["source \"http://127.0.0.1:0\": ", expected]);
    let source = SERVER.replace("token_env = \"METRIX_TEST_TOKEN\"", "token_file = \"nowhere\"");
    scene.run(&source, &[], "").code(1).said(&["the file of the secret, nowhere, can't be read: No such file"]);
    let unread =
        sink.replace("token_env = \"METRIX_NO_TOKEN\"", "ca_file = \"nowhere\"").replace("http://", "https://");
    let expected = "it can't be opened: the certificates in nowhere can't be read: No such file";
    scene.run(&unread, &[], "").code(1).said(&[expected]);
    // It is not looked up to see whether the configuration is right.
    scene.write("c.toml", sink);
    scene.call(&["check", "c.toml"]).code(0);
}

/// The answer to a request with this body.
fn post(address: SocketAddr, body: &str) -> String {
    let mut client = TcpStream::connect(address).unwrap();
    write!(client, "POST /write HTTP/1.0\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    answer
}

/// What has no room is not begun, and what was begun and can't go on ends with the run.
#[test]
fn a_sink_that_takes_nothing_holds_up_clients_and_not_the_end() {
    let scene = Scene::new();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = format!(
        "[[source]]\ntype = \"influx\"\nlisten = \"http://127.0.0.1:0\"\npatience = \"100ms\"\n\
         [[stream]]\nname = \"other\"\nagg = [\"sum\"]\nwindow = \"1h\"\n\
         [[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n\
         [[sink]]\ntype = \"influx\"\nurl = \"http://{}\"\ndatabase = \"d\"\noverflow = \"block\"\nqueue = 10\nattempts = 1\n",
        dead.local_addr().unwrap()
    );
    let program = scene.start(&config, &[]);
    let address = program.address_of(" (InfluxDB");
    let first = spawn(move || post(address, &"m value=1\n".repeat(50_000)));
    let answer = loop {
        // One that comes before the first has begun to wait is taken, and gives the sink nothing until the end.
        let answer = post(address, "other value=1\n");
        if !answer.starts_with("HTTP/1.0 204 ") {
            break answer;
        }
    };
    assert!(answer.starts_with("HTTP/1.0 503 Service Unavailable\r\n"), "{answer}");
    program.signal("TERM");
    assert!(!first.join().unwrap().starts_with("HTTP/1.0 204 "));
    // Now that nobody is there, what is left is given up at once.
    drop(dead);
    program.ended().said(&[" readings that no stream had taken by the end", "1 requests told to come again"]);
}

#[test]
fn a_wrong_line_ends_a_strict_run() {
    let scene = Scene::new();
    scene.write("server.toml", SERVER.replace("token_env = \"METRIX_TEST_TOKEN\"", ""));
    let mut command = scene.command();
    command.args(["run", "--strict", "server.toml"]);
    let program = Running::start(command);
    let address = program.address_of(" (InfluxDB");
    let answer = post(address, "a value=1\nb value=x\n\n# a comment\nc value=2");
    assert!(answer.starts_with("HTTP/1.0 400 Bad Request\r\n"), "{answer}");
    // The line after the wrong one is not taken, and the client knows.
    assert!(answer.contains("partial write: line 2, ") && answer.ends_with(" dropped=2\"}\n"), "{answer}");
    program.ended().code(2).said(&[&format!("http://{address}: column 9 of \"b value=x\": \"x\" is no value")]);
}
