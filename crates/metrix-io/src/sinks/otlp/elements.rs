//! [`Parts`] and [`message`]: elements as OTLP has them.

use std::collections::HashMap;

use metrix::{MElement, Tags, Timestamp};

use super::shape::{Shape, Shapes};
use crate::otlp::DELTA;
use crate::otlp::wire::Writer;
use crate::sinks::refused::Refused;

/// A name and tags of more bytes are refused.
const LONGEST: usize = 64 << 10;

/// A message has about so many bytes at most: half of what gRPC's servers take.
const LARGEST: usize = 2 << 20;

/// What a point takes beside its name and tags, and a tag beside its texts; at most.
const POINT: usize = 64;
const TAG: usize = 16;

/// The elements of a batch that can be sent, by their positions, in parts of one request each.
#[derive(Debug, Default)]
pub(super) struct Parts(pub(super) Vec<Vec<usize>>);

impl Parts {
    /// Of so many elements each, at most.
    pub(super) fn new(batch: &[MElement], shapes: &Shapes, most: usize, refused: &mut Refused) -> Self {
        let (mut parts, mut bytes) = (Vec::new(), 0);
        for (position, element) in batch.iter().enumerate() {
            if let Err(reason) = check(element, shapes) {
                refused.add(position, &element.name, reason);
                continue;
            }
            let size = POINT + text_len(element) + TAG * element.tags.len();
            bytes += size;
            match parts.last_mut() {
                Some(part) if Vec::len(part) < most && bytes <= LARGEST => part.push(position),
                _ => {
                    parts.push(vec![position]);
                    bytes = size;
                }
            }
        }
        Self(parts)
    }
}

fn text_len(element: &MElement) -> usize {
    element.name.len() + element.tags.text_len()
}

fn check(element: &MElement, shapes: &Shapes) -> Result<(), String> {
    if element.at < Timestamp::EPOCH {
        return Err("its time is before 1970, which OTLP does not have".to_owned());
    }
    if text_len(element) > LONGEST {
        return Err(format!("its name and tags have more than {LONGEST} bytes"));
    }
    let value = element.value;
    match shapes.of(&element.name) {
        Shape::Counter if value < 0.0 => {
            Err(format!("it is one of the counters, which only grow, and its value is {value}"))
        }
        Shape::Counter | Shape::Sum if !value.is_finite() => Err(format!("it is a sum, and its value is {value}")),
        Shape::Counter | Shape::Sum | Shape::Gauge => Ok(()),
    }
}

/// What a message tells beside its elements.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) resource: &'a Tags,
    pub(super) shapes: &'a Shapes,
}

/// The elements at these positions, as an `ExportMetricsServiceRequest`; and how many tags were merged.
pub(super) fn message(batch: &[MElement], positions: &[usize], frame: &Frame<'_>) -> (Vec<u8>, u64) {
    // In the order of their first elements.
    let (mut metrics, mut places) = (Vec::<(&str, Vec<&MElement>)>::new(), HashMap::new());
    for element in positions.iter().map(|position| &batch[*position]) {
        let place = *places.entry(&*element.name).or_insert(metrics.len());
        if place == metrics.len() {
            metrics.push((&element.name, Vec::new()));
        }
        metrics[place].1.push(element);
    }
    let (mut writer, mut merged) = (Writer::default(), 0);
    writer.nested(1, |writer| {
        writer.nested(1, |resource| _ = write_tags(resource, 1, frame.resource));
        writer.nested(2, |writer| {
            writer.nested(1, |scope| {
                scope.bytes(1, b"metrix");
                scope.bytes(2, env!("CARGO_PKG_VERSION").as_bytes());
            });
            for (name, elements) in &metrics {
                writer.nested(2, |metric| merged += write_metric(metric, name, frame.shapes.of(name), elements));
            }
        });
    });
    (writer.finish(), merged)
}

fn write_metric(metric: &mut Writer, name: &str, shape: Shape, elements: &[&MElement]) -> u64 {
    metric.bytes(1, or_underscore(name));
    let data = match shape {
        Shape::Gauge => 5,
        Shape::Sum | Shape::Counter => 7,
    };
    metric.nested(data, |data| {
        let mut merged = 0;
        for element in elements {
            data.nested(1, |point| {
                merged += write_tags(point, 7, &element.tags);
                if let Some(start) = element.start {
                    point.fixed64(2, nanos(start));
                }
                point.fixed64(3, nanos(element.at));
                point.fixed64(4, element.value.to_bits());
            });
        }
        if shape != Shape::Gauge {
            data.varint(2, DELTA);
            data.varint(3, u64::from(shape == Shape::Counter));
        }
        merged
    })
}

/// Tags as attributes; tells how many of them were left out.
fn write_tags(writer: &mut Writer, number: u32, tags: &Tags) -> u64 {
    let mut merged = 0;
    for (name, value) in tags.iter() {
        if name.is_empty() && tags.get("_").is_some() {
            merged += 1;
            continue;
        }
        writer.nested(number, |attribute| {
            attribute.bytes(1, or_underscore(name));
            attribute.nested(2, |any| any.bytes(1, value.as_bytes()));
        });
    }
    merged
}

/// OpenTelemetry has no empty names.
fn or_underscore(name: &str) -> &[u8] {
    if name.is_empty() { b"_" } else { name.as_bytes() }
}

/// What is before 1970 is not known, which is 0.
fn nanos(at: Timestamp) -> u64 {
    u64::try_from(at.as_nanos()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use metrix::tags;
    use serde_json::{Value, json};

    use super::*;
    use crate::otlp::check::check;
    use crate::otlp::schema::REQUEST;
    use crate::otlp::to_json::to_json;

    fn element(name: &str, value: f64, tags: Tags) -> MElement {
        MElement::new(name, value, tags, Timestamp::from_secs(60)).since(Timestamp::from_secs(50))
    }

    fn sent(batch: &[MElement]) -> (Value, u64) {
        let mut refused = Refused::default();
        let parts = Parts::new(batch, &Shapes::default(), 100, &mut refused).0;
        refused.into_result(batch.len()).unwrap();
        let frame = Frame { resource: &tags! { "service.name" => "shop" }, shapes: &Shapes::default() };
        let (bytes, merged) = message(batch, &parts[0], &frame);
        assert_eq!(check(&REQUEST, &bytes), Ok(()));
        (serde_json::from_slice(&to_json(&REQUEST, &bytes)).unwrap(), merged)
    }

    #[test]
    fn what_is_of_one_name_is_one_metric() {
        let batch = [
            element("a.count", 3.0, tags! { "k" => "v", "" => "w" }),
            element("b.mean", -0.5, tags! {}),
            element("a.count", 4.0, tags! { "" => "x", "_" => "y" }),
            MElement::new("c.sum", -1.0, tags! {}, Timestamp::EPOCH),
            element("", f64::INFINITY, tags! {}),
        ];
        let attribute = |name: &str, value: &str| json!({"key": name, "value": {"stringValue": value}});
        let times = |value: Value| {
            let mut point = json!({"startTimeUnixNano": "50000000000", "timeUnixNano": "60000000000"});
            point.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
            point
        };
        let (found, merged) = sent(&batch);
        let found = &found["resourceMetrics"][0];
        assert_eq!(found["resource"]["attributes"], json!([attribute("service.name", "shop")]));
        assert_eq!(found["scopeMetrics"][0]["scope"]["name"], "metrix");
        let a = [
            times(json!({"asDouble": 3.0, "attributes": [attribute("_", "w"), attribute("k", "v")]})),
            times(json!({"asDouble": 4.0, "attributes": [attribute("_", "y")]})),
        ];
        let c = json!({"timeUnixNano": "0", "asDouble": -1.0});
        let expected = json!([
            {"name": "a.count", "sum": {"dataPoints": a, "aggregationTemporality": 1, "isMonotonic": true}},
            {"name": "b.mean", "gauge": {"dataPoints": [times(json!({"asDouble": -0.5}))]}},
            {"name": "c.sum", "sum": {"dataPoints": [c], "aggregationTemporality": 1, "isMonotonic": false}},
            {"name": "_", "gauge": {"dataPoints": [times(json!({"asDouble": "Infinity"}))]}},
        ]);
        assert_eq!((&found["scopeMetrics"][0]["metrics"], merged), (&expected, 1));
    }

    #[test]
    fn what_has_no_form_is_refused() {
        let batch = [
            element("a.count", -1.0, tags! {}),
            element("a.count", f64::NAN, tags! {}),
            element("a.sum", f64::INFINITY, tags! {}),
            MElement::new("a", 1.0, tags! {}, Timestamp::from_nanos(-1)),
            element("a", 1.0, tags! { "a" => "x".repeat(LONGEST) }),
            element("a", 1.0, tags! { "a" => "x".repeat(LONGEST - 2) }),
        ];
        let mut refused = Refused::default();
        let parts = Parts::new(&batch, &Shapes::default(), 100, &mut refused).0;
        assert_eq!(parts, [[5]]);
        assert_eq!(refused.into_result(6).unwrap_err().positions(), Some(&[0, 1, 2, 3, 4][..]));
    }

    #[test]
    fn a_part_has_no_more_than_it_may() {
        let batch = vec![element("a", 1.0, tags! { "k" => "x".repeat(60_000) }); 100];
        let lengths = |most| -> Vec<usize> {
            let parts = Parts::new(&batch, &Shapes::default(), most, &mut Refused::default()).0;
            let frame = Frame { resource: &Tags::NONE, shapes: &Shapes::default() };
            for part in &parts {
                assert!(message(&batch, part, &frame).0.len() <= LARGEST);
            }
            assert_eq!(parts.concat(), (0..100).collect::<Vec<_>>());
            parts.iter().map(Vec::len).collect()
        };
        assert_eq!(lengths(30), [30, 30, 30, 10]);
        assert_eq!(lengths(1000), [34, 34, 32]);
    }
}
