//! [`Chosen`]: of which streams a sink gets elements.

use metrix::MElement;
use metrix_io::Glob;

use crate::config::{OWN_METRICS, StreamConfig};

/// Of which streams a sink gets elements. An element does not say of which it is, but its name and its aggregate do.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    streams: Vec<Stream>,
    /// Whether it gets what no stream has given: what the program measures of itself.
    has_own_metrics: bool,
}

#[derive(Clone, Debug)]
struct Stream {
    names: Glob,
    name: String,
    /// A dot and the name of an aggregate.
    ends: Vec<String>,
    is_chosen: bool,
}

impl Chosen {
    /// Those of the streams that are called so in the configuration.
    pub(super) fn new(chosen: &[String], streams: &[StreamConfig]) -> Self {
        let stream = |stream: &StreamConfig| Stream {
            names: stream.names.clone(),
            name: stream.name.clone(),
            ends: stream.aggs.iter().map(|agg| format!(".{}", agg.name())).collect(),
            is_chosen: chosen.iter().any(|name| name == stream.names.as_str()),
        };
        let has_own_metrics = chosen.iter().any(|name| name == OWN_METRICS);
        Self { streams: streams.iter().map(stream).collect(), has_own_metrics }
    }

    /// Whether it is of a chosen stream: of the first that may have given it.
    pub(super) fn has(&self, element: &MElement) -> bool {
        let stream = self.streams.iter().find(|stream| stream.may_give(&element.name));
        stream.map_or(self.has_own_metrics, |stream| stream.is_chosen)
    }
}

impl Stream {
    fn may_give(&self, element: &str) -> bool {
        let mut names = self.ends.iter().filter_map(|end| element.strip_suffix(end.as_str()));
        // What is beyond the most series has the stream's own name.
        names.any(|name| self.names.matches(name) || name == self.name)
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;
    use crate::config;

    #[test]
    fn an_element_is_of_the_first_stream_that_may_have_given_it() {
        let text = "[[source]]\ntype = \"statsd\"\n[[sink]]\ntype = \"log\"\n".to_owned()
            + &[
                ("cpu.user", "", "\"mean\""),
                ("cpu.*", "", "\"mean\", \"p99.9\""),
                ("*", "kind = \"counter\"", "\"sum\""),
                ("*", "kind = \"set\"", "{ \"a.b\" = \"distinct\" }"),
                ("*", "", "\"last\""),
            ]
            .map(|(name, kind, agg)| format!("[[stream]]\nname = \"{name}\"\n{kind}\nagg = [{agg}]\nbatch = 1\n"))
            .concat();
        let streams = config::read("c", &text).unwrap().streams;
        let chosen = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let chosen = Chosen::new(&names, &streams);
            move |name: &str| chosen.has(&MElement::new(name, 1.0, tags! {}, Timestamp::EPOCH))
        };
        for (names, elements, others) in [
            (
                &["cpu.*"][..],
                &["cpu.idle.mean", "cpu.idle.p99.9", "cpu.user.p99.9", "cpu.*.mean"][..],
                &["cpu.user.mean", "cpu.user.sum", "cpu.idle.last", "x.sum", "cpu.mean"][..],
            ),
            (&["cpu.user"], &["cpu.user.mean"], &["cpu.user.p99.9", "cpu.idle.mean", "metrix.sink.queue"]),
            (&["own_metrics"], &["metrix.sink.queue", "metrix.source.dropped"], &["cpu.user.mean", "x.last"]),
            (
                &["*", "cpu.user"],
                &["x.sum", "* (counter).sum", "x.a.b", "x.last", "cpu.user.mean"],
                &["cpu.idle.mean", "x.mean"],
            ),
        ] {
            let chosen = chosen(names);
            elements.iter().for_each(|element| assert!(chosen(element), "{names:?} {element}"));
            others.iter().for_each(|element| assert!(!chosen(element), "{names:?} {element}"));
        }
    }
}
