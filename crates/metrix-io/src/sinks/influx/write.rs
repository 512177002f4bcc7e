//! How the lines of a batch are posted, and how they are sent in datagrams.

use std::collections::VecDeque;

use metrix::{MElement, WriteError};

use super::{Influx, MOST_BYTES, Transport, http};
use crate::http_client::Verdict;
use crate::sinks::refused::Refused;
use crate::sinks::search::Search;
use crate::sinks::wire::{Timeouts, Unsent};

/// So many requests more than necessary a write may take to find out which lines are refused.
const MOST_FOR_SEARCH: usize = 100;

impl Influx {
    /// Posts all lines, and finds out which of them are refused.
    pub(super) async fn post(&mut self, elements: &[MElement], mut refused: Refused) -> Result<(), WriteError> {
        let Self { transport: Transport::Http(http), batch, rules, limits, counts, .. } = self else { return Ok(()) };
        // The first one is the first.
        let mut requests = VecDeque::from(batch.requests(self.lines_per_request));
        let mut search = Search::new(MOST_FOR_SEARCH);
        while let Some(request) = requests.pop_front() {
            let answer = match http.post(batch.text(&request), rules.precision, *limits).await {
                Ok(answer) => answer,
                Err(cause) => {
                    requests.push_front(request);
                    return Err(refused.with_unsent(batch.positions(requests.make_contiguous()), cause));
                }
            };
            counts.answered();
            match answer.verdict() {
                Verdict::Taken => {}
                Verdict::Retryable => {
                    requests.push_front(request);
                    let unsent = batch.positions(requests.make_contiguous());
                    return Err(refused.with_unsent(unsent, http::said(&answer).into()).after(answer.retry_after()));
                }
                // Halves come last, so that when the search ends what is in doubt is in small parts, all of which have been tried.
                Verdict::Refused if http::is_of_lines(&answer, request.len()) && search.goes_on() => {
                    let middle = request.start + request.len() / 2;
                    requests.extend([request.start..middle, middle..request.end]);
                }
                Verdict::Refused => {
                    let said = http::said(&answer);
                    for position in batch.positions(&[request]) {
                        refused.add(position, &elements[position].name, &said);
                    }
                }
            }
        }
        refused.into_result(elements.len())
    }

    /// Sends all lines in datagrams.
    pub(super) async fn send(&mut self, elements: &[MElement], mut refused: Refused) -> Result<(), WriteError> {
        let Self { transport: Transport::Udp { datagrams, packed }, batch, limits, counts, .. } = self else {
            return Ok(());
        };
        let timeouts = Timeouts { connect: limits.connect, write: limits.exchange };
        // The first one is the last.
        let mut parts = batch.datagrams(*packed);
        parts.reverse();
        while let Some(part) = parts.pop() {
            let bytes = batch.text(&part);
            let sent = match bytes.len() {
                0..=MOST_BYTES => datagrams.send(bytes, timeouts, &**counts).await,
                length => {
                    Err(Unsent::TooLong(format!("its line has {length} bytes, more than a datagram: {MOST_BYTES}")))
                }
            };
            match sent {
                Ok(()) => {}
                Err(Unsent::TooLong(_)) if part.len() > 1 => {
                    parts.extend(part.rev().map(|line| line..line + 1));
                }
                Err(Unsent::TooLong(reason)) => {
                    for position in batch.positions(&[part]) {
                        refused.add(position, &elements[position].name, &reason);
                    }
                }
                Err(Unsent::Failed(error)) => {
                    parts.push(part);
                    return Err(refused.with_unsent(batch.positions(&parts), error.into()));
                }
            }
        }
        refused.into_result(elements.len())
    }
}
