//! [`Search`]: how long a sink looks for what its server refuses.

use std::time::Duration;

use tokio::time::Instant;

/// So much time it may take, and a write may take for as many requests as it begins: less than the 30 seconds that a
/// coordinator gives a write, with another request's time.
const LONGEST: Duration = Duration::from_secs(10);

/// What a write has left of that and of its requests. What is refused is sent again in halves, and these in halves, as long
/// as it goes on.
#[derive(Debug)]
pub(super) struct Search {
    requests: usize,
    /// Since the first refusal.
    begun: Option<Instant>,
}

impl Search {
    /// Takes so many requests at most more than necessary.
    pub(super) fn new(requests: usize) -> Self {
        Self { requests, begun: None }
    }

    /// Whether two requests more may be sent.
    pub(super) fn goes_on(&mut self) -> bool {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        let goes_on = self.requests >= 2 && begun.elapsed() < LONGEST;
        if goes_on {
            self.requests -= 2;
        }
        goes_on
    }
}
