//! What Prometheus calls things, by the table of the sinks' docs.

use std::collections::BTreeMap;

use metrix::MElement;

/// The name of an element, and its labels.
pub(crate) fn names(element: &MElement) -> (String, BTreeMap<String, String>) {
    let labels = element.tags.iter().filter(|(_, value)| !value.is_empty());
    let labels = labels.map(|(name, value)| {
        let name = clean(name);
        let name = if name.starts_with("__") { format!("_{}", name.trim_start_matches('_')) } else { name };
        (name, value.to_owned())
    });
    (clean(&element.name), labels.collect())
}

fn clean(text: &str) -> String {
    let is_clean = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let clean: String = text.chars().map(|char| if is_clean(char) { char } else { '_' }).collect();
    if clean.is_empty() || clean.starts_with(|char: char| char.is_ascii_digit()) { format!("_{clean}") } else { clean }
}
