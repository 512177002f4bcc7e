//! Elements of the worst kind.

use std::ops::Range;

use metrix::{MElement, Tags, Timestamp};

/// The time of element 0, in seconds; each has a second of its own.
pub(crate) const START: i64 = 1_700_000_000;

/// Pieces of names, tags and values: among them whatever separates or marks something in one of the protocols. No server has a meaning
/// of its own for what they can become.
const PIECES: [&str; 32] = [
    "",
    "a",
    "B",
    "9",
    "-",
    "_",
    ".",
    "/",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "=",
    ",",
    ":",
    ";",
    "|",
    "#",
    "@",
    "~",
    "!",
    "^",
    "*",
    "$",
    "\"",
    "\\",
    "é",
    "日本",
    "🦀",
    "x\nput injected 1700000000 1 a=b\n",
    "{__name__}",
];

/// Random numbers that are the same in each run: Knuth's generator of *MMIX*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn text(&mut self, pieces: u64) -> String {
        (0..pieces).map(|_| PIECES[self.below(PIECES.len() as u64) as usize]).collect()
    }
}

/// Elements with names and tags of the worst kind, many of which become the same names.
pub(crate) fn hostile_elements(count: i64) -> Vec<MElement> {
    elements(1, 0..count)
}

/// The same for those that write without end: a batch of some size, which is the same each time.
#[cfg(any(feature = "parquet", feature = "sqlite"))]
pub(crate) fn hostile_batch(number: i64, size: i64) -> Vec<MElement> {
    elements(number.unsigned_abs(), number * size..(number + 1) * size)
}

fn elements(seed: u64, numbers: Range<i64>) -> Vec<MElement> {
    let mut random = Random::new(seed);
    let element = |number| {
        let name = format!("hostile{}", random.text(1));
        let count = random.below(4);
        let tags: Tags = (0..count).map(|_| (random.text(1), random.text(2))).collect();
        let value = match random.below(4) {
            0 => number as f64,
            1 => -(number as f64) / 8.0,
            // VictoriaMetrics stores decimal numbers, and those of a series to the same place.
            2 => number as f64 / 1000.0,
            _ => number as f64 * 1000.0,
        };
        MElement::new(name, value, tags, Timestamp::from_secs(START + number))
    };
    numbers.map(element).collect()
}
