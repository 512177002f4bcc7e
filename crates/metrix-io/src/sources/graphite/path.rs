//! [`read`]: the name and the tags of a line.

use std::borrow::Cow;

use super::fault;
use crate::sources::excerpt::excerpt;
use crate::{LineError, Reading};

/// So many tags a line may have.
const MOST_TAGS: usize = 100;

/// A reading with the name and the tags of a path, which is a part of the line.
pub(super) fn read<'a>(line: &str, path: &'a str) -> Result<Reading<'a>, LineError> {
    let mut parts = path.split(';');
    let name = parts.next().unwrap_or_default();
    if name.is_empty() {
        return Err(fault(line, path, "name", "no name: write one before the tags, as in web.load;host=a"));
    }
    let mut reading = Reading::new(name, 0.0);
    for part in parts {
        let wrong = |what: &str| fault(line, part, "tag", format!("{:?} {what}", excerpt(part)));
        match part.split_once('=') {
            None => return Err(wrong("is no tag: write a name and a value, as in host=a")),
            Some(("", _)) => return Err(wrong("is a tag without a name: write one, as in host=a")),
            Some((_, "")) => return Err(wrong("is a tag without a value: write one, as in host=a, or leave it out")),
            Some(_) if reading.tags.len() == MOST_TAGS => {
                return Err(wrong(&format!("is more than the {MOST_TAGS} tags that a line may have: send fewer")));
            }
            Some((name, value)) => reading.tags.push((Cow::Borrowed(name), Cow::Borrowed(value))),
        }
    }
    Ok(reading)
}
