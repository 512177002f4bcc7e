//! [`Untils`]: up to where windows are settled, as a text that is kept with a position.

use std::collections::BTreeMap;

use metrix::Timestamp;

/// By the names of streams: a JSON object of times since the epoch and the streams that have come to them, such as
/// `{"1431857100":["requests"]}`. Times are in seconds, or in nanoseconds as in `1500000000n` where they must be. It is short, as Kafka keeps
/// no more than 4096 bytes of it.
pub(super) struct Untils<'a>(pub(super) BTreeMap<&'a str, Timestamp>);

const SECOND: i64 = 1_000_000_000;

impl Untils<'_> {
    pub(super) fn to_text(&self) -> String {
        let mut by_time: BTreeMap<Timestamp, Vec<serde_json::Value>> = BTreeMap::new();
        for (stream, until) in &self.0 {
            by_time.entry(*until).or_default().push((*stream).into());
        }
        let times = by_time.into_iter().map(|(until, streams)| (to_key(until), streams.into()));
        serde_json::Value::Object(times.collect()).to_string()
    }
}

fn to_key(until: Timestamp) -> String {
    let nanos = until.as_nanos();
    if nanos % SECOND == 0 { (nanos / SECOND).to_string() } else { format!("{nanos}n") }
}

fn of_key(key: &str) -> Option<Timestamp> {
    let nanos = match key.strip_suffix('n') {
        Some(nanos) => nanos.parse().ok()?,
        None => key.parse::<i64>().ok()?.checked_mul(SECOND)?,
    };
    Some(Timestamp::from_nanos(nanos))
}

/// Reads such a text; an empty one says nothing. The error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Timestamp>, String> {
    if text.is_empty() {
        return Ok(BTreeMap::new());
    }
    let times: BTreeMap<String, Vec<String>> =
        serde_json::from_str(text).map_err(|error| format!("it is no JSON object of times: {error}"))?;
    let mut untils = BTreeMap::new();
    for (key, streams) in times {
        let until = of_key(&key).ok_or_else(|| format!("{key:?} is no time since the epoch"))?;
        untils.extend(streams.into_iter().map(|stream| (stream, until)));
    }
    Ok(untils)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::longest_text;

    #[test]
    fn what_is_written_is_read() {
        let odd = "a \"quoted\"\n*";
        let times = [("requests", 1_431_857_103_000_000_000), (odd, 1), ("last", i64::MAX - 1), ("first", i64::MIN)];
        let times = times.map(|(name, nanos)| (name, Timestamp::from_nanos(nanos)));
        let text = Untils(times.into()).to_text();
        assert!(text.contains(r#""1431857103":["requests"]"#), "{text}");
        assert_eq!(parse(&text), Ok(times.map(|(name, time)| (name.to_owned(), time)).into()));
        assert_eq!(parse(""), Ok(BTreeMap::new()));
        assert_eq!(Untils(BTreeMap::new()).to_text(), "{}");
    }

    #[test]
    fn three_hundred_streams_fit_into_what_kafka_keeps() {
        let names: Vec<String> = (0..300).map(|place| format!("stream-{place:03}")).collect();
        let until = |place: usize| Timestamp::from_secs(1_431_857_100 + 60 * (place as i64 % 3));
        let untils = names.iter().enumerate().map(|(place, name)| (&**name, until(place))).collect();
        let text = Untils(untils).to_text();
        assert!(text.len() <= 4096, "{}", text.len());
    }

    #[test]
    fn the_longest_text_is_as_the_configuration_has_it() {
        let names = ["a", "b \"é\"", "c"];
        for (every, of) in
            [(10_000, Timestamp::from_secs(1_431_857_100)), (1500, Timestamp::from_millis(1_431_857_100_500))]
        {
            let until = |place: usize| Timestamp::from_nanos(of.as_nanos() + place as i64 * SECOND);
            let untils = names.iter().enumerate().map(|(place, name)| (*name, until(place))).collect();
            let longest = longest_text(names.iter().map(|name| (*name, Duration::from_millis(every))));
            assert_eq!(Untils(untils).to_text().len(), longest);
        }
    }

    #[test]
    fn another_text_is_refused() {
        for (text, expected) in [
            ("offset 12", "it is no JSON object of times: expected value at line 1 column 1"),
            ("[]", "it is no JSON object of times: invalid type: sequence, expected a map at line 1 column 0"),
            (r#"{"noon":["a"]}"#, "\"noon\" is no time since the epoch"),
            (r#"{"9223372036854775807":["a"]}"#, "is no time since the epoch"),
            (r#"{"1":"a"}"#, "invalid type: string"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
