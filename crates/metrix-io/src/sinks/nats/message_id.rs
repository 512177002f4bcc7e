//! [`MessageId`]: by what JetStream knows an element that comes again.

use std::collections::HashMap;
use std::fmt;

use metrix::MElement;
use ring::digest::{Context, SHA256};

/// By what JetStream knows an element that comes again: half of a SHA-256, in hexadecimal, and how many equal ones were stored before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MessageId {
    digest: Digest,
    before: u32,
}

type Digest = [u8; 16];

/// How long they are at most.
pub(super) const LENGTH: usize = 2 * size_of::<Digest>() + "-4294967295".len();

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        if self.before > 0 { write!(f, "-{}", self.before) } else { Ok(()) }
    }
}

/// Gives elements their numbers: the same one until it is stored, however often it is tried, and another one to an equal element
/// after that.
///
/// Memory: some words for each of the last 65 536 to 131 072 that were stored.
#[derive(Debug, Default)]
pub(super) struct MessageIds {
    stored: HashMap<Digest, u32>,
    /// Those that came before them.
    older: HashMap<Digest, u32>,
}

/// After so many that were stored, those that came before them are forgotten.
const MOST: usize = 65_536;

impl MessageIds {
    /// Those of a batch.
    pub(super) fn of<'a>(&self, batch: impl IntoIterator<Item = &'a MElement>) -> impl Iterator<Item = MessageId> {
        let mut here: HashMap<Digest, u32> = HashMap::new();
        batch.into_iter().map(move |element| {
            let digest = digest(element);
            let here = here.entry(digest).or_default();
            let before = self.before(&digest) + *here;
            *here += 1;
            MessageId { digest, before }
        })
    }

    /// One was stored, so that the next element that is equal is another one.
    pub(super) fn stored(&mut self, id: MessageId) {
        if self.stored.len() >= MOST {
            self.older = std::mem::take(&mut self.stored);
        }
        let count = self.before(&id.digest).max(id.before + 1);
        self.stored.insert(id.digest, count);
    }

    fn before(&self, digest: &Digest) -> u32 {
        self.stored.get(digest).or_else(|| self.older.get(digest)).copied().unwrap_or(0)
    }
}

/// The same for elements of the same name, tags, window and value, and another one for all others.
fn digest(element: &MElement) -> Digest {
    let mut digest = Context::new(&SHA256);
    let mut text = |text: &str| {
        digest.update(&(text.len() as u64).to_le_bytes());
        digest.update(text.as_bytes());
    };
    text(&element.name);
    for (name, value) in element.tags.iter() {
        text(name);
        text(value);
    }
    for time in [Some(element.at), element.start] {
        digest.update(&[u8::from(time.is_some())]);
        digest.update(&time.map_or(0, metrix::Timestamp::as_nanos).to_le_bytes());
    }
    digest.update(&element.value.to_bits().to_le_bytes());
    let (whole, mut half) = (digest.finish(), Digest::default());
    half.copy_from_slice(&whole.as_ref()[..size_of::<Digest>()]);
    half
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use metrix::{Timestamp, tags};

    use super::*;

    #[test]
    fn whatever_differs_makes_another() {
        let at = Timestamp::from_secs(60);
        let element = || MElement::new("a", 1.0, tags! { "b" => "c" }, at);
        let others = [
            element(),
            element().since(Timestamp::EPOCH),
            element().since(Timestamp::from_nanos(i64::MIN)),
            element().since(Timestamp::from_secs(1)),
            MElement::new("a", 1.5, tags! { "b" => "c" }, at),
            MElement::new("a", 1.0, tags! { "b" => "c" }, Timestamp::from_secs(61)),
            MElement::new("a", 1.0, tags! { "bc" => "" }, at),
            MElement::new("a", 1.0, tags! {}, at),
            MElement::new("ab", 1.0, tags! { "" => "c" }, at),
        ];
        let ids: HashSet<Digest> = others.iter().map(digest).collect();
        assert_eq!(ids.len(), others.len());
        assert!(ids.contains(&digest(&element())));
    }

    #[test]
    fn one_that_is_tried_again_is_the_same_and_one_that_comes_after_is_another() {
        let element = |value| MElement::new("a", value, tags! {}, Timestamp::EPOCH);
        let (a, b) = (element(1.0), element(2.0));
        let mut ids = MessageIds::default();
        let numbers = |ids: &MessageIds, batch: [&MElement; 4]| ids.of(batch).map(|id| id.before).collect::<Vec<_>>();
        assert_eq!(numbers(&ids, [&a, &b, &a, &a]), [0, 0, 1, 2]);
        let all: Vec<MessageId> = ids.of([&a, &b, &a, &a]).collect();
        // The first and the last are stored, the second of them is tried again.
        ids.stored(all[0]);
        ids.stored(all[1]);
        assert_eq!(ids.of([&a]).next(), Some(all[2]));
        ids.stored(all[2]);
        assert_eq!(numbers(&ids, [&a, &b, &a, &b]), [2, 1, 3, 2]);
        let text = ids.of([&a]).next().unwrap().to_string();
        assert!(text.ends_with("-2") && text.len() < LENGTH, "{text}");
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let element = |value: usize| MElement::new("a", value as f64, tags! {}, Timestamp::EPOCH);
        let mut ids = MessageIds::default();
        for value in 0..MOST * 2 + 1 {
            let id = ids.of([&element(value)]).next().unwrap();
            ids.stored(id);
        }
        let numbers = [0, MOST, MOST * 2].map(|value| ids.of([&element(value)]).next().unwrap().before);
        assert_eq!((numbers, ids.stored.len(), ids.older.len()), ([0, 1, 1], 1, MOST));
    }

    /// It is the same in all versions, on all machines.
    #[test]
    fn it_stays_as_it_is() {
        let element = MElement::new("requests.count", 3.0, tags! { "page" => "/" }, Timestamp::from_secs(60));
        assert_eq!(
            MessageIds::default().of([&element]).next().unwrap().to_string(),
            "7deef90ed85f3feb7d32136a0aacc121"
        );
    }
}
