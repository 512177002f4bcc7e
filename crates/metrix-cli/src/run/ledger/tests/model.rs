//! [`Model`]: a sink that keeps what it is given in memory, and fails by dice.

use std::collections::{BTreeMap, BTreeSet};

use metrix::{MElement, Sink, WriteError};

use super::*;

/// Random numbers of a seed that is told when a case fails.
#[derive(Debug)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        // A linear congruential generator with the multiplier and increment of Knuth's MMIX; its upper bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub(super) fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What a sink has that replaces elements of the same series and window, and one that adds to a file.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) windows: BTreeMap<(String, Option<Timestamp>, Timestamp), f64>,
    pub(super) batches: BTreeSet<String>,
}

/// Writes to what outlives it, and fails now and then when it has written half.
pub(super) struct Model {
    pub(super) stored: Arc<Mutex<Stored>>,
    pub(super) dice: Dice,
}

impl Sink for Model {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        let fails = self.dice.once_in(4);
        let half = if fails { batch.len() / 2 } else { batch.len() };
        sleep(Duration::from_millis(self.dice.below(300))).await;
        let mut stored = self.stored.lock().unwrap();
        for element in &batch[..half] {
            match element.start {
                Some(_) => {
                    let series = element.tags.to_string();
                    stored.windows.insert((series, element.start, element.at), element.value);
                }
                None => _ = stored.batches.insert(element.tags.to_string()),
            }
        }
        if fails { Err(WriteError::retryable("for the test")) } else { Ok(()) }
    }
}
