//! `Channel` and `Forward`, where the other side is slow, or gone.

use std::num::NonZeroUsize;

use futures::{FutureExt, SinkExt, StreamExt};
use metrix::sink::{Channel, Forward, Memory};
use metrix::{MElement, Sink, Timestamp, tags};
use tokio::sync::mpsc;

fn batch(count: usize) -> Vec<MElement> {
    (0..count).map(|number| MElement::new("n.sum", number as f64, tags! {}, Timestamp::EPOCH)).collect()
}

#[tokio::test]
async fn a_receiver_that_goes_away_midway_leaves_the_rest_refused() {
    let (sender, mut elements) = mpsc::channel(2);
    let mut sink = Channel::new(sender);
    let batch = batch(5);
    let (written, first) = tokio::join!(sink.write(&batch), async {
        let first = elements.recv().await;
        elements.close();
        first
    });
    let error = written.unwrap_err();
    assert_eq!(first, Some(batch[0].clone()));
    assert!(!error.is_retryable());
    let unwritten: Vec<&MElement> = error.unwritten(&batch).collect();
    let mut arrived = vec![first.unwrap()];
    while let Some(element) = elements.recv().await {
        arrived.push(element);
    }
    assert_eq!(arrived, batch[..arrived.len()]);
    assert_eq!(unwritten, batch[arrived.len()..].iter().collect::<Vec<_>>());
    assert!(!unwritten.is_empty());
}

#[tokio::test]
async fn a_futures_sink_that_goes_away_leaves_the_rest_refused() {
    let (sender, elements) = futures::channel::mpsc::channel(1);
    drop(elements);
    let batch = batch(3);
    let error = Forward::new(sender).write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[0, 1, 2][..]));
}

#[tokio::test]
async fn what_is_written_has_left_the_other_sinks_buffer() {
    let (sender, mut elements) = futures::channel::mpsc::channel(10);
    let mut sink = Forward::new(sender.buffer(10));
    let batch = batch(3);
    sink.write(&batch).await.unwrap();
    assert_eq!((&mut elements).take(3).collect::<Vec<_>>().now_or_never(), Some(batch));
}

#[tokio::test]
async fn a_memory_that_is_full_refuses_the_rest() {
    let mut sink = Memory::new(NonZeroUsize::new(3).unwrap());
    let batch = batch(5);
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (false, Some(&[3, 4][..])));
    assert_eq!(sink.elements(), batch[..3]);
    assert_eq!(sink.take(), batch[..3]);
    sink.write(&batch[3..]).await.unwrap();
    assert_eq!(sink.elements(), batch[3..]);
}
