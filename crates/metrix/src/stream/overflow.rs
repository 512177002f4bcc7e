//! [`Overflow`]: the series that takes what comes when there are too many.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::stats::Counters;
use crate::Tags;
use crate::later::Later;

/// The tags of the overflow series.
pub(super) fn overflow_tags() -> Tags {
    Tags::from([("metrix.overflow", "true")])
}

/// Sends series beyond the limit to the overflow series, counts what goes there, and says once which tag grows.
#[derive(Clone, Debug)]
pub(super) struct Overflow {
    pub(super) stream: Arc<str>,
    pub(super) max_series: std::num::NonZeroUsize,
    pub(super) counters: Arc<Counters>,
    pub(super) later: Arc<Later>,
    pub(super) tags: Tags,
}

impl Overflow {
    /// The group for a measurement whose own would be one too many.
    pub(super) fn of<'a>(&self, tags: &Tags, there: impl Iterator<Item = &'a Tags>) -> Tags {
        if self.counters.overflowed.add(1) == 0 {
            let grows = grows(there);
            let (stream, series, first) = (Arc::clone(&self.stream), self.max_series, tags.clone());
            self.later.put(move || match grows {
                Some((tag, values)) => tracing::warn!(
                    stream = &*stream,
                    series,
                    tag,
                    values,
                    ?first,
                    "too many series in one window or batch: the rest goes to one, and is counted; drop the tag that has the \
                     most values, or build the stream with a larger `max_series`"
                ),
                None => tracing::warn!(
                    stream = &*stream,
                    series,
                    ?first,
                    "too many series in one window or batch: the rest goes to one, and is counted; send fewer, or build the \
                     stream with a larger `max_series`"
                ),
            });
        }
        self.tags.clone()
    }
}

/// The tag that has the most values, and how many. Tags that begin with `metrix.` are not those of whoever sends, who could not
/// drop them.
fn grows<'a>(series: impl Iterator<Item = &'a Tags>) -> Option<(String, usize)> {
    let mut values: HashMap<&str, HashSet<&str>> = HashMap::new();
    for (name, value) in series.flat_map(Tags::iter).filter(|(name, _)| !name.starts_with("metrix.")) {
        values.entry(name).or_default().insert(value);
    }
    let most = values.into_iter().map(|(name, values)| (name, values.len())).max_by_key(|&(name, n)| (n, name));
    most.map(|(name, n)| (name.to_owned(), n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_that_grows_is_one_that_can_be_dropped() {
        let series = |tags: &[&str]| -> Vec<Tags> {
            let of =
                |n: i32| tags.iter().map(|tag| (*tag, if *tag == "zone" { n % 2 } else { n }.to_string())).collect();
            (0..10).map(of).collect()
        };
        for (tags, expected) in [
            (&["metrix.name", "user", "zone"][..], Some(("user".to_owned(), 10))),
            (&["metrix.name", "zone"], Some(("zone".to_owned(), 2))),
            (&["metrix.name"], None),
        ] {
            assert_eq!(grows(series(tags).iter()), expected);
        }
    }
}
