//! Streams, as the configuration has them.

use std::time::Duration;

use metrix::{MStream, MStreamBuilder, Timestamp, Windows};

use super::inputs::Inputs;
use crate::config::{Grouping, StreamConfig};

/// Windows of event time close by the clock when nothing has come for so long, unless all inputs end.
const IDLE: Duration = Duration::from_secs(5);

/// The stream of a `[[stream]]`. Where all inputs end, no clock is looked at.
pub(crate) fn builder(config: &StreamConfig, inputs: Inputs) -> MStreamBuilder {
    let stream = MStream::builder(config.name.as_str());
    let stream = match config.grouping {
        Grouping::Batch(n) => stream.batch(n),
        Grouping::Arrival(every) => stream.window(Windows::every(every).aligned_to(Timestamp::EPOCH)),
        Grouping::Event { every, lateness } => {
            let windows = Windows::every(every).aligned_to(Timestamp::EPOCH).event_time(lateness);
            stream.window(match inputs {
                // A clock can't tell a stall from an end. The ledgers of those that are acknowledged move time on, when there is nothing to read.
                Inputs::End | Inputs::Acknowledged => windows,
                Inputs::Endless => windows.idle(IDLE),
            })
        }
    };
    let stream = stream.default_tags(config.default_tags.clone()).aggs(config.aggs.iter().cloned());
    match config.max_series {
        Some(most) => stream.max_series(most),
        None => stream,
    }
}
