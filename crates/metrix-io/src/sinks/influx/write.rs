//! How the lines of a batch are posted, and how they are sent in datagrams.

use metrix::{MElement, WriteError};

use super::udp::MOST_BYTES;
use super::{Influx, Transport, http};
use crate::http_client::Verdict;
use crate::sinks::refused::Refused;

/// So many requests more than necessary a write may take to find out which lines are refused.
const MOST_SEARCHES: usize = 100;

impl Influx {
    /// Posts all lines, and finds out which of them are refused.
    pub(super) async fn post(&mut self, elements: &[MElement], mut refused: Refused) -> Result<(), WriteError> {
        let Self { transport: Transport::Http(http), batch, rules, limits, counts, .. } = self else { return Ok(()) };
        let mut requests = batch.requests(self.lines_per_request);
        let mut searches = MOST_SEARCHES;
        // The first one is the last, so that halves come before what is after them.
        requests.reverse();
        while let Some(request) = requests.pop() {
            let answer = match http.post(batch.text(&request), rules.precision, *limits).await {
                Ok(answer) => answer,
                Err(cause) => {
                    requests.push(request);
                    return Err(refused.with_unsent(batch.positions(&requests), cause));
                }
            };
            counts.requested();
            match answer.verdict() {
                Verdict::Taken => {}
                Verdict::Retryable => {
                    requests.push(request);
                    return Err(refused.with_unsent(batch.positions(&requests), http::said(&answer).into()));
                }
                Verdict::Refused if searches >= 2 && http::is_of_lines(&answer, request.len()) => {
                    searches -= 2;
                    let middle = request.start + request.len() / 2;
                    requests.push(middle..request.end);
                    requests.push(request.start..middle);
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
        let Self { transport: Transport::Udp(udp), batch, limits, counts, .. } = self else { return Ok(()) };
        let mut datagrams = batch.datagrams(udp.packed);
        datagrams.reverse();
        while let Some(datagram) = datagrams.pop() {
            let bytes = batch.text(&datagram);
            if bytes.len() > MOST_BYTES {
                for position in batch.positions(&[datagram]) {
                    let reason = format!("its line has {} bytes, more than a datagram: {MOST_BYTES}", bytes.len());
                    refused.add(position, &elements[position].name, reason);
                }
                continue;
            }
            let sent = match udp.socket(limits.connect).await {
                Ok(socket) => socket.send(bytes).await,
                Err(error) => Err(error),
            };
            if let Err(error) = sent {
                udp.close();
                datagrams.push(datagram);
                return Err(refused.with_unsent(batch.positions(&datagrams), error.into()));
            }
            counts.requested();
        }
        refused.into_result(elements.len())
    }
}
