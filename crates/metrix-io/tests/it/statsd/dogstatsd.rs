//! Gauges of DogStatsD, as its own documentation has them.

use std::collections::BTreeMap;

use metrix::MElement;

/// Name, tags and value.
pub(super) type Gauge = (String, BTreeMap<String, String>, f64);

/// The gauge that an element becomes, by the table of the sink's docs.
pub(super) fn gauge(element: &MElement) -> Gauge {
    let replaced = |text: &str, allowed: &dyn Fn(char) -> bool| {
        let text: String = text.chars().map(|char| if allowed(char) { char } else { '_' }).collect();
        if text.is_empty() { "_".to_owned() } else { text }
    };
    let in_name = |char: char| !char.is_control() && !char.is_whitespace() && !":|,{}".contains(char);
    let in_value = |char: char| !char.is_control() && !"|,\u{2028}\u{2029}".contains(char);
    let tag = |(name, value): (&str, &str)| {
        (replaced(name, &|char| in_value(char) && char != ':'), replaced(value, &in_value))
    };
    let name = replaced(&element.name, &in_name);
    let name = if name.starts_with("_sc") { format!("_{name}") } else { name };
    (name, element.tags.iter().map(tag).collect(), element.value)
}

/// The gauges of lines.
pub(super) fn gauges(lines: &[u8]) -> Vec<Gauge> {
    let lines = std::str::from_utf8(lines).expect("it is text").split('\n').filter(|line| !line.is_empty());
    let gauge = |line: &str| {
        let (name, rest) = line.split_once(':').expect("a name");
        let (value, rest) = rest.split_once("|g").expect("a gauge");
        let tags = match rest {
            "" => BTreeMap::new(),
            rest => {
                let tags = rest.strip_prefix("|#").expect("tags").split(',');
                let tags = tags.map(|tag| tag.split_once(':').expect("a tag's value"));
                tags.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            }
        };
        (name.to_owned(), tags, value.parse().expect("a number"))
    };
    lines.map(gauge).collect()
}
