//! What can be sent to other threads and shared with them.

use metrix::*;

fn is_send<T: Send>(_: Option<T>) {}

fn is_shared<T: Send + Sync>(_: Option<T>) {}

#[test]
fn all_that_has_no_reason_against_it() {
    is_send(None::<MStream>);
    is_send(None::<AggsState>);
    is_send(None::<MCoordinatorBuilder>);
    is_shared(None::<(MSender, Timer, Gauge, Cumulative)>);
    is_shared(None::<(MElement, Tags, Agg, Aggs, MergeableAggs, Aggregate)>);
    is_shared(None::<(NamedBuilder, MStreamBuilder, Windows, Stage, StreamStats, Mark)>);
    is_shared(None::<(MCoordinator, SinkOptions, SinkStats, Report, Flushed, Graph)>);
    is_shared(None::<(AggError, BuildError, SendError, WriteError, CoordinatorError)>);
}

#[test]
fn futures_can_be_spawned() {
    fn is_send(_: impl Send) {}
    let (sender, _stream) = MStream::builder("m").batch(size(1)).agg("sum").build().expect("it can be built");
    is_send(sender.send_async(1.0));
    is_send(sender.time_async(async {}));
}
