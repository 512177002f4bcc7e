//! kcat, as another client of the same broker.

use std::io::Write;
use std::process::{Command, Stdio};

use metrix::Sink;
use metrix_io::sinks::kafka::Kafka;
use metrix_io::sources::kafka::{KafkaEvent, KafkaMessage, KafkaSource};
use tokio::time::timeout;

use super::broker::{Broker, PATIENCE, Seen, read, seen};
use crate::hostile::hostile_elements;
use crate::peers::installed;

/// Runs kcat with these arguments and this input to its end, and gives what it has printed.
#[track_caller]
fn kcat(broker: &Broker, args: &[&str], input: &str) -> String {
    let mut command = Command::new(installed("kcat"));
    command.args(["-b", &broker.address(), "-q"]).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("kcat is installed");
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_owned());
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success(), "kcat {args:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn it_reads_what_the_sink_writes() {
    let broker = Broker::start();
    broker.topic("written", 3);
    let elements = hostile_elements(10_000);
    let mut sink = Kafka::builder(&broker.cluster()).topic("written").unwrap().header("source", "é").open().unwrap();
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    // No value has a line break.
    let found = kcat(&broker, &["-C", "-t", "written", "-e", "-f", "%T %h %s\n"], "");
    let mut written: Vec<Seen> = Vec::new();
    for line in found.lines() {
        let [time, header, value] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(time.parse::<i64>().is_ok_and(|millis| millis > 0), "{line}");
        assert_eq!(header, "source=é");
        written.push(read(value));
    }
    let mut expected: Vec<Seen> = elements.iter().map(seen).collect();
    written.sort();
    expected.sort();
    assert!(written == expected, "{} messages of {}", written.len(), expected.len());
}

#[tokio::test]
async fn the_source_reads_what_it_writes() {
    const COUNT: usize = 5000;
    let broker = Broker::start();
    for codec in ["gzip", "snappy", "lz4", "zstd"] {
        broker.topic(codec, 1);
        let lines: String = (0..COUNT).map(|number| format!("key {number}:{codec} ü {number}\n")).collect();
        kcat(&broker, &["-P", "-t", codec, "-p", "0", "-z", codec, "-K:", "-H", "zone=eu"], &lines);
        let source = KafkaSource::builder(&broker.cluster(), [codec]).group(codec).open().unwrap();
        for number in 0..COUNT {
            let message: KafkaMessage = loop {
                match timeout(PATIENCE, source.next()).await.expect("something comes").unwrap() {
                    KafkaEvent::Message(message) => break message,
                    _ => continue,
                }
            };
            assert_eq!((message.offset, message.headers.len()), (number as i64, 1));
            assert_eq!(message.key, Some(format!("key {number}").into_bytes()));
            assert_eq!(message.payload, format!("{codec} ü {number}").into_bytes());
            assert_eq!(message.headers[0], ("zone".to_owned(), b"eu".to_vec()));
            source.release(&message.partition);
        }
        source.close().await;
    }
}
