//! OpenTelemetry's metrics: what its SDK sends to the program, and what the program sends.

mod curl;
mod memory;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::clients::python::python;
use crate::program::{Running, Scene};

/// All values are in one window, which the end of the program closes.
fn config(protocol: &str, keys: &str) -> String {
    format!(
        "[[source]]\ntype = \"otlp\"\nprotocol = \"{protocol}\"\nlisten = \"http://127.0.0.1:0\"\n{keys}\n\
         [[stream]]\nname = \"*\"\nagg = [\"count\", \"sum\", \"last\"]\nwindow = \"1h\"\n\
         [[sink]]\ntype = \"jsonl\"\n"
    )
}

fn server(scene: &Scene, protocol: &str, keys: &str) -> (Running, String) {
    scene.write("server.toml", config(protocol, keys));
    let mut command = scene.command();
    command.args(["run", "server.toml"]).env("METRIX_TEST_TOKEN", "open sesame");
    let program = Running::start(command);
    let url = format!("http://{}", program.address_of(" (OpenTelemetry"));
    (program, url)
}

struct Received(Vec<(String, f64, Value)>, String);

impl Received {
    fn of(program: Running) -> Self {
        program.signal("TERM");
        let ended = program.ended().code(0);
        Self(ended.elements(), ended.err)
    }

    #[track_caller]
    fn check(&self, name: &str, tags: &Value, value: f64) {
        let found: Vec<_> = self.0.iter().filter(|element| element.0 == name && element.2 == *tags).collect();
        assert!(matches!(found[..], [(_, found, _)] if *found == value), "{name} {tags}: {:?} {}", self.0, self.1);
    }
}

fn check_sdk(protocol: &str, temporality: &str) {
    let python = python();
    let scene = Scene::new();
    let (program, url) = server(&scene, protocol, "");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/otlp_client.py");
    let mut client = Command::new(python);
    client.arg(script).args([protocol, &url, temporality]).env("PYTHONDONTWRITEBYTECODE", "1");
    // What this machine has for others is not for this.
    let output = client.env("no_proxy", "127.0.0.1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let received = Received::of(program);
    let tags = |more: Value| {
        let mut tags = json!({"service.name": "shop", "service.instance.id": "1"});
        tags.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        tags
    };
    for page in ["/", "/about"] {
        received.check("requests.sum", &tags(json!({"page": page, "ok": "true"})), 300.0);
    }
    let stock = if temporality == "DELTA" { "stock.sum" } else { "stock.last" };
    received.check(stock, &tags(json!({})), -37.5);
    received.check("uptime.sum", &tags(json!({})), 3.0);
    received.check("load.last", &tags(json!({"città": "Zürich"})), 0.75);
    let page = tags(json!({"page": "/"}));
    received.check("latency.count.sum", &page, 300.0);
    received.check("latency.sum.sum", &page, 14_850.0);
    // Of the values that stand for those of a bucket there are as many.
    received.check("latency.count", &page, 300.0);
    received.check("size.count.sum", &tags(json!({})), 300.0);
    received.check("size.sum.sum", &tags(json!({})), 15_150.0);
    received.check("size.count", &tags(json!({})), 300.0);
    let about = received.0.iter().find(|element| element.0 == "size.sum").unwrap().1;
    assert!((about / 15_150.0 - 1.0).abs() < 0.02, "{about}");
    assert!(!received.1.contains("wrong"), "{}", received.1);
}

#[test]
fn the_sdk_sends_deltas_over_http() {
    check_sdk("http", "DELTA");
}

#[test]
fn the_sdk_sends_totals_over_http() {
    check_sdk("http", "CUMULATIVE");
}

#[test]
fn the_sdk_sends_deltas_over_grpc() {
    check_sdk("grpc", "DELTA");
}

#[test]
fn the_sdk_sends_totals_over_grpc() {
    check_sdk("grpc", "CUMULATIVE");
}

/// One program writes what another takes, with a token that nobody sees.
#[test]
fn what_the_program_writes_it_takes() {
    let scene = Scene::new();
    scene.write("token", "Bearer open sesame\n");
    for (listens, protocol, keys) in [
        ("grpc", "grpc", "token_env = \"METRIX_TEST_TOKEN\"\ngzip = true"),
        ("http", "http/protobuf", "headers_env = { Authorization = \"METRIX_TEST_HEADER\" }"),
        ("http", "http/json", "headers_file = { authorization = \"token\" }\nheaders = { x-a = \"b\" }"),
    ] {
        let (program, url) =
            server(&scene, listens, "token_env = \"METRIX_TEST_TOKEN\"\nresource_attributes = [\"service.*\"]");
        let config = format!(
            "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\", \"last\"]\nbatch = 1\n\
             [[sink]]\ntype = \"otlp\"\nprotocol = \"{protocol}\"\nurl = \"{url}\"\nresource = {{ \"service.name\" = \"shop\" }}\n{keys}\n"
        );
        scene.write("client.toml", &config);
        let lines: String =
            (0..1000).map(|n| format!("{{\"name\":\"m\",\"value\":{n},\"tags\":{{\"a\":\"b\"}}}}\n")).collect();
        let mut command = scene.command();
        command.args(["run", "client.toml"]).env("METRIX_TEST_TOKEN", "open sesame");
        let ended = Running::start({
            command.env("METRIX_TEST_HEADER", "Bearer open sesame");
            command
        })
        .fed(&lines)
        .code(0);
        assert!(!ended.err.contains("sesame"), "{}", ended.err);
        let received = Received::of(program);
        received.check("m.sum.sum", &json!({"a": "b", "service.name": "shop"}), 499_500.0);
        received.check("m.last.last", &json!({"a": "b", "service.name": "shop"}), 999.0);
        assert!(received.1.contains("2000 readings") && !received.1.contains("sesame"), "{}", received.1);
        let drawn = scene.call(&["graph", "client.toml"]).code(0);
        assert!(drawn.out.contains("otlp"), "{}", drawn.out);
    }
}

/// A point that is wrong is told to the client, and to who runs the program.
#[test]
fn what_is_rejected_is_told() {
    use std::io::{Read, Write};

    let scene = Scene::new();
    let (program, url) = server(&scene, "http", "");
    let mut client = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    let body = r#"{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{},{"asInt":3}]}}]}]}]}"#;
    let head = "POST /v1/metrics HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length";
    client.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(
        answer.contains(r#"{"rejectedDataPoints":"1","errorMessage":"a point of \"m\": it has no value"}"#),
        "{answer}"
    );
    let received = Received::of(program);
    received.check("m.last", &json!({}), 3.0);
    let said = "a point of \"m\": it has no value";
    assert!(
        received.1.contains(said) && received.1.contains("1 reading, 1 wrong (it has no value: 1)"),
        "{}",
        received.1
    );
}
