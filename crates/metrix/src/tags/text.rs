//! [`words`] and [`after`]: short texts read as two numbers.
//!
//! Names and values of tags are mostly 4 to 16 bytes long. A call to compare or copy so few costs more than the work.

/// The longest text that [`words`] reads, in bytes.
pub(super) const SHORT: usize = 16;

/// The first and the last bytes of a text of at most [`SHORT`] bytes. They overlap, so that all of it is read without a
/// loop; together with the length they say what the text is. What they are for a longer one says nothing of its middle.
#[inline(always)]
pub(super) fn words(text: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        (u64::from_le_bytes(*first), u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into())
    } else if let (Some(&first), Some(&middle), Some(&last)) = (text.first(), text.get(text.len() / 2), text.last()) {
        (first.into(), u64::from(middle) | u64::from(last) << 8)
    } else {
        (0, 0)
    }
}

/// What comes after two texts, one after the other, at the beginning of another, if that begins so.
#[inline(always)]
pub(super) fn after<'a>(text: &'a [u8], first: &str, second: &str) -> Option<&'a [u8]> {
    if first.len() > SHORT || second.len() > SHORT {
        return after_long(text, first, second);
    }
    let (both, rest) = text.split_at_checked(first.len() + second.len())?;
    let (one, other) = both.split_at_checked(first.len())?;
    (words(one) == words(first.as_bytes()) && words(other) == words(second.as_bytes())).then_some(rest)
}

/// What comes after another text that begins so many bytes after the beginning, if it is there.
#[inline(always)]
pub(super) fn after_gap<'a>(text: &'a [u8], gap: usize, other: &str) -> Option<&'a [u8]> {
    let (_, text) = text.split_at_checked(gap)?;
    if other.len() > SHORT {
        return after_long(text, "", other);
    }
    let (one, rest) = text.split_at_checked(other.len())?;
    (words(one) == words(other.as_bytes())).then_some(rest)
}

#[cold]
fn after_long<'a>(text: &'a [u8], first: &str, second: &str) -> Option<&'a [u8]> {
    text.strip_prefix(first.as_bytes())?.strip_prefix(second.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_others_where_all_their_bytes_are_there() {
        const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
        for (one, other) in (0..20).flat_map(|one| (0..20).map(move |other| (one, other))) {
            let (one, other) = (&LETTERS[..one], &LETTERS[..other]);
            let text = format!("{one}{other}");
            let rest = |text: &str| after(text.as_bytes(), one, other).map(<[u8]>::len);
            assert_eq!([rest(&text), rest(&format!("{text}more"))], [Some(0), Some(4)]);
            let after_gap = |text: &str| after_gap(text.as_bytes(), one.len(), other).map(<[u8]>::len);
            assert_eq!([after_gap(&text), after_gap(&format!("{text}more"))], [Some(0), Some(4)]);
            for place in 0..text.len() {
                assert_eq!(after_gap(&text[..place]), None, "{one} {other}");
                assert_eq!(rest(&text[..place]), None, "{one} {other}");
                let mut changed = text.clone();
                changed.replace_range(place..=place, "-");
                assert_eq!(rest(&changed), None, "{one} {other} {changed}");
                assert_eq!(after_gap(&changed).is_some(), place < one.len(), "{one} {other} {changed}");
            }
        }
    }

    #[test]
    fn words_and_length_tell_short_texts_apart() {
        let mut seen = std::collections::HashSet::new();
        let mut texts = 0;
        // All texts of two letters and up to ten bytes, with every length that is read in another way.
        for len in 0..=10_u32 {
            for bits in 0..1_u32 << len {
                let text: Vec<u8> = (0..len).map(|place| b'a' + (bits >> place & 1) as u8).collect();
                seen.insert((text.len(), words(&text)));
                texts += 1;
            }
        }
        assert_eq!(seen.len(), texts);
    }
}
