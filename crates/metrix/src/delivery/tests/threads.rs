//! Several threads put elements in at once.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_doubled_or_out_of_order() {
    const STREAMS: i32 = 4;
    const EACH: i32 = 5000;
    // Every third write fails, halfway through what may be its batch.
    let acts = (0..30_000).map(|write| if write % 3 == 0 { Act::Halfway } else { Act::Write });
    let at_once = Retry::forever().first(Duration::ZERO).max(Duration::ZERO);
    let options = SinkOptions::default().queue(size(50)).overflow(Overflow::Block).max_batch(size(7)).retry(at_once);
    let rig = Rig::new(options, acts);
    let streams: Vec<_> = (0..STREAMS)
        .map(|stream| {
            let queue = rig.delivery.queue().clone();
            tokio::spawn(async move {
                let values: Vec<i32> = (0..EACH).map(|value| stream * EACH + value).collect();
                for chunk in values.chunks(11) {
                    queue.offer(elements(chunk.iter().copied())).wait().await;
                }
            })
        })
        .collect();
    for stream in streams {
        stream.await.unwrap();
    }
    let recorded = rig.recorded.clone();
    let (stats, _) = rig.finish().await;
    let written: Vec<i32> = recorded.written().iter().map(|element| element.value as i32).collect();
    assert_eq!((stats.delivered, stats.dropped()), ((STREAMS * EACH) as u64, 0));

    for stream in 0..STREAMS {
        let of_stream = (stream * EACH)..((stream + 1) * EACH);
        let got: Vec<i32> = written.iter().copied().filter(|value| of_stream.contains(value)).collect();
        assert_eq!(got, of_stream.collect::<Vec<_>>());
    }
}
