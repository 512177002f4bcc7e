//! [`Shadows`]: streams that leave nothing for later ones.

use metrix_io::Glob;

use super::first::One;
use super::problem::{Problems, Read};
use super::stream::KindsTaken;

/// The streams so far, each of which takes all names that are as it says, if the kinds are.
#[derive(Debug, Default)]
pub(super) struct Shadows<'a>(Vec<(&'a str, KindsTaken)>);

impl<'a> Shadows<'a> {
    /// Reports a stream of a name that is taken, and warns of one to which nothing comes for another reason: those before it take it all.
    pub(super) fn check(
        &mut self,
        stream: Option<One<'a>>,
        kinds: Read<KindsTaken>,
        problems: &Problems,
        warnings: &Problems,
    ) {
        let (Some(One { at, is: name }), Ok(kinds)) = (stream, kinds) else { return };
        let earlier = |takes: fn(&str, &str) -> bool| self.0.iter().filter(move |(earlier, _)| takes(earlier, name));
        if kinds.are_among(earlier(|earlier, name| earlier == name).map(|(_, kinds)| kinds)) {
            problems.wrong(
                at,
                format!(
                    "two streams are called `{name}`, and all elements go to the first: leave one of them out, rename it, or say by `kind` what each takes"
                ),
            );
        } else if kinds.are_among(earlier(takes_all).map(|(_, kinds)| kinds)) {
            let one = earlier(takes_all).find(|(_, others)| kinds.are_among([others].into_iter()));
            let (others, take) = match one {
                Some((one, _)) => (format!("`{one}`"), "takes"),
                None => ("streams".to_owned(), "take"),
            };
            warnings.wrong(
                at,
                format!(
                    "warning: nothing comes to the stream `{name}`, as {others} above {take} it all: move `{name}` up"
                ),
            );
        }
        self.0.push((name, kinds));
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
