//! The messages of remote-write 1.0, as far as they are sent.

use prost::Message;

/// What a request has, packed by snappy.
#[derive(Clone, PartialEq, Message)]
pub(super) struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) series: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TimeSeries {
    /// Sorted by their names.
    #[prost(message, repeated, tag = "1")]
    pub(super) labels: Vec<Label>,
    /// Sorted by their times.
    #[prost(message, repeated, tag = "2")]
    pub(super) samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Message)]
pub(super) struct Label {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Sample {
    #[prost(double, tag = "1")]
    pub(super) value: f64,
    /// In milliseconds.
    #[prost(int64, tag = "2")]
    pub(super) at: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_those_of_the_protocol() {
        let label = |name: &str, value: &str| Label { name: name.into(), value: value.into() };
        let series =
            TimeSeries { labels: vec![label("__name__", "up")], samples: vec![Sample { value: 1.0, at: 1000 }] };
        // By the wire format of protobuf: a field's number and type, a length, and what it has.
        let name = b"\x0a\x0e\x0a\x08__name__\x12\x02up";
        let sample = b"\x12\x0c\x09\x00\x00\x00\x00\x00\x00\xf0\x3f\x10\xe8\x07";
        let expected = [&b"\x0a\x1e"[..], name, sample].concat();
        assert_eq!(WriteRequest { series: vec![series] }.encode_to_vec(), expected);
    }
}
