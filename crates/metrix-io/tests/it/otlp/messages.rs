//! The messages, written down once more from the protocol's definition.

use prost::Message;
use serde_json::Value;

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExportRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) resource_metrics: Vec<ResourceMetrics>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ResourceMetrics {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    pub(super) scope_metrics: Vec<ScopeMetrics>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    pub(super) attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ScopeMetrics {
    #[prost(message, repeated, tag = "2")]
    pub(super) metrics: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Metric {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(oneof = "Data", tags = "5, 7")]
    pub(super) data: Option<Data>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Data {
    #[prost(message, tag = "5")]
    Gauge(Numbers),
    #[prost(message, tag = "7")]
    Sum(Numbers),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Numbers {
    #[prost(message, repeated, tag = "1")]
    pub(super) data_points: Vec<Point>,
    #[prost(int32, tag = "2")]
    pub(super) temporality: i32,
    #[prost(bool, tag = "3")]
    pub(super) is_monotonic: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Point {
    #[prost(message, repeated, tag = "7")]
    pub(super) attributes: Vec<KeyValue>,
    #[prost(fixed64, tag = "2")]
    pub(super) start: u64,
    #[prost(fixed64, tag = "3")]
    pub(super) time: u64,
    #[prost(double, tag = "4")]
    pub(super) value: f64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(super) key: String,
    #[prost(message, optional, tag = "2")]
    pub(super) value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AnyValue {
    #[prost(string, tag = "1")]
    pub(super) text: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExportResponse {
    #[prost(message, optional, tag = "1")]
    pub(super) partial: Option<Partial>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Partial {
    #[prost(int64, tag = "1")]
    pub(super) rejected: i64,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}

impl ExportRequest {
    /// A message in JSON, as far as it is looked at.
    pub(super) fn of_json(message: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let resource = &message["resourceMetrics"][0];
        let metrics = list(&resource["scopeMetrics"][0]["metrics"])
            .iter()
            .map(|metric| {
                let numbers = |data: &Value| Numbers {
                    data_points: list(&data["dataPoints"])
                        .iter()
                        .map(|point| Point {
                            value: point["asDouble"].as_f64().unwrap(),
                            time: point["timeUnixNano"].as_str().unwrap().parse().unwrap(),
                            ..Point::default()
                        })
                        .collect(),
                    temporality: data["aggregationTemporality"].as_i64().unwrap_or(0) as i32,
                    is_monotonic: data["isMonotonic"].as_bool().unwrap_or(false),
                };
                let data = match metric.get("sum") {
                    Some(sum) => Data::Sum(numbers(sum)),
                    None => Data::Gauge(numbers(&metric["gauge"])),
                };
                Metric { name: metric["name"].as_str().unwrap().to_owned(), data: Some(data) }
            })
            .collect();
        let scope_metrics = vec![ScopeMetrics { metrics }];
        Self { resource_metrics: vec![ResourceMetrics { resource: None, scope_metrics }] }
    }
}

/// All points of a message, in order.
pub(super) fn points(message: &ExportRequest) -> Vec<&Point> {
    let metrics =
        message.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics).flat_map(|scope| &scope.metrics);
    let data = metrics.filter_map(|metric| metric.data.as_ref());
    data.flat_map(|(Data::Gauge(numbers) | Data::Sum(numbers))| &numbers.data_points).collect()
}
