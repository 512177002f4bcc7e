//! [`Row`]: an element as it is read back from text.

use metrix::{MElement, Tags};
use serde_json::Value;

/// An element with its times as text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    name: String,
    value: f64,
    tags: Tags,
    at: String,
    start: Option<String>,
}

impl Row {
    pub(crate) fn of(element: &MElement) -> Self {
        Self {
            name: (*element.name).into(),
            value: element.value,
            tags: element.tags.clone(),
            at: element.at.to_string(),
            start: element.start.map(|start| start.to_string()),
        }
    }

    /// The same without times.
    pub(crate) fn timeless(element: &MElement) -> Self {
        Self { at: String::new(), start: None, ..Self::of(element) }
    }

    /// What stands in JSON lines, each of which must end.
    pub(crate) fn from_json(text: &str) -> Vec<Self> {
        assert!(text.is_empty() || text.ends_with('\n'), "the last line is torn: {text:?}");
        text.lines().map(Self::from_json_line).collect()
    }

    fn from_json_line(line: &str) -> Self {
        let read: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:.200}"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let tags = read["tags"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), text(value)));
        assert_eq!(read.get("start").is_some(), read.get("end").is_some_and(|end| *end == read["at"]), "{line:.200}");
        Self {
            name: text(&read["name"]),
            value: read["value"].as_f64().unwrap(),
            tags: tags.collect(),
            at: text(&read["at"]),
            start: read.get("start").map(text),
        }
    }

    /// What stands in a CSV file, whose header must be there if anything is.
    pub(crate) fn from_csv(text: &str) -> Vec<Self> {
        assert!(text.is_empty() || text.ends_with("\r\n"), "the last record is torn: {text:?}");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert!(text.is_empty() || reader.headers().unwrap() == ["name", "value", "at", "start", "tags"].as_slice());
        reader.records().map(|record| Self::from_record(&record.unwrap())).collect()
    }

    fn from_record(record: &csv::StringRecord) -> Self {
        Self {
            name: record[0].into(),
            value: record[1].parse().unwrap(),
            tags: tags_of(&record[4]),
            at: record[2].into(),
            start: Some(&record[3]).filter(|start| !start.is_empty()).map(Into::into),
        }
    }

    /// What stands in printed lines, each of which must end.
    pub(crate) fn from_printed(text: &str) -> Vec<Self> {
        assert!(text.is_empty() || text.ends_with('\n'), "the last line is torn: {text:?}");
        text.lines().map(Self::from_printed_line).collect()
    }

    pub(crate) fn from_printed_line(line: &str) -> Self {
        let mut rest = line.strip_prefix("MElement(name=").unwrap_or_else(|| panic!("no element: {line:.200}"));
        let name = literal(&mut rest);
        let (value, mut rest) = rest.strip_prefix(", value=").unwrap().split_once(", tags=").unwrap();
        let mut tags = Vec::new();
        if rest != "None)" {
            while rest != "})" {
                rest = rest.strip_prefix(if tags.is_empty() { "{" } else { ", " }).unwrap();
                let name = literal(&mut rest);
                rest = rest.strip_prefix(": ").unwrap();
                tags.push((name, literal(&mut rest)));
            }
        }
        Self { name, value: value.parse().unwrap(), tags: tags.into(), at: String::new(), start: None }
    }
}

/// `name=value;name=value`, as the docs of the CSV sink say it is to be read.
fn tags_of(text: &str) -> Tags {
    let mut pairs: Vec<[String; 2]> = Vec::new();
    let (mut chars, mut side) = (text.chars(), 0);
    if !text.is_empty() {
        pairs.push(Default::default());
    }
    while let Some(c) = chars.next() {
        match c {
            '=' => side = 1,
            ';' => {
                side = 0;
                pairs.push(Default::default());
            }
            c => {
                let c = if c == '\\' { chars.next().unwrap() } else { c };
                pairs.last_mut().unwrap()[side].push(c);
            }
        }
    }
    pairs.into_iter().map(|[name, value]| (name, value)).collect()
}

/// Takes a literal of Python from the front of a text.
fn literal(rest: &mut &str) -> String {
    let mut chars = rest.chars();
    let quote = chars.next().unwrap();
    assert!(matches!(quote, '\'' | '"'), "{rest:.200}");
    let mut text = String::new();
    loop {
        match chars.next().unwrap() {
            '\\' => {
                let code = |chars: &mut std::str::Chars<'_>, digits| {
                    let digits: String = chars.take(digits).collect();
                    char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
                };
                text.push(match chars.next().unwrap() {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' => code(&mut chars, 2),
                    'u' => code(&mut chars, 4),
                    'U' => code(&mut chars, 8),
                    c @ ('\\' | '\'' | '"') => c,
                    c => panic!("Python has no \\{c}"),
                });
            }
            c if c == quote => break,
            c => text.push(c),
        }
    }
    *rest = chars.as_str();
    text
}
