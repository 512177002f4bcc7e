//! [`Untils`]: up to where windows are settled, as a text that is kept with a position.

use std::collections::BTreeMap;

use metrix::Timestamp;
use metrix_io::sources::TimeFormat;

/// By the names of streams: a JSON object such as `{"requests":"2015-05-17T10:05:00Z"}`.
pub(super) struct Untils<'a>(pub(super) BTreeMap<&'a str, Timestamp>);

impl Untils<'_> {
    pub(super) fn to_text(&self) -> String {
        let times = self.0.iter().map(|(stream, until)| ((*stream).to_owned(), until.to_string().into()));
        serde_json::Value::Object(times.collect()).to_string()
    }
}

/// Reads such a text; an empty one says nothing. The error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Timestamp>, String> {
    if text.is_empty() {
        return Ok(BTreeMap::new());
    }
    let times: BTreeMap<String, String> =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON object of times: {error}"))?;
    let time = |(stream, time): (String, String)| {
        let time = TimeFormat::Rfc3339.parse(&time).map_err(|error| error.to_string())?;
        Ok((stream, time))
    };
    times.into_iter().map(time).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let odd = "a \"quoted\"\n*";
        let times = [("requests", 1_431_857_103_000_000_000), (odd, 1), ("last", i64::MAX - 1), ("first", i64::MIN)];
        let times = times.map(|(name, nanos)| (name, Timestamp::from_nanos(nanos)));
        let text = Untils(times.into()).to_text();
        assert!(text.contains(r#""requests":"2015-05-17T10:05:03Z""#), "{text}");
        assert_eq!(parse(&text), Ok(times.map(|(name, time)| (name.to_owned(), time)).into()));
        assert_eq!(parse(""), Ok(BTreeMap::new()));
        assert_eq!(Untils(BTreeMap::new()).to_text(), "{}");
    }

    #[test]
    fn another_text_is_refused() {
        for (text, expected) in [
            ("offset 12", "it is no JSON object of times: expected value at line 1 column 1"),
            ("[]", "it is no JSON object of times: invalid type: sequence, expected a map at line 1 column 0"),
            (r#"{"a":"noon"}"#, "noon"),
            (r#"{"a":1}"#, "invalid type: integer"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
