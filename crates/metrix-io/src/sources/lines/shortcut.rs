//! [`Shortcut`]: the first way to match a pattern, which nearly always is the one.

use std::ops::RangeInclusive;

use regex_syntax::hir::{Capture, Class, Hir, HirKind, Look, Repetition};

use crate::near::position;

/// Tries the first of the ways in which a backtracking matcher would go through a line: from its beginning, each repetition
/// as far as it goes, each alternative only if the ones before can't begin. If that leads to a match, it is the one that the
/// regular expression has, as of several it takes the one that would be tried first; if not, nothing is known.
///
/// Only what is ASCII is gone through, where a byte is a character. Most lines are of printable ASCII alone: there `\S+`, for
/// instance, ends at the first space.
#[derive(Clone, Debug)]
pub(super) struct Shortcut {
    way: Way,
    found: Found,
}

/// What has been found of a match.
#[derive(Clone, Debug)]
struct Found {
    groups: Groups,
    /// Where each group was last begun.
    begins: Vec<usize>,
}

/// Steps that are gone one after the other.
#[derive(Clone, Debug)]
struct Way {
    steps: Vec<Step>,
    /// The place of the first that isn't the beginning of a group.
    first: usize,
}

/// Where each group of the pattern begins and ends.
pub(super) type Groups = Vec<Option<(usize, usize)>>;

#[derive(Clone, Debug)]
enum Step {
    /// This text.
    Text(Box<[u8]>),
    /// So many bytes of a class at least, and as many more as there are up to a bound; `until` is the only printable byte
    /// that is not of the class, if there is just one.
    Run { class: Box<Members>, least: usize, most: usize, until: Option<u8> },
    /// A group begins.
    Open(usize),
    /// It ends.
    Close(usize),
    /// The first of these that can begin.
    Choice(Vec<Way>),
    /// The end of the line.
    End,
}

/// Whether each byte belongs to a class.
type Members = [bool; 256];

/// Why there is no match on this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum No {
    /// It can't be gone at all, so that the next one is to be tried.
    Begin,
    /// It has been left, after it branched.
    Further,
}

impl Shortcut {
    /// `None` if the pattern has something that this has not.
    pub(super) fn new(pattern: &Hir) -> Option<Self> {
        let steps = match pattern.kind() {
            // Without a `^`, the beginning is only the place that is tried first.
            HirKind::Concat(parts) if *parts.first()?.kind() == HirKind::Look(Look::Start) => all(&parts[1..])?,
            _ => all(std::slice::from_ref(pattern))?,
        };
        let groups = pattern.properties().explicit_captures_len() + 1;
        Some(Self { way: Way::new(steps), found: Found { groups: vec![None; groups], begins: vec![0; groups] } })
    }

    /// The groups of the match, if it is found.
    pub(super) fn find(&mut self, line: &[u8]) -> Option<&Groups> {
        let Self { way, found } = self;
        found.groups.fill(None);
        let end = way.go((line, is_printable(line)), 0, found).ok()?;
        found.groups[0] = Some((0, end));
        Some(&found.groups)
    }
}

fn all(parts: &[Hir]) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in parts {
        match part.kind() {
            HirKind::Empty => {}
            HirKind::Literal(literal) => steps.push(Step::Text(literal.0.clone())),
            HirKind::Class(class) => steps.push(run(class, 1, 1)),
            HirKind::Look(Look::End) => steps.push(Step::End),
            HirKind::Look(_) => return None,
            HirKind::Repetition(repetition) => steps.push(repeated(repetition)?),
            HirKind::Capture(Capture { index, sub, .. }) => {
                steps.push(Step::Open(*index as usize));
                steps.extend(all(std::slice::from_ref(sub))?);
                steps.push(Step::Close(*index as usize));
            }
            HirKind::Concat(parts) => steps.extend(all(parts)?),
            HirKind::Alternation(ways) => {
                let ways = ways.iter().map(|way| all(std::slice::from_ref(way)).map(Way::new));
                steps.push(Step::Choice(ways.collect::<Option<_>>()?));
            }
        }
    }
    Some(steps)
}

fn repeated(repetition: &Repetition) -> Option<Step> {
    let Repetition { min, max, greedy, sub } = repetition;
    match sub.kind() {
        _ if !greedy => None,
        HirKind::Class(class) => Some(run(class, *min as usize, max.map_or(usize::MAX, |max| max as usize))),
        _ if (*min, *max) == (0, Some(1)) => {
            let once = Way::new(all(std::slice::from_ref(sub))?);
            Some(Step::Choice(vec![once, Way::new(Vec::new())]))
        }
        _ => None,
    }
}

fn run(class: &Class, least: usize, most: usize) -> Step {
    let is_in = |byte: u8| match class {
        Class::Unicode(class) => {
            class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&char::from(byte)))
        }
        Class::Bytes(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte)),
    };
    let class = Box::new(std::array::from_fn(|byte| byte < 128 && is_in(byte as u8)));
    let mut others = PRINTABLE.filter(|byte| !class[usize::from(*byte)]);
    let until = others.next().filter(|_| others.next().is_none());
    Step::Run { class, least, most, until }
}

/// The bytes of ASCII that are printed.
const PRINTABLE: RangeInclusive<u8> = b' '..=b'~';

/// So many bytes are looked at in one instruction.
const BLOCK: usize = 16;

fn is_printable(line: &[u8]) -> bool {
    // Without a way out in the middle, as branches take longer than the bytes.
    let is_block_printable = |block: &[u8; BLOCK]| block.iter().fold(true, |all, byte| all & PRINTABLE.contains(byte));
    let Some(last) = line.last_chunk() else { return line.iter().all(|byte| PRINTABLE.contains(byte)) };
    let blocks = line.chunks_exact(BLOCK).filter_map(|block| block.first_chunk());
    // What is left over after them is in the last one, which may overlap.
    blocks.fold(is_block_printable(last), |all, block| all & is_block_printable(block))
}

/// Whether a line begins with a text, which mostly is a byte or two: the comparison of slices is made for longer ones.
#[inline]
fn begins_with(line: &[u8], text: &[u8]) -> bool {
    line.len() >= text.len() && line.iter().zip(text).all(|(byte, expected)| byte == expected)
}

impl Way {
    fn new(steps: Vec<Step>) -> Self {
        let first = steps.iter().take_while(|step| matches!(step, Step::Open(_))).count();
        Self { steps, first }
    }

    /// Goes it from a place of the line on, and gives the place where it ends; with the line stands whether it is printable.
    fn go(&self, whole: (&[u8], bool), begin: usize, found: &mut Found) -> Result<usize, No> {
        let (line, is_printable) = whole;
        let mut at = begin;
        for (place, step) in self.steps.iter().enumerate() {
            // What was before may have had other ways.
            let no = |no: No| if place <= self.first { no } else { No::Further };
            at = match step {
                Step::Text(text) if begins_with(&line[at..], text) => at + text.len(),
                Step::End if at == line.len() => at,
                Step::Text(_) | Step::End => return Err(no(No::Begin)),
                Step::Run { class, least, most, until } => {
                    let rest = &line[at..];
                    let len = match until.filter(|_| is_printable) {
                        Some(until) => position(rest, until),
                        None => rest.iter().position(|byte| !class[usize::from(*byte)]),
                    };
                    let len = len.unwrap_or(rest.len());
                    // What begins with another byte may be a character of the class.
                    if !is_printable && rest.get(len).is_some_and(|byte| !byte.is_ascii()) {
                        return Err(No::Further);
                    }
                    if len < *least {
                        return Err(no(if len == 0 { No::Begin } else { No::Further }));
                    }
                    at + len.min(*most)
                }
                Step::Open(group) => {
                    found.begins[*group] = at;
                    at
                }
                Step::Close(group) => {
                    found.groups[*group] = Some((found.begins[*group], at));
                    at
                }
                Step::Choice(ways) => {
                    let mut ways = ways.iter().map(|way| way.go(whole, at, found));
                    ways.find(|way| *way != Err(No::Begin)).unwrap_or(Err(No::Begin)).map_err(no)?
                }
            };
        }
        Ok(at)
    }
}

#[cfg(test)]
mod tests;
