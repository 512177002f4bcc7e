//! [`Rounds`]: a batch as samples, in the order in which they may be sent.

use std::collections::HashMap;
use std::sync::Arc;

use metrix::{MElement, Tags};

use super::message::{Label, Sample, TimeSeries, WriteRequest};
use crate::prometheus_series::PrometheusSeries;
use crate::sinks::refused::Refused;

/// The samples of a batch. A round has one of each series at most, and the next one their next ones by time: so a request that has
/// rounds one after the other has the samples of each series in their order, and within a round any order will do.
#[derive(Debug, Default)]
pub(super) struct Rounds(Vec<Vec<Point>>);

/// A sample, and which elements of the batch it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) labels: Arc<[Label]>,
    /// A number for the labels.
    series: usize,
    value: f64,
    pub(super) at: i64,
    /// Several, where they have the same series and time: the last is sent.
    pub(super) positions: Vec<usize>,
}

/// What became one although it was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) tags: usize,
    /// The name of the first element of which tags were.
    pub(super) name: Arc<str>,
    pub(super) elements: usize,
}

impl Rounds {
    pub(super) fn new(batch: &[MElement], defaults: &Tags, refused: &mut Refused) -> (Self, Merged) {
        let mut merged = Merged::default();
        // In the order of their first elements, so that it is the same each time.
        let mut series: Vec<Vec<Point>> = Vec::with_capacity(batch.len());
        let mut places: HashMap<Arc<[Label]>, usize> = HashMap::with_capacity(batch.len());
        for (position, element) in batch.iter().enumerate() {
            let (labels, tags) = match labels(element, defaults) {
                Ok(labels) => labels,
                Err(reason) => {
                    refused.add(position, &element.name, reason);
                    continue;
                }
            };
            if tags > 0 && merged.tags == 0 {
                merged.name = Arc::clone(&element.name);
            }
            merged.tags += tags;
            let value = if element.value.is_nan() { f64::NAN } else { element.value };
            let at = element.at.as_nanos().div_euclid(1_000_000);
            let place = *places.entry(Arc::clone(&labels)).or_insert(series.len());
            if place == series.len() {
                series.push(Vec::new());
            }
            series[place].push(Point { labels, series: place, value, at, positions: vec![position] });
        }
        let mut rounds: Vec<Vec<Point>> = Vec::new();
        for mut points in series {
            // Those of equal times stay in the order of the batch.
            points.sort_by_key(|point| point.at);
            points.dedup_by(|later, earlier| {
                let is_same = later.at == earlier.at;
                if is_same {
                    merged.elements += 1;
                    earlier.value = later.value;
                    earlier.positions.append(&mut later.positions);
                }
                is_same
            });
            for (number, point) in points.into_iter().enumerate() {
                if rounds.len() == number {
                    rounds.push(Vec::new());
                }
                rounds[number].push(point);
            }
        }
        (Self(rounds), merged)
    }

    /// Leaves out samples of which this is true.
    pub(super) fn leave_out(&mut self, mut is_out: impl FnMut(&Point) -> bool) {
        self.0.iter_mut().for_each(|round| round.retain(|point| !is_out(point)));
        self.0.retain(|round| !round.is_empty());
    }

    /// What goes into requests of so many samples at most: rounds or parts of them, in order.
    pub(super) fn requests(&self, samples: usize) -> Vec<Vec<&[Point]>> {
        let mut requests: Vec<Vec<&[Point]>> = Vec::new();
        let mut room = 0;
        for mut round in self.0.iter().map(Vec::as_slice) {
            while !round.is_empty() {
                if room == 0 {
                    requests.push(Vec::new());
                    room = samples;
                }
                let (part, rest) = round.split_at(room.min(round.len()));
                requests.last_mut().into_iter().for_each(|request| request.push(part));
                (round, room) = (rest, room - part.len());
            }
        }
        requests
    }
}

/// The message of a request: each series once, with its samples in the order of time.
pub(super) fn message(parts: &[&[Point]]) -> WriteRequest {
    let mut series: Vec<TimeSeries> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for point in parts.iter().copied().flatten() {
        let place = *places.entry(point.series).or_insert(series.len());
        if place == series.len() {
            series.push(TimeSeries { labels: point.labels.to_vec(), samples: Vec::new() });
        }
        series[place].samples.push(Sample { value: point.value, at: point.at });
    }
    WriteRequest { series }
}

/// Its labels, sorted, with its name and the default ones; and how many tags were merged.
fn labels(element: &MElement, defaults: &Tags) -> Result<(Arc<[Label]>, usize), String> {
    let series = PrometheusSeries::new(element)?;
    let label = |name: &str, value: &str| Label { name: name.to_owned(), value: value.to_owned() };
    let mut labels = vec![label("__name__", &series.name)];
    labels.extend(series.labels.iter().map(|(name, value)| label(name, value)));
    let given = labels.len();
    for (name, value) in defaults.iter() {
        if labels[..given].iter().all(|other| other.name != name) {
            labels.push(label(name, value));
        }
    }
    labels.sort();
    Ok((labels.into(), series.merged))
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;

    fn element(name: &str, value: f64, tags: Tags, millis: i64) -> MElement {
        MElement::new(name, value, tags, Timestamp::from_millis(millis))
    }

    /// The requests of a batch, each as its samples: labels, value, time and positions.
    fn requests(batch: &[MElement], samples: usize) -> Vec<Vec<String>> {
        let (rounds, _) = Rounds::new(batch, &tags! { "job" => "m" }, &mut Refused::default());
        let show = |point: &Point| {
            let labels: Vec<String> =
                point.labels.iter().map(|label| format!("{}={}", label.name, label.value)).collect();
            format!("{} {} @{} {:?}", labels.join(","), point.value, point.at, point.positions)
        };
        let requests = rounds.requests(samples);
        requests.iter().map(|request| request.iter().copied().flatten().map(show).collect()).collect()
    }

    #[test]
    fn labels_are_sorted_with_the_name_among_them() {
        let batch =
            [element("a.b", 1.0, tags! { "x" => 1, "A" => 2 }, 5), element("c", 2.0, tags! { "job" => "n" }, 5)];
        assert_eq!(requests(&batch, 9), [["A=2,__name__=a_b,job=m,x=1 1 @5 [0]", "__name__=c,job=n 2 @5 [1]"]]);
    }

    #[test]
    fn a_request_has_each_series_in_the_order_of_time() {
        let at = |name, value, millis| element(name, value, tags! {}, millis);
        let batch = [at("a", 2.0, 20), at("b", 1.0, 10), at("a", 1.0, 10), at("a", 3.0, 20), at("c", 1.0, 10)];
        let [a, b, c, again] = [
            "__name__=a,job=m 1 @10 [2]",
            "__name__=b,job=m 1 @10 [1]",
            "__name__=c,job=m 1 @10 [4]",
            "__name__=a,job=m 3 @20 [0, 3]",
        ];
        assert_eq!(requests(&batch, 9), [vec![a, b, c, again]]);
        assert_eq!(requests(&batch, 2), [[a, b], [c, again]]);
        assert_eq!(requests(&batch, 3), [vec![a, b, c], vec![again]]);

        let (rounds, _) = Rounds::new(&batch, &Tags::NONE, &mut Refused::default());
        let series = message(&rounds.requests(9)[0]).series;
        let samples =
            |series: &TimeSeries| series.samples.iter().map(|sample| (sample.at, sample.value)).collect::<Vec<_>>();
        let samples: Vec<_> = series.iter().map(samples).collect();
        assert_eq!(samples, [vec![(10, 1.0), (20, 3.0)], vec![(10, 1.0)], vec![(10, 1.0)]]);
    }

    #[test]
    fn what_becomes_one_is_counted() {
        let batch = [
            element("a.b", 1.0, tags! { "x.y" => 1, "x-y" => 2 }, 5),
            element("a-b", 2.0, tags! { "x_y" => 1 }, 5),
            element("long", 3.0, tags! { "a" => "x".repeat(9000) }, 5),
        ];
        let mut refused = Refused::default();
        let (_, merged) = Rounds::new(&batch, &Tags::NONE, &mut refused);
        assert_eq!(merged, Merged { tags: 1, name: "a.b".into(), elements: 1 });
        assert_eq!(refused.into_result(3).unwrap_err().positions(), Some(&[2][..]));
    }

    #[test]
    fn times_are_rounded_down() {
        let (rounds, _) = Rounds::new(
            &[MElement::new("a", f64::NAN, tags! {}, Timestamp::from_nanos(-1))],
            &Tags::NONE,
            &mut Refused::default(),
        );
        let message = message(&rounds.requests(1)[0]);
        let sample = message.series[0].samples[0];
        assert_eq!((sample.at, sample.value.to_bits()), (-1, f64::NAN.to_bits()));
    }
}
