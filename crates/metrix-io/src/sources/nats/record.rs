//! [`Record`]: what is stored of what is settled.

use serde_json::{Value, json};

/// What is stored of what is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// When the stream and the consumer were made: with others of these names the sequences begin anew.
    pub(super) stream: String,
    pub(super) consumer: String,
    /// All before it were handed out.
    pub(super) next: u64,
    /// But these are not settled, from and to.
    pub(super) held: Vec<(u64, u64)>,
    /// Of the one who reads.
    pub(super) note: String,
}

impl Record {
    pub(super) fn write(&self) -> Vec<u8> {
        let Self { stream, consumer, next, held, note } = self;
        json!({ "stream": stream, "consumer": consumer, "next": next, "held": held, "note": note })
            .to_string()
            .into_bytes()
    }

    /// `None` if it is none of ours.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let word = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let range = |range: &Value| Some((range.get(0)?.as_u64()?, range.get(1)?.as_u64()?));
        let next = value.get("next")?.as_u64()?;
        let held: Vec<(u64, u64)> = value.get("held")?.as_array()?.iter().map(range).collect::<Option<_>>()?;
        // Ours are in order, and before the next. By any others messages could be taken for settled that are not.
        let end = held.iter().try_fold(0, |from, &(first, last)| {
            (from <= first && first <= last).then(|| last.checked_add(1)).flatten()
        });
        end.filter(|end| *end <= next)?;
        Some(Self { stream: word("stream")?, consumer: word("consumer")?, next, held, note: word("note")? })
    }

    /// The same, with what the process before had settled of what has not been passed yet.
    pub(super) fn after(mut self, before: Option<&Self>) -> Self {
        if let Some(before) = before.filter(|before| before.next > self.next) {
            let rest = before.held.iter().filter(|(_, last)| *last >= self.next);
            self.held.extend(rest.map(|&(first, last)| (first.max(self.next), last)));
            self.next = before.next;
        }
        self
    }

    pub(super) fn has_settled(&self, sequence: u64) -> bool {
        let place = self.held.partition_point(|&(_, last)| last < sequence);
        let is_held = self.held.get(place).is_some_and(|&(first, _)| first <= sequence);
        sequence < self.next && !is_held
    }
}

/// The key of a consumer in the bucket. Names may have characters that keys haven't.
pub(super) fn key(stream: &str, consumer: &str) -> String {
    let escape = |name: &str| {
        let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let byte = |byte: u8| if is_of_key(byte) { char::from(byte).to_string() } else { format!("={byte:02x}") };
        name.bytes().map(byte).collect::<String>()
    };
    format!("{}.{}", escape(stream), escape(consumer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_it_has_written() {
        let (stream, consumer) = ("1".to_owned(), "2".to_owned());
        let record = Record { stream, consumer, next: 20, held: vec![(3, 5), (9, 9)], note: "{\"a\": 1}\n".to_owned() };
        assert_eq!(Record::read(&record.write()), Some(record.clone()));
        let settled: Vec<u64> = (0..25).filter(|&sequence| record.has_settled(sequence)).collect();
        let expected: Vec<u64> = (0..20).filter(|sequence| ![3, 4, 5, 9].contains(sequence)).collect();
        assert_eq!(settled, expected);
    }

    #[test]
    fn what_was_settled_before_stays_so() {
        let record = |next, held| {
            let (stream, consumer, note) = ("1".to_owned(), "2".to_owned(), String::new());
            Record { stream, consumer, next, held, note }
        };
        let before = record(20, vec![(3, 5), (9, 9)]);
        let after = |next, held| record(next, held).after(Some(&before));
        assert_eq!(after(4, vec![(3, 3)]), record(20, vec![(3, 3), (4, 5), (9, 9)]));
        assert_eq!(after(12, vec![]), record(20, vec![]));
        assert_eq!(after(21, vec![(20, 20)]), record(21, vec![(20, 20)]));
    }

    #[test]
    fn what_others_have_written_is_none() {
        for text in [
            "",
            "{}",
            "[]",
            "{\"stream\":1}",
            "{\"stream\":\"\",\"consumer\":\"\",\"next\":1,\"held\":[1],\"note\":\"\"}",
        ] {
            assert_eq!(Record::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn ranges_are_in_order_and_before_the_next() {
        let read = |held: &str| {
            Record::read(format!(r#"{{"stream":"","consumer":"","next":9,"held":{held},"note":""}}"#).as_bytes())
        };
        for held in ["[]", "[[1,8]]", "[[1,1],[2,4],[8,8]]"] {
            assert!(read(held).is_some(), "{held}");
        }
        for held in ["[[2,1]]", "[[5,6],[1,2]]", "[[1,5],[5,6]]", "[[8,9]]", "[[1,18446744073709551615]]"] {
            assert_eq!(read(held), None, "{held}");
        }
    }

    #[test]
    fn keys_are_apart() {
        assert_eq!(key("METRICS", "my-consumer_1"), "METRICS.my-consumer_1");
        assert_eq!(key("a=b", "é"), "a=3db.=c3=a9");
    }
}
