//! A number for each member of a set.

/// A whole number below 2^53, which a float holds as it is, for a text: the same everywhere and for ever.
///
/// It is the 64-bit FNV-1a hash of the text (<http://www.isthe.com/chongo/tech/comp/fnv>), mixed by the finalizer of
/// MurmurHash3, as the upper bits of FNV-1a say little about the end of a short text; and of that the upper 53 bits.
pub(super) fn number(text: &str) -> f64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    ((mixed ^ (mixed >> 33)) >> 11) as f64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn it_never_changes() {
        // Worked out by another program from the definition.
        assert_eq!(number(""), 8_437_669_077_406_501.0);
        assert_eq!(number("a"), 4_596_324_399_134_681.0);
        assert_eq!(number("1234"), 5_936_705_401_667_762.0);
    }

    #[test]
    fn a_million_members_have_a_million_numbers() {
        let numbers: HashSet<u64> = (0..1_000_000).map(|id| number(&format!("user{id}")).to_bits()).collect();
        assert_eq!(numbers.len(), 1_000_000);
        assert!(numbers.iter().all(|bits| f64::from_bits(*bits) < 2_f64.powi(53)));
    }
}
