//! [`position`]: where a byte is that mostly is near.

use memchr::memchr;

/// So many bytes are looked at at once.
const NEAR: usize = 16;

/// Where the byte is for the first time. It mostly is near, where it takes longer to call what searches far than to look.
#[inline]
pub(crate) fn position(text: &[u8], byte: u8) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let Some(near) = text.first_chunk::<NEAR>() else { return text.iter().position(|other| *other == byte) };
    // As in Warren's "Hacker's Delight", 6-1: of the bytes that are zero the lowest is marked by its high bit.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let words = u128::from_le_bytes(*near);
    let [low, high] = [words as u64, (words >> 64) as u64].map(|word| zeros(word ^ (ONES * u64::from(byte))));
    if low | high != 0 {
        let bit = (u128::from(high) << 64 | u128::from(low)).trailing_zeros();
        return Some(bit as usize / 8);
    }
    memchr(byte, &text[NEAR..]).map(|place| NEAR + place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_first(text in proptest::collection::vec(0_u8..4, 0..70), byte in 0_u8..5, flip in any::<bool>()) {
            // Bytes that differ in their highest or lowest bit alone are the ones that could be mistaken for each other.
            let text: Vec<u8> = text.into_iter().map(|byte| if flip { byte ^ 0x80 } else { byte }).collect();
            for byte in [byte, byte ^ 0x80] {
                prop_assert_eq!(position(&text, byte), text.iter().position(|other| *other == byte));
            }
        }
    }

    #[test]
    fn a_byte_is_found_wherever_it_is() {
        for len in 0..40 {
            for place in 0..len {
                let mut text = vec![b'b'; len];
                text[place] = b'a';
                assert_eq!(position(&text, b'a'), Some(place));
                text[place..].fill(b'a');
                assert_eq!(position(&text, b'a'), Some(place));
            }
        }
    }
}
