//! [`tags`]: the tags of a line.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::super::text::{OF_COLUMN, end, shown, unescape};
use super::{TIME, too_many};
use crate::LineError;

/// So many tags has a line at most.
const MOST_TAGS: usize = 1024;

pub(super) type Tags<'a> = SmallVec<[(Cow<'a, str>, Cow<'a, str>); 8]>;

/// The tags, and the place after them.
pub(super) fn tags(line: &str, mut place: usize) -> Result<(Tags<'_>, usize), LineError> {
    let (mut tags, first) = (Tags::new(), place);
    while line.as_bytes().get(place) == Some(&b',') {
        let begin = place + 1;
        if tags.len() == MOST_TAGS {
            return Err(too_many("tag", "tags", begin, MOST_TAGS));
        }
        let equals = end(line.as_bytes(), begin, b"=, ", OF_COLUMN);
        if equals == begin {
            return Err(LineError::new("tag", begin, "there is no name of a tag: write one, = and its value"));
        }
        if line.as_bytes().get(equals) != Some(&b'=') {
            let message = format!("the tag {:?} has no value: write = and its value", shown(&line[begin..equals]));
            return Err(LineError::new("tag", begin, message));
        }
        place = end(line.as_bytes(), equals + 1, b"=, ", OF_COLUMN);
        if place == equals + 1 {
            let message = format!("the value of the tag {:?} is empty: leave it out", shown(&line[begin..equals]));
            return Err(LineError::new("tag", place, message));
        }
        if line.as_bytes().get(place) == Some(&b'=') {
            return Err(LineError::new("tag", place, "a value of a tag has =: write a backslash before it"));
        }
        let (name, value) = (unescape(&line[begin..equals], OF_COLUMN), unescape(&line[equals + 1..place], OF_COLUMN));
        if name == TIME {
            return Err(LineError::new(
                "tag",
                begin,
                "a tag is called time, which is the time's own: call it otherwise",
            ));
        }
        tags.push((name, value));
    }
    match twice(&tags) {
        Some(name) => {
            let message = format!("the tag {:?} is there twice: leave one of them out", shown(name));
            Err(LineError::new("tag", first + 1, message))
        }
        None => Ok((tags, place)),
    }
}

/// A name that two tags have.
fn twice<'t>(tags: &'t Tags<'_>) -> Option<&'t str> {
    // Most clients write them in order.
    if tags.windows(2).all(|pair| pair[0].0 < pair[1].0) {
        return None;
    }
    let mut names: SmallVec<[&str; 8]> = tags.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}
