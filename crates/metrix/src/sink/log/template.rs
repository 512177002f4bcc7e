//! [`Template`]: a text with one place for another.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// What stands before the placeholder and after it.
#[derive(Debug)]
pub(super) struct Template {
    before: String,
    after: String,
}

impl Template {
    /// The text with what `fill` appends in the place of the placeholder.
    pub(super) fn fill(&self, fill: impl FnOnce(&mut String)) -> String {
        let mut text = self.before.clone();
        fill(&mut text);
        text.push_str(&self.after);
        text
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(template: &str) -> Result<Self, TemplateError> {
        let wrong = |why| TemplateError { template: template.into(), why };
        let (mut text, mut places) = (String::new(), Vec::new());
        let mut rest = template.chars();
        while let Some(c) = rest.next() {
            match (c, rest.as_str().chars().next()) {
                ('{', Some('}')) => {
                    places.push(text.len());
                    rest.next();
                }
                ('{', Some('{')) | ('}', Some('}')) => {
                    text.push(c);
                    rest.next();
                }
                ('{' | '}', _) => return Err(wrong(Why::Brace)),
                (c, _) if c.is_control() => return Err(wrong(Why::Control)),
                (c, _) => text.push(c),
            }
        }
        match places[..] {
            [place] => Ok(Self { after: text.split_off(place), before: text }),
            _ => Err(wrong(Why::Count(places.len()))),
        }
    }
}

/// Why a message template is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TemplateError {
    template: String,
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// So many placeholders.
    Count(usize),
    Brace,
    Control,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message template {:?} is invalid: ", self.template)?;
        match self.why {
            Why::Count(0) => f.write_str("put exactly one `{}` in it, where the element is to stand; it has none"),
            Why::Count(count) => {
                write!(f, "put exactly one `{{}}` in it, where the element is to stand; it has {count}")
            }
            Why::Brace => {
                f.write_str("a brace by itself means nothing: write `{{` or `}}` for a brace, and exactly one `{}`")
            }
            Why::Control => f.write_str("it has a control character, which may begin a line: leave that out"),
        }
    }
}

impl Error for TemplateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_place_is_filled() {
        for (template, expected) in [
            ("{}", "X"),
            ("a {} b", "a X b"),
            ("{{}} {}", "{} X"),
            ("{{{}}}", "{X}"),
            ("%s {} %", "%s X %"),
            ("é{}指", "éX指"),
        ] {
            assert_eq!(template.parse::<Template>().unwrap().fill(|text| text.push('X')), expected);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for (template, why) in [
            ("", Why::Count(0)),
            ("%s", Why::Count(0)),
            ("{{}}", Why::Count(0)),
            ("{} {}", Why::Count(2)),
            ("{}{}{}", Why::Count(3)),
            ("{", Why::Brace),
            ("{} }", Why::Brace),
            ("{:?}", Why::Brace),
            ("{name}", Why::Brace),
            ("{}\n", Why::Control),
            ("\u{1b}[31m{}", Why::Control),
        ] {
            let error = template.parse::<Template>().unwrap_err();
            assert_eq!(error, TemplateError { template: template.into(), why });
            assert!(error.to_string().contains(&format!("{template:?}")), "{error}");
        }
    }
}
