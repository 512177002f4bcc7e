//! [`Shadows`]: streams that leave nothing for later ones.

use metrix_io::Glob;

use super::first::One;
use super::problem::Problems;

/// The patterns so far, each of which takes all names that are as it says.
#[derive(Debug, Default)]
pub(super) struct Shadows<'a>(Vec<&'a str>);

impl<'a> Shadows<'a> {
    /// Warns of a stream to which no name comes, since one before it takes them all.
    pub(super) fn check(&mut self, stream: Option<One<'a>>, warnings: &Problems) {
        let Some(One { at, is: name }) = stream else { return };
        if let Some(earlier) = self.0.iter().find(|earlier| takes_all(earlier, name)) {
            warnings.wrong(
                at,
                format!(
                    "warning: nothing comes to the stream `{name}`, as `{earlier}` above takes it all: move `{name}` up"
                ),
            );
        }
        if !Glob::new(name).is_plain() {
            self.0.push(name);
        }
    }
}

/// Whether a pattern takes all names of a later stream. Where it has only stars, what it says of the later pattern as a text
/// it says of all that this stands for; but a `?` of it would be one star of the text, which stands for more.
fn takes_all(pattern: &str, later: &str) -> bool {
    let is_certain = !pattern.contains('?') || Glob::new(later).is_plain();
    is_certain && Glob::new(pattern).matches(later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_all_that_a_narrower_one_would() {
        for (pattern, later, expected) in [
            ("*", "cpu.*", true),
            ("cpu.*", "cpu.user", true),
            ("cpu.*", "cpu.?", true),
            ("cpu.*", "cpu.*.mean", true),
            ("cpu.?", "cpu.1", true),
            ("cpu.?", "cpu.*", false),
            ("cpu.?", "cpu.?", false),
            ("cpu.*", "*", false),
            ("cpu.*", "load.1", false),
            ("*.mean", "cpu.*", false),
        ] {
            assert_eq!(takes_all(pattern, later), expected, "{pattern} {later}");
        }
    }
}
