//! What a server should have of elements, by the table of the sink's docs.

use std::collections::BTreeMap;

use metrix::MElement;

use crate::peers::stored::Stored;

fn replaced(text: &str, allowed: impl Fn(char) -> bool) -> String {
    let text: String = text.chars().map(|char| if allowed(char) { char } else { '_' }).collect();
    if text.is_empty() { "_".to_owned() } else { text }
}

/// The name of an element.
fn name(element: &MElement) -> String {
    let allowed = |char: char| char.is_ascii_alphanumeric() || "-_+%:".contains(char);
    let nodes: Vec<String> = element.name.split('.').map(|node| replaced(node, allowed)).collect();
    nodes.join(".")
}

/// The name and the tags of an element.
pub(super) fn path(element: &MElement) -> String {
    let visible = |char: char| ('!'..='~').contains(&char) && !";{}".contains(char);
    let tag = |(name, value): (&str, &str)| {
        let name = if name == "name" { "_name" } else { name };
        let value = if let Some(rest) = value.strip_prefix('~') { format!("_{rest}") } else { value.to_owned() };
        (replaced(name, |char| visible(char) && !"!^=".contains(char)), replaced(&value, visible))
    };
    let tags: BTreeMap<String, String> = element.tags.iter().map(tag).collect();
    tags.iter().fold(name(element), |path, (name, value)| format!("{path};{name}={value}"))
}

/// All values of each name, its tags, and a second.
pub(super) fn tagged(elements: &[MElement]) -> Stored {
    collect(elements, |element| split(&path(element)))
}

/// The same for servers that know no tags.
pub(super) fn named(elements: &[MElement]) -> Stored {
    collect(elements, |element| (name_with_tags(element), BTreeMap::new()))
}

fn collect(elements: &[MElement], path: impl Fn(&MElement) -> (String, BTreeMap<String, String>)) -> Stored {
    let mut stored = Stored::new();
    for element in elements {
        let (name, tags) = path(element);
        let key = (name, tags, element.at.as_nanos() / 1_000_000_000);
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

fn name_with_tags(element: &MElement) -> String {
    let node = |text| replaced(text, |char| char.is_ascii_alphanumeric() || "-_".contains(char));
    let tags: BTreeMap<String, String> = element.tags.iter().map(|(name, value)| (node(name), node(value))).collect();
    tags.iter().fold(name(element), |path, (name, value)| format!("{path}.{name}.{value}"))
}

/// A name and its tags.
pub(super) fn split(path: &str) -> (String, BTreeMap<String, String>) {
    let mut parts = path.split(';');
    let name = parts.next().expect("there is one part at least").to_owned();
    let tags = parts.map(|tag| tag.split_once('=').expect("a name and a value"));
    (name, tags.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
