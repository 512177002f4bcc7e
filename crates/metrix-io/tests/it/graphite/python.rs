//! Python reads the sink's pickles as what they are.

use std::io::Write;
use std::process::{Command, Stdio};

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::graphite::Graphite;
use serde_json::{Value, json};

use crate::collector::Collector;

/// Reads pickles as carbon does, with nothing allowed in them but plain data, and prints them as JSON.
const SCRIPT: &str = r#"
import io, json, pickle, struct, sys

class Plain(pickle.Unpickler):
    def find_class(self, module, name):
        sys.exit("a class in a pickle")

data, lists = sys.stdin.buffer.read(), []
while data:
    (length,) = struct.unpack("!L", data[:4])
    lists.append(Plain(io.BytesIO(data[4:4 + length])).load())
    data = data[4 + length:]
print(json.dumps([[path, type(at).__name__, at, type(value).__name__, value] for points in lists for path, (at, value) in points]))
print(len(lists))
"#;

#[tokio::test]
async fn pickles_are_lists_of_paths_times_and_values() {
    let server = Collector::start();
    let mut sink = Graphite::pickle(server.address()).unwrap();
    let seconds = [1, 1_700_000_000, i64::from(i32::MAX), i64::from(i32::MAX) + 1, i64::from(u32::MAX)];
    let values = [0.0, -1.5, 0.1, 1e300, f64::MIN_POSITIVE, f64::MAX];
    let element = |number: usize| {
        let at = Timestamp::from_secs(seconds[number % seconds.len()]);
        MElement::new(format!("a.{number}"), values[number % values.len()], tags! { "k" => "v w" }, at)
    };
    let elements: Vec<MElement> = (0..1001).map(element).collect();
    sink.write(&elements).await.unwrap();
    sink.close().await.unwrap();
    let pickles = server.read().await.concat();
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a Python");
    python.stdin.take().unwrap().write_all(&pickles).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let (points, lists) = std::str::from_utf8(&output.stdout).unwrap().trim().split_once('\n').unwrap();
    assert_eq!(lists, "3");
    let points: Vec<Value> = serde_json::from_str(points).unwrap();
    for (number, (point, element)) in points.iter().zip(&elements).enumerate() {
        let seconds = element.at.as_nanos() / 1_000_000_000;
        assert_eq!(*point, json!([format!("a.{number};k=v_w"), "int", seconds, "float", element.value]));
    }
    assert_eq!(points.len(), elements.len());
}
