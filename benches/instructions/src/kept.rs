//! [`Kept`]: the file of the counts, and what differs from it.

use std::fmt;
use std::str::FromStr;

/// So much above, or below, is told.
const ALLOWED: f64 = 0.05;
/// So much, where the file was made with another compiler or on another kind of processor.
const ALLOWED_TO_OTHERS: f64 = 0.15;

/// Instructions an element, and what the counts were made with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) maker: String,
    pub(crate) counts: Vec<(String, f64)>,
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) fails: bool,
    text: String,
}

impl Kept {
    /// Whatever differs in what was counted now.
    pub(crate) fn compare(&self, counted: &Self) -> Vec<Finding> {
        let same = self.maker == counted.maker;
        let allowed = if same { ALLOWED } else { ALLOWED_TO_OTHERS };
        let note = |text| Finding { fails: false, text };
        let failure = |text| Finding { fails: true, text };
        let mut findings = Vec::new();
        if !same {
            let (with, now) = (&self.maker, &counted.maker);
            findings.push(note(format!("kept with {with}, counted with {now}: {:.0} % are allowed", allowed * 100.0)));
        }
        for (name, count) in &counted.counts {
            let Some((_, kept)) = self.counts.iter().find(|(other, _)| other == name) else {
                findings.push(failure(format!("{name}: {count:.1}, of which nothing is kept: {BLESS}")));
                continue;
            };
            let change = count / kept - 1.0;
            let text = || format!("{name}: {count:.1} where {kept:.1} are kept, {:+.1} %", change * 100.0);
            if change > allowed {
                findings.push(failure(format!("{}: too many. If there is no way around it, {BLESS}", text())));
            } else if change < -allowed {
                findings.push(note(format!("{}: {BLESS}", text())));
            }
        }
        let gone = self.counts.iter().filter(|(name, _)| counted.counts.iter().all(|(other, _)| other != name));
        findings.extend(gone.map(|(name, _)| failure(format!("{name}: it is kept, and no longer counted: {BLESS}"))));
        findings
    }
}

const BLESS: &str = "run `bash .ci/instructions --bless` and commit the file";

const HEAD: &str = "\
# Instructions an element, as `bash .ci/instructions --bless` has counted them. Made with:
";

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}# {}", self.maker)?;
        self.counts.iter().try_for_each(|(name, count)| writeln!(f, "{count:10.1}  {name}"))
    }
}

impl FromStr for Kept {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix(HEAD).and_then(|rest| rest.strip_prefix("# "));
        let (maker, rest) = rest.and_then(|rest| rest.split_once('\n')).ok_or("the file does not say who made it")?;
        let count = |line: &str| {
            let (count, name) = line.trim_start().split_once("  ")?;
            Some((name.to_owned(), count.parse().ok()?))
        };
        let counts = rest.lines().map(|line| count(line).ok_or_else(|| format!("`{line}` is no count and a name")));
        Ok(Self { maker: maker.to_owned(), counts: counts.collect::<Result<_, _>>()? })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.fails { "FAILED" } else { "note" }, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(maker: &str, counts: &[(&str, f64)]) -> Kept {
        let counts = counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        Kept { maker: maker.to_owned(), counts }
    }

    /// For each count that is found, its name and whether it fails.
    fn found(before: &Kept, now: &Kept) -> Vec<(String, bool)> {
        let name = |finding: Finding| (finding.text.split(':').next().unwrap_or_default().to_owned(), finding.fails);
        before.compare(now).into_iter().map(name).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let written = kept("rustc 1", &[("send, bound", 61.2), ("a", 12_345.0)]);
        assert_eq!(written.to_string().parse(), Ok(written));
        assert!("61.2  send".parse::<Kept>().is_err());
        assert!(format!("{HEAD}# rustc 1\nmany  send").parse::<Kept>().is_err());
    }

    #[test]
    fn more_than_five_percent_above_fails_and_below_is_told() {
        let before = kept("rustc 1", &[("a", 100.0), ("b", 100.0), ("c", 100.0), ("d", 100.0)]);
        let now = kept("rustc 1", &[("a", 105.1), ("b", 104.9), ("c", 94.9), ("d", 95.1)]);
        assert_eq!(found(&before, &now), [("a".to_owned(), true), ("c".to_owned(), false)]);
    }

    #[test]
    fn another_compiler_may_take_fifteen() {
        let before = kept("rustc 1", &[("a", 100.0), ("b", 100.0)]);
        let now = kept("rustc 2", &[("a", 114.9), ("b", 115.1)]);
        let findings = before.compare(&now);
        assert_eq!(findings.iter().map(|finding| finding.fails).collect::<Vec<_>>(), [false, true]);
        assert!(findings[0].text.contains("15 %"), "{findings:?}");
    }

    #[test]
    fn what_is_new_and_what_is_gone_fails() {
        let (before, now) = (kept("rustc 1", &[("a", 1.0)]), kept("rustc 1", &[("b", 1.0)]));
        assert_eq!(found(&before, &now), [("b".to_owned(), true), ("a".to_owned(), true)]);
    }
}
