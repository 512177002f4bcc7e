//! [`Received`]: what came out of a sink, compared with what went in.

use std::fmt::{Debug, Write as _};

/// How many elements a message shows.
const SHOWN: usize = 3;

/// More of an element's text than this is left out of a message, in characters.
const SHOWN_TEXT: usize = 300;

/// What was read back.
pub(super) struct Received<K>(pub(super) Vec<K>);

impl<K: PartialEq + Debug> Received<K> {
    /// Each expected element must be there once, and nothing else; and in this order, if it is kept.
    pub(super) fn check_exactly(mut self, expected: &[K], ordered: bool) -> Result<(), String> {
        let differs = self.0.iter().zip(expected).position(|(received, expected)| !same(received, expected));
        if ordered && self.0.len() == expected.len() && differs.is_none() {
            return Ok(());
        }
        let swapped =
            differs.filter(|_| ordered).map(|place| format!("in place {place} comes {}", show(&self.0[place])));
        let missing: Vec<&K> = expected.iter().filter(|element| !self.take(element)).collect();
        match (&missing[..], &self.0[..]) {
            ([], []) => swapped.map_or(Ok(()), |swapped| Err(format!("they come in another order: {swapped}"))),
            (missing, more) => {
                let more: Vec<&K> = more.iter().collect();
                Err(format!("missing {}; doubled, altered or forged {}", list(missing), list(&more)))
            }
        }
    }

    /// Each expected element must be there once at least, where equal ones count as one; and nothing else.
    pub(super) fn check_at_least(mut self, expected: &[K]) -> Result<(), String> {
        self.take_each(expected)?;
        self.rest_is_of(expected)
    }

    /// Takes out the elements that must be there.
    pub(super) fn take_all<'a>(&mut self, expected: impl IntoIterator<Item = &'a K>) -> Result<(), String>
    where
        K: 'a,
    {
        let missing: Vec<&K> = expected.into_iter().filter(|element| !self.take(element)).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("missing {}", list(&missing))) }
    }

    /// Takes out one of each of the elements that must be there, where equal ones count as one.
    pub(super) fn take_each(&mut self, expected: &[K]) -> Result<(), String> {
        let mut each: Vec<&K> = Vec::new();
        for element in expected {
            if !each.iter().any(|&known| same(known, element)) {
                each.push(element);
            }
        }
        self.take_all(each)
    }

    /// All that is left must be one of these, which came again, or came though they need not.
    pub(super) fn rest_is_of(self, allowed: &[K]) -> Result<(), String> {
        let forged: Vec<&K> =
            self.0.iter().filter(|&left| !allowed.iter().any(|element| same(left, element))).collect();
        if forged.is_empty() { Ok(()) } else { Err(format!("altered or forged {}", list(&forged))) }
    }

    fn take(&mut self, element: &K) -> bool {
        let place = self.0.iter().position(|received| same(received, element));
        if let Some(place) = place {
            self.0.remove(place);
        }
        place.is_some()
    }
}

/// Values that are no numbers are the same if they are written alike.
fn same<K: PartialEq + Debug>(one: &K, other: &K) -> bool {
    // What doesn't equal itself has such a value.
    one == other || !is_itself(one) && !is_itself(other) && format!("{one:?}") == format!("{other:?}")
}

#[expect(clippy::eq_op, reason = "a value that is no number differs from itself")]
fn is_itself<K: PartialEq>(one: &K) -> bool {
    one == one
}

fn show(element: impl Debug) -> String {
    let text = format!("{element:?}");
    match text.char_indices().nth(SHOWN_TEXT) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

fn list<K: Debug>(elements: &[&K]) -> String {
    let mut text = format!("{} elements", elements.len());
    for (place, element) in elements.iter().take(SHOWN).enumerate() {
        let mark = if place == 0 { ": " } else { ", " };
        write!(text, "{mark}{}", show(element)).expect("a string takes all text");
    }
    text
}
