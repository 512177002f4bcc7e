//! The two ways of importing: the prelude alone, or futures' own `StreamExt` and the traits of single operators.

/// `use metrix_core::prelude::*` is enough for a whole pipeline.
mod prelude_alone {
    use std::time::Duration;

    use metrix_core::fold::{Count, Sum};
    use metrix_core::prelude::*;

    #[tokio::test(start_paused = true)]
    async fn from_a_source_to_all_ends() {
        let (emitter, readings) = source(size(100));
        for reading in ["3", "n/a", "5", "8", "13"] {
            emitter.emit(reading).await.expect("the stream is there");
        }
        drop(emitter);

        let numbers = readings.filter_map(|line| line.parse::<u32>().ok()).share(Slow::Bounded(size(10)));
        let sums = numbers.subscribe().map(f64::from).partition_with(size(2), Sum);
        let odd = numbers.subscribe().filter(|x| x % 2 == 1).sliding_window(size(2)).flatten();
        let mut windows = numbers.timed_window_with(Duration::from_secs(60), Count);

        assert_eq!(windows.next().await.map(|window| window.value), Some(4));
        assert_eq!(sums.collect::<Vec<f64>>().await, [8.0, 21.0]);

        let mut seen = Vec::new();
        odd.for_each(|x| {
            seen.push(x);
            async {}
        })
        .await;
        assert_eq!(seen, [3, 5, 5, 13]);
    }

    #[tokio::test]
    async fn into_sinks() {
        let (sender, received) = futures::channel::mpsc::unbounded();
        let pairs = futures::stream::iter([1, 2]).zip(futures::stream::iter(['a', 'b']));
        pairs.map(Ok).forward(sender.clone()).await.expect("the receiver is there");
        futures::stream::iter([(3, 'c')]).sink(sender).await.expect("the receiver is there");
        assert_eq!(received.collect::<Vec<_>>().await, [(1, 'a'), (2, 'b'), (3, 'c')]);
    }
}

/// With `futures::StreamExt` each operator that has no namesake there comes by its own trait.
mod with_futures {
    use std::time::Duration;

    use futures::StreamExt;
    use metrix_core::ops::{ChangedExt, CollectOnExt, PartitionExt, SlidingWindowExt, TimedWindowExt};

    #[tokio::test(start_paused = true)]
    async fn our_operators_among_theirs() {
        let readings = futures::stream::iter([1, 1, 2, 3, 5, 8]).map(|x| x * 10).changed();
        let batches = readings.partition(metrix_core::size(2)).enumerate();
        let mut windows = batches.timed_window(Duration::from_secs(1));
        let window = windows.next().await.expect("a window with the batches");
        assert_eq!(window.value, [(0, vec![10, 20]), (1, vec![30, 50]), (2, vec![80])]);

        let sliding = futures::stream::iter(1..=3).sliding_window(metrix_core::size(2));
        let batches = sliding
            .chain(futures::stream::once(async { vec![9] }))
            .collect_on(futures::stream::pending::<()>(), metrix_core::size(10));
        assert_eq!(batches.concat().await, [vec![1, 2], vec![2, 3], vec![9]]);
    }
}

/// futures' `SinkExt` has the name of ours, but no method of it.
mod with_futures_sink_ext {
    use futures::SinkExt;
    use metrix_core::prelude::*;

    #[tokio::test]
    async fn both_are_there() {
        let (mut sender, received) = futures::channel::mpsc::unbounded();
        sender.feed(1).await.expect("the receiver is there");
        futures::stream::iter([2, 3]).sink(sender).await.expect("the receiver is there");
        assert_eq!(received.collect::<Vec<_>>().await, [1, 2, 3]);
    }
}

/// Where the names are the same, a stream runs the operator itself, or the trait is called by its name.
mod namesakes {
    use futures::StreamExt;
    use metrix_core::{OperateExt, Operator, ops};

    #[tokio::test]
    async fn are_told_apart() {
        let thirds = ops::Filter::new(|x: &u32| x % 3 == 0).then(ops::Scan::new(0, |sum, x: u32| {
            *sum += x;
            *sum
        }));
        let sums = futures::stream::iter(1..10).operate(thirds);
        let pairs =
            ops::FlattenExt::flatten(futures::StreamExt::zip(sums, futures::stream::repeat(0)).map(|(a, b)| [a, b]));
        assert_eq!(pairs.collect::<Vec<_>>().await, [3, 0, 9, 0, 18, 0]);
    }
}
