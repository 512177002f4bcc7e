//! The lines, and how they are written.

use std::error::Error as _;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use metrix::testing::SinkConformance;
use metrix::{Tags, tags};

use super::*;

/// Takes 41 bytes a poll, and is pending every other time.
#[derive(Clone, Debug, Default)]
struct Choppy(Arc<Mutex<Vec<u8>>>, bool);

impl AsyncWrite for Choppy {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.1 = !self.1;
        if self.1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let taken = bytes.len().min(41);
        self.0.lock().unwrap().extend(&bytes[..taken]);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn at(time: &str) -> Timestamp {
    let number = |from: usize| time[from..from + 2].parse::<i64>().unwrap();
    Timestamp::from_secs((number(0) * 60 + number(3)) * 60 + number(6))
}

fn plain() -> Plain<Vec<u8>> {
    Plain { today: || Timestamp::EPOCH, ..Plain::new(Vec::new()) }
}

fn text(plain: &Plain<Vec<u8>>) -> &str {
    std::str::from_utf8(&plain.writer).unwrap()
}

#[tokio::test]
async fn lines_are_in_columns() {
    let mut plain = plain();
    let element = |name, value, tags: Tags, time| MElement::new(name, value, tags, at(time));
    plain.write(&[element("load.1.mean", 0.25, tags! {}, "09:00:05")]).await.unwrap();
    let batch = [
        element("cpu.usage.mean", 12.5, tags! { "core" => 0 }, "12:00:05"),
        element("指標.sum", 1e300, tags! { "é" => "x" }, "12:00:05"),
        MElement::new("a\u{1b}[2J", 3.0, tags! { "a" => "b\nc" }, Timestamp::from_secs(1_431_857_103)),
    ];
    plain.write(&batch).await.unwrap();
    let expected = "09:00:05  load.1.mean  0.25\n\
         12:00:05  cpu.usage.mean  core=0  12.5\n\
         12:00:05  指標.sum        é=x     1e300\n\
         2015-05-17T10:05:03Z  a\\u{1b}[2J      a=b\\nc  3\n";
    assert_eq!(text(&plain), expected);
}

#[test]
fn it_keeps_the_contract_of_sinks() {
    let make = || {
        let writer = Choppy::default();
        (Plain { today: || Timestamp::EPOCH, ..Plain::new(writer.clone()) }, writer)
    };
    // Without the padding, which depends on what came before.
    let words = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    let read = async |writer: Choppy| -> Vec<Vec<String>> {
        String::from_utf8(writer.0.lock().unwrap().clone()).unwrap().lines().map(words).collect()
    };
    let expecting = |element: &MElement| words(&plain().encode(std::slice::from_ref(element)));
    SinkConformance::new(make, read).expecting(expecting).check();
}

#[tokio::test]
async fn a_pipe_that_nobody_reads_refuses() {
    struct Shut;

    impl AsyncWrite for Shut {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    let element = MElement::new("n.sum", 1.0, tags! {}, Timestamp::EPOCH);
    let error = Plain::new(Shut).write(&[element]).await.unwrap_err();
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    assert_eq!((error.is_retryable(), cause), (false, Some(io::ErrorKind::BrokenPipe)));
}
