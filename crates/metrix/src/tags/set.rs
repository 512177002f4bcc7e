//! [`Set`]: names and values, one after the other in one text.

use std::cmp::Ordering;

use super::hash::Seeds;
use super::maker::Maker;
use super::text::{after, after_gap};

/// How many tags have their lengths beside the text, if these fit into a byte each: so that what is looked at with each value
/// that is sent is in one place.
const FEW: usize = 8;

/// The tags of a set that isn't empty.
///
/// Whoever gives tags again mostly does so in the same order. So their text is kept in that, and compared from its start to
/// its end; that of the names is worked out once.
pub(super) struct Set {
    /// The sum of the hashes of the pairs.
    hash: u64,
    text: Box<str>,
    shape: Shape,
    /// The number of the [names](super::names::Names) that it was made of, with values, if it is known.
    maker: u32,
}

/// Where in the text the names and values are.
#[derive(PartialEq)]
enum Shape {
    /// In the order in which they were given.
    Few {
        len: u8,
        lens: Lens,
        /// Which of them is the first by its name, the second and so on: four bits each.
        order: u32,
    },
    /// In the order of their names: where each name ends, and its value.
    Many(Box<[[usize; 2]]>),
}

/// The length of each name and its value, in bytes.
type Lens = [[u8; 2]; FEW];

impl Set {
    /// Of pairs in any order. Where a name is given twice, the last value wins. `None` if there are none.
    pub(super) fn new(pairs: &[(&str, &str)]) -> Option<Self> {
        // Stable, so that of equal names the one that was given last comes first, which is the one that `dedup` keeps.
        let mut by_name: Vec<usize> = (0..pairs.len()).rev().collect();
        by_name.sort_by_key(|&place| pairs[place].0);
        by_name.dedup_by_key(|place| pairs[*place].0);
        let mut given = by_name.clone();
        given.sort_unstable();
        let seeds = Seeds::get();
        let pair_of = |place: &usize| pairs[*place];
        let hash = given.iter().map(pair_of).fold(0, |hash: u64, pair| hash.wrapping_add(seeds.pair(pair.0, pair.1)));
        let text_of = |places: &[usize]| places.iter().map(pair_of).flat_map(|pair| [pair.0, pair.1]).collect();
        let text: String;
        let shape = match lens(given.iter().map(pair_of)) {
            Some(lens) => {
                text = text_of(&given);
                let rank = |place: &usize| given.iter().position(|other| other == place).unwrap_or_default() as u32;
                let order = by_name.iter().rev().fold(0, |order, place| order << 4 | rank(place));
                Shape::Few { len: given.len() as u8, lens, order }
            }
            None => {
                text = text_of(&by_name);
                let mut end = 0;
                let mut grow = |text: &str| {
                    end += text.len();
                    end
                };
                Shape::Many(by_name.iter().map(pair_of).map(|pair| [grow(pair.0), grow(pair.1)]).collect())
            }
        };
        (!pairs.is_empty()).then(|| Self { hash, text: text.into(), shape, maker: 0 })
    }

    #[inline]
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    pub(super) fn text_len(&self) -> usize {
        self.text.len()
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        match &self.shape {
            Shape::Few { len, .. } => usize::from(*len),
            Shape::Many(ends) => ends.len(),
        }
    }

    /// The pair of the name that comes so many after the first, in the order of names.
    ///
    /// # Panics
    /// If there are not so many.
    pub(super) fn by_name(&self, rank: usize) -> (&str, &str) {
        match &self.shape {
            Shape::Few { order, .. } => self.given((order >> (4 * rank) & 15) as usize),
            Shape::Many(ends) => self.pair(rank.checked_sub(1).map_or(0, |before| ends[before][1]), ends[rank]),
        }
    }

    /// The pair that was given after so many others; where there are many tags, as [`by_name`](Self::by_name).
    ///
    /// # Panics
    /// If there are not so many.
    pub(super) fn given(&self, place: usize) -> (&str, &str) {
        let Shape::Few { lens, .. } = &self.shape else { return self.by_name(place) };
        let start = lens[..place].as_flattened().iter().copied().map(usize::from).sum();
        let [name, value] = lens[place].map(usize::from);
        self.pair(start, [start + name, start + name + value])
    }

    fn pair(&self, start: usize, [middle, end]: [usize; 2]) -> (&str, &str) {
        (&self.text[start..middle], &self.text[middle..end])
    }

    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            let pair = self.by_name(middle);
            match pair.0.cmp(name) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(pair.1),
                Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// Whether the tags are those that are `given`, each of them as often as it is there, in the order in which those of this set
    /// were given. What is `true` is so whatever is given; what is not so may be `false`.
    #[inline(always)]
    pub(super) fn is_in_order<'a>(&self, given: impl ExactSizeIterator<Item = (&'a str, &'a str)>) -> bool {
        let Shape::Few { len, lens, .. } = &self.shape else { return false };
        usize::from(*len) == given.len() && is_all_of(self.text.as_bytes(), lens, given)
    }

    /// As [`is_in_order`](Self::is_in_order), of the tags of `before` and then those that are `given`.
    #[inline(never)]
    pub(super) fn is_both_in_order<'a>(
        &self,
        before: &Self,
        given: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
    ) -> bool {
        let (Shape::Few { len, lens, .. }, Shape::Few { len: skipped, lens: first, .. }) = (&self.shape, &before.shape)
        else {
            return false;
        };
        let skipped = usize::from(*skipped);
        if usize::from(*len) != skipped + given.len() || lens[..skipped] != first[..skipped] {
            return false;
        }
        let rest = self.text.as_bytes().strip_prefix(before.text.as_bytes());
        rest.is_some_and(|rest| is_all_of(rest, &lens[skipped..], given))
    }
}

impl Set {
    /// Remembers what it was made of.
    pub(super) fn made_by(&mut self, maker: Maker) {
        if maker.number != u32::MAX {
            self.maker = maker.number;
        }
    }

    /// Whether this set was made by that maker of these values, each of which comes with the length of its name. What is `true` is so;
    /// what is not so may be `false`, if others have made the set.
    #[inline(always)]
    pub(super) fn is_made_of<'a, const LEN: usize>(
        &self,
        maker: Maker,
        values: impl Iterator<Item = (usize, &'a str)>,
    ) -> bool {
        let (Shape::Few { lens, .. }, true) = (&self.shape, self.maker == maker.number) else { return false };
        let [others, start] = maker.before;
        let lens = lens.get(others..).and_then(|lens| lens.first_chunk::<LEN>());
        let (Some(lens), Some(mut text)) = (lens, self.text.as_bytes().get(start..)) else { return false };
        for ((name_len, value), &[_, value_len]) in values.zip(lens) {
            if usize::from(value_len) != value.len() {
                return false;
            }
            match after_gap(text, name_len, value) {
                Some(rest) => text = rest,
                None => return false,
            }
        }
        true
    }
}

/// Whether a text is that of the pairs, one after the other, with these lengths.
#[inline(always)]
fn is_all_of<'a>(mut text: &[u8], lens: &[[u8; 2]], given: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    for (place, (name, value)) in given.enumerate() {
        let Some(&[name_len, value_len]) = lens.get(place) else { return false };
        if usize::from(name_len) != name.len() || usize::from(value_len) != value.len() {
            return false;
        }
        match after(text, name, value) {
            Some(rest) => text = rest,
            None => return false,
        }
    }
    true
}

/// The lengths of names and values, if they are few and short.
fn lens<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Option<Lens> {
    let mut lens = [[0; 2]; FEW];
    for (place, (name, value)) in pairs.enumerate() {
        *lens.get_mut(place)? = [name.len().try_into().ok()?, value.len().try_into().ok()?];
    }
    Some(lens)
}

/// Sets of the same tags have the same shape and text but for the order.
impl PartialEq for Set {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (self.shape == other.shape && self.text == other.text || self.is_as(other))
    }
}

impl Eq for Set {}

impl Set {
    #[cold]
    fn is_as(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|rank| self.by_name(rank) == other.by_name(rank))
    }
}
