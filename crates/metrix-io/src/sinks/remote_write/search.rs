//! [`Search`]: which samples of a request are refused.

use std::collections::VecDeque;

use super::round_search::RoundSearch;
use super::rounds::Point;

/// What is still to be sent of a request. Where it is refused, the rounds that it has are sent in smaller numbers, in order, as a server
/// takes no sample that is older than another of its series; and one that is refused alone is searched.
///
/// Samples are mostly refused because they are older than what the server has: the first rounds, up to one from which on all are taken. So
/// after a refusal they go one by one, and after each that is taken twice as many.
#[derive(Debug)]
pub(super) struct Search<'a> {
    rounds: VecDeque<&'a [Point]>,
    /// So many of them go at once.
    at_once: usize,
    /// What was sent last.
    sent: Vec<&'a [Point]>,
    has_taken: bool,
    /// One that was refused alone.
    round: Option<RoundSearch<'a>>,
}

impl<'a> Search<'a> {
    /// All rounds go at once, unless it is known that some are refused.
    pub(super) fn new(rounds: Vec<&'a [Point]>, is_narrow: bool) -> Self {
        let at_once = if is_narrow { 1 } else { rounds.len() };
        Self { rounds: rounds.into(), at_once, sent: Vec::new(), has_taken: false, round: None }
    }

    /// What is to be sent next.
    pub(super) fn next(&mut self) -> Option<Vec<&'a [Point]>> {
        if let Some(part) = self.round.as_mut().and_then(RoundSearch::next) {
            return Some(vec![part]);
        }
        self.round = None;
        let count = self.at_once.clamp(1, self.rounds.len().max(1)).min(self.rounds.len());
        self.sent = self.rounds.drain(..count).collect();
        (!self.sent.is_empty()).then(|| self.sent.clone())
    }

    /// The last one was taken.
    pub(super) fn taken(&mut self) {
        self.has_taken = true;
        match &mut self.round {
            Some(round) => round.taken(),
            None => self.at_once = self.at_once.saturating_mul(2),
        }
    }

    /// The last one was refused, and has these parts: sends less of it, unless it is one sample, or there is no hope for any.
    pub(super) fn narrow(&mut self, parts: &[&'a [Point]]) -> bool {
        let [part] = parts else {
            self.at_once = if self.has_taken { parts.len() / 2 } else { 1 };
            self.sent.drain(..).rev().for_each(|round| self.rounds.push_front(round));
            return true;
        };
        if self.round.is_none() {
            self.at_once = 1;
        }
        self.round.get_or_insert_with(RoundSearch::new).halve(part)
    }

    /// What has not been sent.
    pub(super) fn rest(self) -> impl Iterator<Item = &'a Point> {
        self.round.into_iter().flat_map(RoundSearch::rest).chain(self.rounds.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Tags, Timestamp, tags};

    use super::super::rounds::Rounds;
    use super::*;
    use crate::sinks::refused::Refused;

    /// The times that are taken, in order, and how many requests that takes, of a series whose first `refused` samples are refused, or whose
    /// sample at that place is.
    fn search(samples: i64, refuses: impl Fn(i64) -> bool) -> (Vec<i64>, usize) {
        let element = |second| MElement::new("a", 1.0, tags! {}, Timestamp::from_secs(second));
        let batch: Vec<MElement> = (0..samples).map(element).collect();
        let (rounds, _) = Rounds::new(&batch, &Tags::NONE, &mut Refused::default());
        let mut requests = rounds.requests(usize::MAX).into_iter();
        let mut search = Search::new(requests.next().unwrap(), false);
        let (mut taken, mut requests) = (Vec::new(), 0);
        while let Some(parts) = search.next() {
            requests += 1;
            let times = parts.iter().copied().flatten().map(|point| point.at / 1000);
            if times.clone().any(&refuses) {
                search.narrow(&parts);
            } else {
                taken.extend(times);
                search.taken();
            }
        }
        (taken, requests)
    }

    #[test]
    fn what_is_taken_goes_in_the_order_of_time_and_in_few_requests() {
        let whole = |refuses: fn(i64) -> bool| {
            let (taken, requests) = search(1000, refuses);
            assert_eq!(taken, (0..1000).filter(|time| !refuses(*time)).collect::<Vec<_>>());
            requests
        };
        assert_eq!(whole(|_| false), 1);
        // One by one as far as they are too old, and then more and more.
        let old = whole(|time| time < 100);
        assert!((101..120).contains(&old), "{old}");
        let one = whole(|time| time == 500);
        assert!(one < 60, "{one}");
        assert_eq!(whole(|_| true), 1001);
    }
}
