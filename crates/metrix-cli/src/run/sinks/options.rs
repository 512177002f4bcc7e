//! [`of`]: how elements are brought to a sink, as the configuration has it.

use std::time::Duration;

use metrix::{Overflow, Retry, SinkOptions, size};

use super::chosen::Chosen;
use crate::config::{Attempts, SinkConfig, StreamConfig};

/// A write may take so long in all, as the library has it.
const WRITE: Duration = Duration::from_secs(30);

/// What a write may take beside the wait for an answer: for a connection, and for other requests.
const AROUND: Duration = Duration::from_secs(20);

/// How elements are brought to a sink, and with how many failures in a row it takes nothing, if ever. `tries` is how often it tries unless
/// told otherwise; `ends` says that all inputs do.
pub(super) fn of(
    config: &SinkConfig,
    streams: &[StreamConfig],
    tries: usize,
    ends: bool,
) -> (SinkOptions, Option<usize>) {
    let (retry, most) = match config.attempts.unwrap_or(Attempts::Times(size(tries))) {
        Attempts::Times(times) => (Retry::default().attempts(times), Some(times.get())),
        Attempts::Forever => (Retry::forever(), None),
    };
    let usual = if ends { Overflow::Block } else { Overflow::DropOldest };
    let longest = config.write_timeout.map_or(WRITE, |limit| limit.saturating_add(AROUND).max(WRITE));
    let mut options = SinkOptions::default()
        .rate_limit(config.rate_limit)
        .overflow(config.overflow.unwrap_or(usual))
        .write_timeout(longest)
        .retry(retry);
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
    (options, most.filter(|_| ends))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    fn of_sink(keys: &str, ends: bool) -> (SinkOptions, Option<usize>) {
        let text = "[[source]]\ntype = \"host\"\n[[stream]]\nname = \"a\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"influx\"\n\
                    url = \"udp://h:1\"\n";
        let config = config::read("c", &format!("{text}{keys}")).unwrap();
        of(&config.sinks[0], &config.streams, 7, ends)
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
            assert_eq!(of_sink(keys, true), (options.clone().overflow(Overflow::Block), most), "{keys}");
            assert_eq!(of_sink(keys, false), (options.overflow(Overflow::DropOldest), None), "{keys}");
        }
    }
}
