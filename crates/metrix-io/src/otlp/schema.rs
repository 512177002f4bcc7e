//! [`Message`]: the messages of OTLP that there are, as a table.
//!
//! What is read, written as JSON and read as JSON goes by it. What has no row is left out, as fields of later versions are:
//! exemplars, metadata and references to entities are of no use here.

/// A message: its fields.
#[derive(Debug)]
pub(crate) struct Message(pub(crate) &'static [Field]);

/// A field of a message.
#[derive(Debug)]
pub(crate) struct Field {
    /// As JSON has it.
    pub(crate) name: &'static str,
    /// As the wire has it.
    pub(crate) number: u32,
    pub(crate) kind: Kind,
    /// Whether there may be several; numbers are packed then.
    pub(crate) is_repeated: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Bytes,
    Bool,
    Double,
    /// As 8 bytes.
    Fixed64,
    /// The same with a sign.
    SFixed64,
    Uint64,
    Int64,
    /// Of 32 bits, or the number of one of several names.
    Uint32,
    Int32,
    /// Of 32 bits, with its sign in the lowest bit.
    Sint32,
    Message(&'static Message),
}

impl Message {
    pub(crate) fn field(&self, number: u32) -> Option<&'static Field> {
        self.0.iter().find(|field| field.number == number)
    }

    pub(crate) fn called(&self, name: &str) -> Option<&'static Field> {
        self.0.iter().find(|field| field.name == name)
    }
}

const fn one(name: &'static str, number: u32, kind: Kind) -> Field {
    Field { name, number, kind, is_repeated: false }
}

const fn many(name: &'static str, number: u32, kind: Kind) -> Field {
    Field { name, number, kind, is_repeated: true }
}

const fn message(name: &'static str, number: u32, message: &'static Message) -> Field {
    one(name, number, Kind::Message(message))
}

const fn messages(name: &'static str, number: u32, message: &'static Message) -> Field {
    many(name, number, Kind::Message(message))
}

/// An `ExportMetricsServiceRequest`.
pub(crate) static REQUEST: Message = Message(&[messages("resourceMetrics", 1, &RESOURCE_METRICS)]);

static RESOURCE_METRICS: Message = Message(&[
    message("resource", 1, &RESOURCE),
    messages("scopeMetrics", 2, &SCOPE_METRICS),
    one("schemaUrl", 3, Kind::Text),
]);

static RESOURCE: Message =
    Message(&[messages("attributes", 1, &KEY_VALUE), one("droppedAttributesCount", 2, Kind::Uint32)]);

static SCOPE_METRICS: Message =
    Message(&[message("scope", 1, &SCOPE), messages("metrics", 2, &METRIC), one("schemaUrl", 3, Kind::Text)]);

static SCOPE: Message = Message(&[
    one("name", 1, Kind::Text),
    one("version", 2, Kind::Text),
    messages("attributes", 3, &KEY_VALUE),
    one("droppedAttributesCount", 4, Kind::Uint32),
]);

static METRIC: Message = Message(&[
    one("name", 1, Kind::Text),
    one("description", 2, Kind::Text),
    one("unit", 3, Kind::Text),
    message("gauge", 5, &GAUGE),
    message("sum", 7, &SUM),
    message("histogram", 9, &HISTOGRAM),
    message("exponentialHistogram", 10, &EXPONENTIAL_HISTOGRAM),
    message("summary", 11, &SUMMARY),
]);

static GAUGE: Message = Message(&[messages("dataPoints", 1, &NUMBER_POINT)]);

static SUM: Message = Message(&[
    messages("dataPoints", 1, &NUMBER_POINT),
    one("aggregationTemporality", 2, Kind::Int32),
    one("isMonotonic", 3, Kind::Bool),
]);

static HISTOGRAM: Message =
    Message(&[messages("dataPoints", 1, &HISTOGRAM_POINT), one("aggregationTemporality", 2, Kind::Int32)]);

static EXPONENTIAL_HISTOGRAM: Message =
    Message(&[messages("dataPoints", 1, &EXPONENTIAL_POINT), one("aggregationTemporality", 2, Kind::Int32)]);

static SUMMARY: Message = Message(&[messages("dataPoints", 1, &SUMMARY_POINT)]);

static NUMBER_POINT: Message = Message(&[
    messages("attributes", 7, &KEY_VALUE),
    one("startTimeUnixNano", 2, Kind::Fixed64),
    one("timeUnixNano", 3, Kind::Fixed64),
    one("asDouble", 4, Kind::Double),
    one("asInt", 6, Kind::SFixed64),
    one("flags", 8, Kind::Uint32),
]);

static HISTOGRAM_POINT: Message = Message(&[
    messages("attributes", 9, &KEY_VALUE),
    one("startTimeUnixNano", 2, Kind::Fixed64),
    one("timeUnixNano", 3, Kind::Fixed64),
    one("count", 4, Kind::Fixed64),
    one("sum", 5, Kind::Double),
    many("bucketCounts", 6, Kind::Fixed64),
    many("explicitBounds", 7, Kind::Double),
    one("flags", 10, Kind::Uint32),
    one("min", 11, Kind::Double),
    one("max", 12, Kind::Double),
]);

static EXPONENTIAL_POINT: Message = Message(&[
    messages("attributes", 1, &KEY_VALUE),
    one("startTimeUnixNano", 2, Kind::Fixed64),
    one("timeUnixNano", 3, Kind::Fixed64),
    one("count", 4, Kind::Fixed64),
    one("sum", 5, Kind::Double),
    one("scale", 6, Kind::Sint32),
    one("zeroCount", 7, Kind::Fixed64),
    message("positive", 8, &BUCKETS),
    message("negative", 9, &BUCKETS),
    one("flags", 10, Kind::Uint32),
    one("min", 12, Kind::Double),
    one("max", 13, Kind::Double),
    one("zeroThreshold", 14, Kind::Double),
]);

static BUCKETS: Message = Message(&[one("offset", 1, Kind::Sint32), many("bucketCounts", 2, Kind::Uint64)]);

static SUMMARY_POINT: Message = Message(&[
    messages("attributes", 7, &KEY_VALUE),
    one("startTimeUnixNano", 2, Kind::Fixed64),
    one("timeUnixNano", 3, Kind::Fixed64),
    one("count", 4, Kind::Fixed64),
    one("sum", 5, Kind::Double),
    messages("quantileValues", 6, &QUANTILE),
    one("flags", 8, Kind::Uint32),
]);

static QUANTILE: Message = Message(&[one("quantile", 1, Kind::Double), one("value", 2, Kind::Double)]);

static KEY_VALUE: Message = Message(&[one("key", 1, Kind::Text), message("value", 2, &ANY_VALUE)]);

static ANY_VALUE: Message = Message(&[
    one("stringValue", 1, Kind::Text),
    one("boolValue", 2, Kind::Bool),
    one("intValue", 3, Kind::Int64),
    one("doubleValue", 4, Kind::Double),
    message("arrayValue", 5, &ARRAY),
    message("kvlistValue", 6, &KEY_VALUES),
    one("bytesValue", 7, Kind::Bytes),
]);

static ARRAY: Message = Message(&[messages("values", 1, &ANY_VALUE)]);

static KEY_VALUES: Message = Message(&[messages("values", 1, &KEY_VALUE)]);

/// An `ExportMetricsServiceResponse`.
pub(crate) static RESPONSE: Message = Message(&[message("partialSuccess", 1, &PARTIAL_SUCCESS)]);

static PARTIAL_SUCCESS: Message =
    Message(&[one("rejectedDataPoints", 1, Kind::Int64), one("errorMessage", 2, Kind::Text)]);

/// A `google.rpc.Status`, whose details are seen by gRPC alone.
pub(crate) static STATUS: Message = Message(&[one("code", 1, Kind::Int32), one("message", 2, Kind::Text)]);
