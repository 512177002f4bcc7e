//! [`of`]: how elements are brought to a sink, as the configuration has it.

use std::time::Duration;

use metrix::{Overflow, Retry, SinkOptions, size};

use super::chosen::Chosen;
use crate::config::{Attempts, SinkConfig, StreamConfig};
use crate::run::inputs::Inputs;

/// A write may take so long in all, as the library has it.
const WRITE: Duration = Duration::from_secs(30);

/// What a write may take beside the wait for an answer: for a connection, and for other requests.
const AROUND: Duration = Duration::from_secs(20);

/// How elements are brought to a sink, and with how many failures in a row it takes nothing, if ever. `tries` is how often it tries unless
/// told otherwise.
pub(super) fn of(
    config: &SinkConfig,
    streams: &[StreamConfig],
    tries: usize,
    inputs: Inputs,
) -> (SinkOptions, Option<usize>) {
    let overflow = config.overflow.unwrap_or(match inputs {
        Inputs::End | Inputs::Acknowledged => Overflow::Block,
        Inputs::Endless => Overflow::DropOldest,
    });
    let usual = match (inputs, overflow) {
        // A run that can't go on comes to its end.
        (Inputs::End, _) => Attempts::Times(size(tries)),
        // What is not delivered comes again in another run only if this one doesn't give up before; and who has all wait wants nothing lost.
        (Inputs::Acknowledged, _) | (Inputs::Endless, Overflow::Block) => Attempts::Forever,
        (Inputs::Endless, _) => Attempts::Times(size(tries)),
    };
    let (retry, most) = match config.attempts.unwrap_or(usual) {
        Attempts::Times(times) => (Retry::default().attempts(times), Some(times.get())),
        Attempts::Forever => (Retry::forever(), None),
    };
    let longest = config.write_timeout.map_or(WRITE, |limit| limit.saturating_add(AROUND).max(WRITE));
    let mut options =
        SinkOptions::default().rate_limit(config.rate_limit).overflow(overflow).write_timeout(longest).retry(retry);
    if let Some(queue) = config.queue {
        options = options.queue(queue);
    }
    if let Some(most) = config.batch {
        options = options.max_batch(most);
    }
    if let Some(names) = &config.streams {
        let chosen = Chosen::new(names, streams);
        options = options.accept(move |element| chosen.has(element));
    }
    (options, most.filter(|_| inputs == Inputs::End))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn of_sink(keys: &str, inputs: Inputs) -> (SinkOptions, Option<usize>) {
        let text = "[[source]]\ntype = \"host\"\n[[stream]]\nname = \"a\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"influx\"\n\
                    url = \"udp://h:1\"\n";
        let config = config::read("c", &format!("{text}{keys}")).unwrap();
        of(&config.sinks[0], &config.streams, 7, inputs)
    }

    #[test]
    fn what_is_set_goes_before_what_is_usual() {
        let usual = SinkOptions::default().rate_limit(Duration::ZERO);
        let times = |times| Retry::default().attempts(size(times));
        for (keys, options, most) in [
            ("", usual.clone().retry(times(7)), Some(7)),
            ("attempts = 3", usual.clone().retry(times(3)), Some(3)),
            ("attempts = \"forever\"", usual.clone().retry(Retry::forever()), None),
            ("batch = 2\nqueue = 3", usual.clone().max_batch(size(2)).queue(size(3)).retry(times(7)), Some(7)),
            // Less than the library has changes nothing: a write may have several answers to wait for.
            ("write_timeout = \"1s\"", usual.clone().retry(times(7)), Some(7)),
            ("write_timeout = \"1m\"", usual.write_timeout(Duration::from_secs(80)).retry(times(7)), Some(7)),
        ] {
            assert_eq!(of_sink(keys, Inputs::End), (options.clone().overflow(Overflow::Block), most), "{keys}");
            assert_eq!(of_sink(keys, Inputs::Endless), (options.overflow(Overflow::DropOldest), None), "{keys}");
        }
    }

    #[test]
    fn what_is_not_to_be_lost_is_tried_without_end() {
        let forever =
            SinkOptions::default().rate_limit(Duration::ZERO).overflow(Overflow::Block).retry(Retry::forever());
        assert_eq!(of_sink("", Inputs::Acknowledged), (forever.clone(), None));
        assert_eq!(of_sink("overflow = \"block\"", Inputs::Endless), (forever.clone(), None));
        let thrice = forever.retry(Retry::default().attempts(size(3)));
        assert_eq!(of_sink("overflow = \"block\"\nattempts = 3", Inputs::Acknowledged), (thrice, None));
    }
}
