//! Lines that are cut off: finished first, never torn, never doubled.

use std::io;

use metrix::sink::{Csv, JsonLines};
use metrix::{MElement, Sink, Timestamp, tags};

use super::choppy::Choppy;
use super::row::Row;
use crate::chain::chain;

fn batch(name: &str, count: usize) -> Vec<MElement> {
    let element = |number: usize| MElement::new(name, number as f64, tags! { "a" => "é,\n\"b" }, Timestamp::EPOCH);
    (0..count).map(element).collect()
}

fn rows(elements: &[MElement]) -> Vec<Row> {
    elements.iter().map(Row::of).collect()
}

/// The bytes of a batch's lines in JSON, and of the first of them.
async fn length(batch: &[MElement]) -> (usize, usize) {
    let mut sink = JsonLines::new(Vec::new());
    sink.write(batch).await.unwrap();
    let text = sink.into_inner();
    (text.len(), text.iter().position(|&byte| byte == b'\n').unwrap() + 1)
}

#[tokio::test]
async fn wherever_the_writer_fails_the_retry_writes_each_line_once() {
    let batch = batch("n.sum", 3);
    for at in 0..length(&batch).await.0 {
        let writer = Choppy::new(7).failing(at, io::ErrorKind::TimedOut);
        let mut sink = JsonLines::new(writer.clone());
        let error = sink.write(&batch).await.unwrap_err();
        assert!(error.is_retryable() && error.positions().is_none(), "{error}");
        assert_eq!(writer.bytes(), at);
        sink.write(&batch).await.unwrap();
        assert_eq!(Row::from_json(&writer.text()), rows(&batch), "after a failure at byte {at}");
    }
}

#[tokio::test]
async fn wherever_the_writer_fails_another_batch_begins_on_a_line_of_its_own() {
    let (first, second) = (batch("first", 3), batch("second", 2));
    let (length, line) = length(&first).await;
    for at in 0..length {
        let writer = Choppy::new(7).failing(at, io::ErrorKind::TimedOut);
        let mut sink = JsonLines::new(writer.clone());
        sink.write(&first).await.unwrap_err();
        sink.write(&second).await.unwrap();
        // All lines are of one length, and one that has begun is finished.
        let begun = at.div_ceil(line);
        assert_eq!(Row::from_json(&writer.text()), rows(&[&first[..begun], &second].concat()), "after {at} bytes");
    }
}

#[tokio::test]
async fn a_writer_that_fails_again_and_again_gets_each_record_once() {
    let (first, second) = (batch("first", 4), batch("second", 4));
    let mut writer = Choppy::new(5);
    for at in (0..400).step_by(13) {
        writer = writer.failing(at, io::ErrorKind::TimedOut);
    }
    let mut sink = Csv::new(writer.clone());
    for batch in [&first, &second] {
        let mut failures = 0;
        while let Err(error) = sink.write(batch).await {
            assert!(error.is_retryable());
            failures += 1;
        }
        assert!(failures > 10, "{failures}");
    }
    assert_eq!(Row::from_csv(&writer.text()), rows(&[first, second].concat()));
}

#[tokio::test]
async fn a_flush_that_fails_leaves_the_batch_unwritten_and_the_retry_doubles_nothing() {
    let batch = batch("n.sum", 2);
    let writer = Choppy::new(1000).failing_flushes(2);
    let mut sink = JsonLines::new(writer.clone());
    for _ in 0..2 {
        assert!(sink.write(&batch).await.unwrap_err().is_retryable());
    }
    sink.write(&batch).await.unwrap();
    assert_eq!(Row::from_json(&writer.text()), rows(&batch));
}

#[tokio::test]
async fn a_close_finishes_the_line() {
    let batch = batch("n.sum", 3);
    let writer = Choppy::new(7).failing(10, io::ErrorKind::TimedOut);
    let mut sink = JsonLines::new(writer.clone());
    sink.write(&batch).await.unwrap_err();
    sink.close().await.unwrap();
    sink.close().await.unwrap();
    assert_eq!(Row::from_json(&writer.text()), rows(&batch[..1]));
    assert_eq!(writer.shutdowns(), 1);
}

#[tokio::test]
async fn a_reader_that_is_gone_is_no_reason_for_another_try() {
    let writer = Choppy::new(7).failing(10, io::ErrorKind::BrokenPipe);
    let error = JsonLines::new(writer).write(&batch("n.sum", 1)).await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
}

#[tokio::test]
async fn values_without_a_form_in_json_are_refused_by_position() {
    let mut batch = batch("n.sum", 5);
    (batch[1].value, batch[3].value) = (f64::NAN, f64::INFINITY);
    let mut sink = JsonLines::new(Vec::new());
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[1, 3][..])));
    assert!(chain(&error).contains("the value NaN has no form in JSON"), "{error}");
    let written = [&batch[0], &batch[2], &batch[4]].map(Row::of);
    assert_eq!(Row::from_json(std::str::from_utf8(sink.get_ref()).unwrap()), written);
}
