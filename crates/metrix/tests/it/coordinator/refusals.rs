//! What a coordinator refuses, and what it says.

use metrix::{BuildError, CoordinatorError, SinkOptions};

use super::*;
use crate::chain::chain;

#[tokio::test(start_paused = true)]
async fn nothing_starts_with_two_of_one_name() {
    let (one, kept) = good();
    let (two, _) = good();
    let error = MCoordinator::builder().stream(each("n")).sink("a", one).sink("a", two).start().unwrap_err();
    assert_eq!(error, CoordinatorError::SinkTwice { name: "a".into() });
    assert_eq!(error.to_string(), r#"there is a sink "a" already: give this one another name"#);
    settle().await;
    assert_eq!(kept.closes(), 0);

    let error = MCoordinator::builder().stream(each("n")).stream(each("m")).stream(each("n")).start().unwrap_err();
    assert_eq!(error, CoordinatorError::StreamTwice { name: "n".into() });
}

#[test]
fn nothing_starts_where_time_does_not_pass() {
    let without = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (sink, kept) = good();
    let builder = MCoordinator::builder().stream(each("n")).sink("kept", sink);
    let error = without.block_on(async { builder.start().unwrap_err() });
    assert_eq!(error, CoordinatorError::NoTimer);
    assert_eq!(error.to_string(), "the tokio runtime has no timer: build it with `enable_time` or `enable_all`");
    assert!(kept.events().is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_comes_later_is_refused_alike_and_changes_nothing() {
    let (coordinator, kept) = simple();
    assert_eq!(coordinator.add_stream(each("n")).unwrap_err(), CoordinatorError::StreamTwice { name: "n".into() });
    let (sink, _) = good();
    assert_eq!(
        coordinator.add_sink("kept", sink, SinkOptions::default()).unwrap_err(),
        CoordinatorError::SinkTwice { name: "kept".into() }
    );
    coordinator.send("n", 1.0).unwrap();
    let report = coordinator.shutdown(secs(10)).await;
    assert_eq!((values(&kept), report.streams.len(), report.sinks.len()), (vec![1.0], 1, 1));
}

#[tokio::test(start_paused = true)]
async fn names_that_can_not_be() {
    for name in ["", "a\nb", "\u{7f}"] {
        let (sink, _) = good();
        let error = MCoordinator::builder().sink(name, sink).start().unwrap_err();
        assert_eq!(error, CoordinatorError::SinkName { name: name.into() });
        let (coordinator, _) = simple();
        let (sink, _) = good();
        assert_eq!(coordinator.add_sink(name, sink, SinkOptions::default()).unwrap_err(), error);
        let error = coordinator.add_stream(each(name)).unwrap_err();
        assert_eq!(error, CoordinatorError::Build(BuildError::Name { name: name.into() }));
        coordinator.shutdown(secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn streams_that_can_not_be_built() {
    let nothing = MStream::builder("n").batch(size(1));
    let error = MCoordinator::builder().stream(nothing).start().unwrap_err();
    assert!(matches!(&error, CoordinatorError::Build(BuildError::Agg { .. })), "{error}");
    assert!(chain(&error).contains("give at least one"), "{error}");
    let (coordinator, _) = simple();
    let error = coordinator.add_stream(MStream::builder("m").window(Duration::ZERO).agg("sum")).unwrap_err();
    assert!(matches!(&error, CoordinatorError::Build(BuildError::Interval { .. })), "{error}");
    let error = MCoordinator::builder().own_metrics(Duration::ZERO).start().unwrap_err();
    assert!(matches!(&error, CoordinatorError::OwnMetrics(_)), "{error}");
    assert!(chain(&error).contains("must be more than 0 s"), "{error}");
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn unknown_names() {
    let (coordinator, _) = simple();
    coordinator.add_stream(each("latency")).unwrap();
    for error in [
        coordinator.send("latancy", 1.0).unwrap_err(),
        coordinator.send_with("latancy", 1.0, [("a", "b")]).unwrap_err(),
        coordinator.timer("latancy").unwrap_err(),
        coordinator.stream("latancy").unwrap_err(),
        coordinator.remove_stream("latancy").await.unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            r#"there is no stream "latancy": did you mean "latency"? (known are "latency", "n")"#
        );
    }
    let error = coordinator.remove_sink("keept").await.unwrap_err();
    assert_eq!(error.to_string(), r#"there is no sink "keept": did you mean "kept"? (known are "kept")"#);
    coordinator.shutdown(secs(1)).await;
}
