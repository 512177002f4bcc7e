//! Prometheus: what the program shows it, writes to it, and scrapes as it does.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::peers::program;
use crate::ports::free_ports;
use crate::program::{Running, Scene, sum_of, until};

/// StatsD in, shown to Prometheus.
const SHOWN: &str = r#"
[[source]]
type = "statsd"
listen = "udp://127.0.0.1:0"
[[stream]]
name = "*"
agg = ["count", "sum", "max"]
window = "100ms"
[[sink]]
type = "prometheus"
listen = "http://127.0.0.1:0/shown"
counters = ["*.count", "*.sum"]
"#;

/// Starts it, and tells where it shows what it has.
fn shown(scene: &Scene) -> (Running, SocketAddr) {
    let program = scene.start(SHOWN, &[]);
    let address = program.address_of(" (Prometheus' scrapes)");
    (program, address)
}

/// Sends this to a program.
fn send(program: &Running, datagram: &str) {
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(datagram.as_bytes(), program.address()).unwrap();
}

/// The body of the answer to a GET request.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: a\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.contains(" 200 OK").then(|| body.to_owned())
}

fn ended_well(program: Running) -> String {
    program.signal("TERM");
    program.ended().code(0).err
}

#[test]
fn what_one_program_shows_another_scrapes() {
    let scene = Scene::new();
    let (target, address) = shown(&scene);
    send(&target, "requests:3|c|#page:/\nrequests:4|c|#page:/");
    let total = "\nrequests_sum_total{page=\"/\"} 7\n";
    until("the sum", || get(address, "/shown").filter(|text| text.contains(total)));

    let config = format!(
        "[[source]]\ntype = \"prometheus\"\nurl = \"http://{address}/shown?secret=sesame\"\nevery = \"50ms\"\n\
         tags = {{ job = \"shop\" }}\n[[stream]]\nname = \"*\"\nagg = [\"sum\", \"last\"]\nwindow = \"100ms\"\n\
         [[sink]]\ntype = \"jsonl\"\npath = \"scraped.jsonl\"\n"
    );
    let taker = scene.start(&config, &[]);
    let scraped = || std::fs::read_to_string(scene.path("scraped.jsonl")).unwrap_or_default();
    // What it shows when it is first seen is where counting begins.
    until("a first scrape", || scraped().contains("requests_sum_total.sum").then_some(()));
    send(&target, "requests:10|c|#page:/");
    // All lines but one that is not whole yet.
    let whole = |text: &str| text[..text.rfind('\n').map_or(0, |end| end + 1)].to_owned();
    until("what it has grown by", || (sum_of("requests_sum_total.sum", &whole(&scraped())) >= 10.0).then_some(()));
    assert_eq!(sum_of("requests_sum_total.sum", &whole(&scraped())), 10.0);
    let tags = format!("\"tags\":{{\"instance\":\"{address}\",\"job\":\"shop\",\"page\":\"/\"}}");
    assert!(scraped().contains(&tags), "{}", scraped());

    ended_well(target);
    let down = format!("source \"http://{address}/shown\": the target can't be reached: ");
    taker.said(&down);
    until("that it is down", || scraped().contains("\"name\":\"up.last\",\"value\":0").then_some(()));
    let err = ended_well(taker);
    assert!(err.contains(" scrapes failed") && !err.contains("sesame"), "{err}");
    let drawn = scene.call(&["graph", "config.toml"]).code(0).out;
    assert!(drawn.contains(&format!("{address}/shown, every 50ms")) && !drawn.contains("sesame"), "{drawn}");
}

/// A real one, killed when it is dropped.
struct Prometheus {
    process: Child,
    address: SocketAddr,
}

impl Prometheus {
    /// Scrapes this target.
    fn start(scene: &Scene, target: SocketAddr) -> Self {
        let [port] = free_ports();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let job = "scrape_configs:\n- job_name: metrix\n  scrape_interval: 1s\n  metrics_path: /shown\n";
        scene.write("prometheus.yml", format!("{job}  static_configs:\n  - targets: ['{target}']\n"));
        let process = Command::new(program("prometheus"))
            .args(["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.enable-remote-write-receiver"])
            .arg(format!("--web.listen-address={address}"))
            .current_dir(scene.folder())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Self { process, address };
        until("prometheus", || get(address, "/-/ready"));
        started
    }

    /// The value of a series that there is one of, as soon as there is.
    fn value(&self, query: &str, is_right: impl Fn(f64) -> bool) -> f64 {
        until(query, || {
            let answer = get(self.address, &format!("/api/v1/query?query={query}"))?;
            let answer: Value = serde_json::from_str(&answer).ok()?;
            let value = answer["data"]["result"][0]["value"][1].as_str()?.parse().ok()?;
            is_right(value).then_some(value)
        })
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_real_one_scrapes_the_program_and_takes_what_it_writes() {
    let scene = Scene::new();
    let (target, address) = shown(&scene);
    let prometheus = Prometheus::start(&scene, address);
    send(&target, "requests:3|c");
    send(&target, "latency:12.5|ms");
    prometheus.value("requests_sum_total", |value| value == 3.0);
    prometheus.value("latency_max", |value| value == 12.5);
    ended_well(target);

    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let config = format!(
        "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nwindow = \"1s\"\ntime = \"event\"\n\
         [[sink]]\ntype = \"remote_write\"\nurl = \"http://{}/api/v1/write\"\ndefault_tags = {{ job = \"batch\" }}\n\
         headers = {{ X-Any = \"thing\" }}\n",
        prometheus.address
    );
    let lines: String =
        (0..1000).map(|n| format!("{{\"name\":\"written\",\"value\":{n},\"at\":{}}}\n", now - 20 + n / 100)).collect();
    let ended = scene.run(&config, &[], lines).code(0);
    assert!(ended.err.is_empty() || !ended.err.contains("refused"), "{}", ended.err);
    let query = "sum_over_time(written_sum%7Bjob=%22batch%22%7D%5B1h%5D)";
    prometheus.value(query, |value| value == 499_500.0);
    // It is older than what its series has, which is refused for good.
    let late = format!("{{\"name\":\"written\",\"value\":1,\"at\":{}}}\n", now - 40);
    let ended = scene.run(&config, &[], late).code(1);
    ended.said(&[": 0 delivered, 1 refused, 1 error\n", "400 Bad Request: \"out of order sample\""]);
}

#[test]
fn an_address_that_is_taken_is_named() {
    let scene = Scene::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = SHOWN.replace("127.0.0.1:0/shown", &format!("{address}/shown"));
    let expected = [
        &*format!("sink \"prometheus http://{address}/shown\": it can't be opened: "),
        &*format!("something else listens on {address} (TCP): stop it, or listen on another port"),
    ];
    scene.run(&config, &[], "").code(1).said(&expected);
}
