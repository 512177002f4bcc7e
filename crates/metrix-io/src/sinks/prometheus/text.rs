//! [`render`]: series as text.

use std::collections::BTreeMap;
use std::fmt::Write;

use metrix::sink::Number;

use super::Format;
use super::registry::Family;

/// All series in a format.
pub(super) fn render(families: &BTreeMap<Box<str>, Family>, format: Format, text: &mut String) {
    for (name, family) in families {
        let suffix = if family.is_counter { "_total" } else { "" };
        let (kind, about, end) = match family.is_counter {
            true => ("counter", "All values of", ", added up."),
            false => ("gauge", "The last value of", "."),
        };
        // OpenMetrics names the family without the suffix of its samples.
        let heading = if format == Format::Text { suffix } else { "" };
        _ = write!(text, "# HELP {name}{heading} {about} ");
        push_help(&family.origin, format, text);
        _ = write!(text, "{end}\n# TYPE {name}{heading} {kind}\n");
        for (labels, series) in &family.series {
            let (open, close) = if labels.is_empty() { ("", "") } else { ("{", "}") };
            _ = write!(text, "{name}{suffix}{open}{labels}{close} ");
            push_value(series.value, text);
            text.push('\n');
        }
    }
    if format == Format::OpenMetrics {
        text.push_str("# EOF\n");
    }
}

/// Appends the value of a label, escaped.
pub(super) fn push_escaped(value: &str, text: &mut String) {
    push_with(value, &['\\', '"', '\n'], text);
}

fn push_help(help: &str, format: Format, text: &mut String) {
    match format {
        Format::Text => push_with(help, &['\\', '\n'], text),
        Format::OpenMetrics => push_escaped(help, text),
    }
}

fn push_with(value: &str, special: &[char], text: &mut String) {
    let mut rest = value;
    while let Some(place) = rest.find(special) {
        let (before, from) = rest.split_at(place);
        text.push_str(before);
        text.push('\\');
        text.push_str(if from.starts_with('\n') { "n" } else { &from[..1] });
        rest = &from[1..];
    }
    text.push_str(rest);
}

fn push_value(value: f64, text: &mut String) {
    if value.is_infinite() {
        text.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    } else {
        _ = write!(text, "{}", Number(value));
    }
}
