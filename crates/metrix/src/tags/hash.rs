//! [`Seeds`]: the hash of a tag, of which that of a set is the sum.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

use super::text::{SHORT, words};

/// What makes the hashes of this process its own, so that nobody outside can choose names and values whose hashes collide.
///
/// The hash folds the 128 bits of a product into 64, as wyhash by Wang Yi does (<https://github.com/wangyi-fudan/wyhash>), and
/// reads texts as foldhash by Orson Peters does (<https://github.com/orlp/foldhash>): up to 16 bytes as two words that overlap,
/// with a seed that is turned by the length. It is for tables in memory, and no cryptography: who sees the hashes can
/// find out the seeds.
#[derive(Clone, Copy)]
pub(crate) struct Seeds {
    name: [u64; 2],
    value: u64,
}

impl Seeds {
    /// Those of this process, made at the first call.
    #[inline(always)]
    pub(crate) fn get() -> Self {
        static SEEDS: OnceLock<Seeds> = OnceLock::new();
        *SEEDS.get_or_init(Self::random)
    }

    #[cold]
    fn random() -> Self {
        let [a, b, value] = std::array::from_fn(|place| {
            // Seeded by the operating system; the standard library promises no more of it than of its maps.
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_usize(place);
            hasher.finish()
        });
        Self { name: [a, b], value }
    }

    /// The hash of a tag. The two texts are hashed one after the other, so that it is one of the pair, and no byte can
    /// move from one to the other unseen.
    #[inline(always)]
    pub(crate) fn pair(self, name: &str, value: &str) -> u64 {
        self.of(name).pair(value)
    }

    /// What the hashes of all tags of one name begin with.
    #[inline(always)]
    pub(crate) fn of(self, name: &str) -> NameSeeds {
        NameSeeds([fold_text(name.as_bytes(), self.name[0], self.name[1]), self.value])
    }
}

/// A name that has been hashed already: see [`Seeds::of`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameSeeds([u64; 2]);

impl NameSeeds {
    /// The hash of the tag of this name that has this value.
    #[inline(always)]
    pub(crate) fn pair(self, value: &str) -> u64 {
        fold_text(value.as_bytes(), self.0[0], self.0[1])
    }
}

#[inline(always)]
fn fold_text(text: &[u8], seed: u64, turned: u64) -> u64 {
    // Texts of different lengths can have the same words: "aaaa" and "aaaaa".
    let turned = turned.rotate_right(text.len() as u32);
    if text.len() > SHORT {
        return fold_long(text, seed, turned);
    }
    let (first, last) = words(text);
    fold(first ^ seed, last ^ turned)
}

/// Steps of 16 bytes, the last of which may overlap the one before. It is rarer than not, and who calls it should have the
/// registers for the others.
#[cold]
fn fold_long(text: &[u8], seed: u64, turned: u64) -> u64 {
    let last = text.last_chunk::<SHORT>().map_or(text, |last| last);
    let steps = text.chunks_exact(SHORT).chain([last]);
    steps.fold(seed, |hash, step| {
        let (first, last) = words(step);
        fold(first ^ hash, last ^ turned)
    })
}

/// Both halves of the product, in one.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Seeds that are the same in each run, so that what holds of them holds always.
    fn each_seeds() -> impl Iterator<Item = Seeds> {
        let mut random = fastrand::Rng::with_seed(5);
        std::iter::repeat_with(move || Seeds { name: [random.u64(..), random.u64(..)], value: random.u64(..) }).take(3)
    }

    /// That a million hashes are as good as drawn by lot, as far as a table looks at them.
    #[track_caller]
    fn check(what: &str, hash: impl Fn(Seeds, u32) -> u64) {
        let seeds = each_seeds().next().expect("there are three");
        let hashes: Vec<u64> = (0..1_000_000).map(|number| hash(seeds, number)).collect();
        // By chance there are 10^12 / 2 / 2^32 = 116.
        let mut low: Vec<u32> = hashes.iter().map(|hash| *hash as u32).collect();
        low.sort_unstable();
        low.dedup();
        let collisions = hashes.len() - low.len();
        assert!(collisions < 200, "{what}: {collisions} collisions");
        let mut tops = [0_u32; 128];
        hashes.iter().for_each(|hash| tops[(hash >> 57) as usize] += 1);
        let even = 1_000_000 / 128;
        let is_even = tops.iter().all(|count| count.abs_diff(even) < even / 4);
        assert!(is_even, "{what}: the seven highest bits are {tops:?}");
    }

    #[test]
    fn short_pairs_spread() {
        check("numbers", |seeds, number| seeds.pair("id", &number.to_string()));
        check("long numbers", |seeds, number| seeds.pair("host", &format!("web-{number:06}")));
        check("names too", |seeds, number| seeds.pair(&(number / 1000).to_string(), &(number % 1000).to_string()));
    }

    #[test]
    fn long_values_spread() {
        check("paths", |seeds, number| seeds.pair("path", &format!("/a/path/that/has/{number:06}/in/its/middle")));
    }

    #[test]
    fn sums_of_pairs_spread() {
        check("sums", |seeds, number| {
            let host = seeds.pair("host", &(number % 100).to_string());
            let section = seeds.pair("section", &(number / 100 % 100).to_string());
            host.wrapping_add(section).wrapping_add(seeds.pair("lang", &(number / 10_000).to_string()))
        });
    }

    #[test]
    fn each_byte_and_its_place_counts() {
        let text = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
        for seeds in each_seeds() {
            let mut hashes = HashSet::new();
            let mut pairs = 0;
            for len in 0..=text.len() {
                // All ways to part a text into a name and a value, and the same text with one byte changed.
                for place in 0..=len {
                    let (name, value) = text[..len].split_at(place);
                    hashes.insert(seeds.pair(name, value));
                    pairs += 1;
                }
                for place in 0..len {
                    let changed = format!("{}-{}", &text[..place], &text[place + 1..len]);
                    hashes.extend([seeds.pair("name", &changed), seeds.pair(&changed, "value")]);
                    pairs += 2;
                }
            }
            assert_eq!(hashes.len(), pairs);
        }
    }

    #[test]
    fn lengths_count_where_the_bytes_are_alike() {
        for seeds in each_seeds() {
            let mut hashes = HashSet::new();
            // The last two have the same words at four bytes and at five, but for one bit, which the length has too.
            for (first, other) in [("a", "a"), ("\0", "\0"), ("b", "c"), ("c", "b")] {
                for len in 1..200 {
                    let text = format!("{first}{}", other.repeat(len));
                    hashes.extend([seeds.pair(&text, ""), seeds.pair("", &text)]);
                }
            }
            assert_eq!(hashes.len(), 4 * 199 * 2);
        }
    }

    #[test]
    fn seeds_are_those_of_the_process_and_drawn_by_lot() {
        let hash = |seeds: Seeds| seeds.pair("a", "b");
        assert_eq!(hash(Seeds::get()), hash(Seeds::get()));
        assert_ne!(hash(Seeds::random()), hash(Seeds::random()));
    }
}
