//! What may follow the type: the rate, tags and time.

use std::borrow::Cow;

use metrix::Timestamp;

use super::fault::quote;
use super::line::Line;
use crate::LineError;

/// So many tags a line may have: with a line of many values, each has a copy.
const MOST_TAGS: usize = 100;
/// The last whole second that there is a [`Timestamp`] of.
const LAST_SECOND: i64 = Timestamp::MAX.as_nanos() / 1_000_000_000;

/// Adds to the line what stands between two bars.
pub(super) fn read<'a>(line: &mut Line<'a>, section: &'a str) -> Result<(), LineError> {
    match section.as_bytes().first() {
        Some(b'@') => rate(line, &section[1..]),
        Some(b'#') => tags(line, &section[1..]),
        Some(b'T') => time(line, &section[1..]),
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

fn tags<'a>(line: &mut Line<'a>, text: &'a str) -> Result<(), LineError> {
    // Some clients write a comma too many.
    for tag in text.split(',').filter(|tag| !tag.is_empty()) {
        let (name, value) = tag.split_once(':').unwrap_or((tag, "true"));
        if name.is_empty() {
            let what = format!("{} is a tag without a name: write one before the colon", quote(tag));
            return Err(line.fault(tag, "tag", what));
        }
        if line.shared.tags.len() == MOST_TAGS {
            let what = format!("more than {MOST_TAGS} tags, from {} on: send fewer", quote(tag));
            return Err(line.fault(tag, "tag", what));
        }
        line.shared.tags.push((Cow::Borrowed(name), Cow::Borrowed(value)));
    }
    Ok(())
}

fn time(line: &mut Line<'_>, text: &str) -> Result<(), LineError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(seconds) if digits && seconds <= LAST_SECOND => line.shared.at = Some(Timestamp::from_secs(seconds)),
        _ => {
            let what = format!("{} is no time: write whole seconds since 1970, as in T1656581400", quote(text));
            return Err(line.fault(text, "time", what));
        }
    }
    Ok(())
}
