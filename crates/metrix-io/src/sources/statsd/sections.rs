//! What may follow the type: the rate, tags and time.

use std::borrow::Cow;

use metrix::Timestamp;

use super::cut::cut;
use super::fault::quote;
use super::line::Line;
use crate::{LineError, Reading};

/// So many tags a line may have: with a line of many values, each has a copy.
const MOST_TAGS: usize = 100;
/// The last whole second that there is a [`Timestamp`] of.
const LAST_SECOND: i64 = Timestamp::MAX.as_nanos() / 1_000_000_000;

/// Adds what stands between two bars to the line, or to what its readings have in common.
pub(super) fn read<'a>(line: &mut Line<'a>, section: &'a str, shared: &mut Reading<'a>) -> Result<(), LineError> {
    match section.as_bytes().first() {
        Some(b'@') => rate(line, &section[1..]),
        Some(b'#') => tags(line, &section[1..], shared),
        Some(b'T') => time(line, &section[1..], shared),
        Some(_) if !is_labelled(section) => {
            let what = format!("{} is nothing that can follow a type: write @rate, #tags or Ttime", quote(section));
            Err(line.fault(section, "section", what))
        }
        // Some clients end a line with a bar.
        Some(_) | None => Ok(()),
    }
}

/// Letters and a colon, as all sections have begun that DogStatsD has added, so that the next ones do no harm.
fn is_labelled(section: &str) -> bool {
    let letters = section.bytes().take_while(u8::is_ascii_alphabetic).count();
    letters > 0 && section.as_bytes().get(letters) == Some(&b':')
}

fn rate(line: &mut Line<'_>, text: &str) -> Result<(), LineError> {
    match text.parse::<f64>() {
        // Below that, what one reading stands for could not be said.
        Ok(rate) if (f64::MIN_POSITIVE..=1.0).contains(&rate) => line.rate = rate,
        _ => {
            let what = format!("{} is no rate: write a number above 0 and at most 1, as in @0.1", quote(text));
            return Err(line.fault(text, "rate", what));
        }
    }
    Ok(())
}

fn tags<'a>(line: &Line<'a>, text: &'a str, shared: &mut Reading<'a>) -> Result<(), LineError> {
    let mut rest = Some(text);
    while let Some(tags) = rest {
        let (tag, more) = cut(tags, b',');
        rest = more;
        // Some clients write a comma too many.
        if tag.is_empty() {
            continue;
        }
        let (name, value) = cut(tag, b':');
        if name.is_empty() {
            let what = format!("{} is a tag without a name: write one before the colon", quote(tag));
            return Err(line.fault(tag, "tag", what));
        }
        if shared.tags.len() == MOST_TAGS {
            let what = format!("more than {MOST_TAGS} tags, from {} on: send fewer", quote(tag));
            return Err(line.fault(tag, "tag", what));
        }
        shared.tags.push((Cow::Borrowed(name), Cow::Borrowed(value.unwrap_or("true"))));
    }
    Ok(())
}

fn time(line: &Line<'_>, text: &str, shared: &mut Reading<'_>) -> Result<(), LineError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits && seconds <= LAST_SECOND => shared.at = Some(Timestamp::from_secs(seconds)),
        _ => {
            let what = format!("{} is no time: write whole seconds since 1970, as in T1656581400", quote(text));
            return Err(line.fault(text, "time", what));
        }
    }
    Ok(())
}
