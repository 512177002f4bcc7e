//! Configurations, right and wrong.

mod accepted;
mod any_text;
mod keys;
mod places;
mod wrong;

use super::read;

/// The least of each table.
const LEAST: [(&str, &str); 3] = [
    ("source", "[[source]]\ntype = \"host\"\n"),
    ("stream", "[[stream]]\nname = \"*\"\nagg = [\"count\"]\nwindow = \"1s\"\n"),
    ("sink", "[[sink]]\ntype = \"log\"\n"),
];

/// A text, and after it the least of each table of which it has none.
fn complete(text: &str) -> String {
    let missing = LEAST.iter().filter(|(table, _)| !text.contains(table));
    let rest: String = missing.map(|&(_, least)| least).collect();
    format!("{text}\n{rest}")
}

/// What is wrong with a text of a file `c`, without that name.
fn problems(text: &str) -> Vec<String> {
    let problems = read("c", text).err().unwrap_or_default();
    problems.iter().map(|problem| problem.to_string().trim_start_matches("c:").to_owned()).collect()
}
