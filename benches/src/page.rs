//! Sections of `docs/performance.md` that are measured one without the others.

/// The heading of what `statsd_udp` measures.
pub const STATSD_UDP: &str = "StatsD over UDP";

/// What stands below a heading of a page; none if the page hasn't that heading.
pub fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let (_, section, _) = around(page, heading)?;
    Some(section.trim())
}

/// The page with another text below a heading; none if it hasn't that heading.
pub fn with_section(page: &str, heading: &str, text: &str) -> Option<String> {
    let (before, _, after) = around(page, heading)?;
    Some(format!("{before}\n{}\n\n{after}", text.trim()))
}

/// What stands before the text of a section, with its heading; the text; and what stands behind it.
fn around<'a>(page: &'a str, heading: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let line = format!("\n## {heading}\n");
    let begin = page.find(&line)? + line.len();
    let (before, rest) = page.split_at(begin);
    let (section, after) = rest.split_at(rest.find("\n## ").map_or(rest.len(), |end| end + 1));
    Some((before, section, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_goes_to_the_next_heading() {
        let page = "# P\n\n## A\n\na\n\n### B\n\nb\n\n## C\n\nc\n";
        assert_eq!(section(page, "A"), Some("a\n\n### B\n\nb"));
        assert_eq!(section(page, "C"), Some("c"));
        assert_eq!(section(page, "B"), None);
        assert_eq!(with_section(page, "A", "x").as_deref(), Some("# P\n\n## A\n\nx\n\n## C\n\nc\n"));
        assert_eq!(with_section(page, "A", section(page, "A").unwrap()).as_deref(), Some(page));
        assert_eq!(with_section(page, "D", "x"), None);
    }

    /// So that `compare` keeps what `statsd_udp` has written.
    #[test]
    fn the_page_and_its_template_have_the_section() {
        let page = include_str!("../../docs/performance.md");
        let text = section(page, STATSD_UDP).expect("it is there");
        assert_eq!(with_section(page, STATSD_UDP, text).as_deref(), Some(page));
        assert_eq!(section(include_str!("performance.md"), STATSD_UDP), Some("{{statsd_udp}}"));
    }
}
