//! [`Handover`]: requests, from where they come in to who reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::Response;
use hyper::body::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

/// So many requests may wait to be read; their bodies share [`HttpLimits::bodies`](crate::http_server::HttpLimits::bodies).
const MOST_WAITING: usize = 16;

/// Hands requests over to the one who reads them, and gives the answers back.
#[derive(Debug)]
pub(crate) struct Handover<T> {
    send: mpsc::Sender<T>,
    patience: Duration,
}

impl<T> Handover<T> {
    /// A client is told to come again if nobody begins to read what it sends for so long.
    pub(crate) fn new(patience: Duration) -> (Self, Waiting<T>) {
        let (send, waiting) = mpsc::channel(MOST_WAITING);
        (Self { send, patience }, Waiting(waiting))
    }

    /// The answer to a request; `None` if nobody reads it, so that its client should come again.
    pub(crate) async fn give(&self, request: impl FnOnce(Reply) -> T) -> Option<Response<Bytes>> {
        let (answer, mut answered) = oneshot::channel();
        let claim = Claim::default();
        let request = request(Reply { claim: claim.clone(), answer });
        let deadline = Instant::now() + self.patience;
        if !matches!(timeout_at(deadline, self.send.send(request)).await, Ok(Ok(()))) {
            return None;
        }
        match timeout_at(deadline, &mut answered).await {
            Ok(answer) => answer.ok(),
            // From now on nobody reads it.
            Err(_) if claim.take() => None,
            Err(_) => answered.await.ok(),
        }
    }
}

/// The requests that wait to be read.
#[derive(Debug)]
pub(crate) struct Waiting<T>(mpsc::Receiver<T>);

impl<T> Waiting<T> {
    /// The next one that is still wanted; `None` when no more can come. A future that is dropped has taken none.
    pub(crate) async fn next(&mut self, reply: impl Fn(&T) -> &Reply) -> Option<T> {
        loop {
            let request = self.0.recv().await?;
            let Reply { claim, answer } = reply(&request);
            // A client that has gone, or has been told to come again, comes again.
            if !answer.is_closed() && claim.take() {
                return Some(request);
            }
        }
    }
}

/// Where the answer to a request goes to.
#[derive(Debug)]
pub(crate) struct Reply {
    claim: Claim,
    answer: oneshot::Sender<Response<Bytes>>,
}

impl Reply {
    pub(crate) fn send(self, answer: Response<Bytes>) {
        // A client that has gone does not hear it.
        let _ = self.answer.send(answer);
    }
}

/// Either the one who reads a request has it, or the one who tells the client to come again.
#[derive(Clone, Debug, Default)]
struct Claim(Arc<AtomicBool>);

impl Claim {
    /// Whether nobody had it before.
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn either_it_is_read_or_the_client_comes_again() {
        let (handover, mut waiting) = Handover::<Reply>::new(Duration::from_secs(10));
        // Nobody reads it in time, and then nobody does.
        assert!(handover.give(|reply| reply).await.is_none());
        let read = async {
            let reply = waiting.next(|reply| reply).await.expect("one comes");
            // It takes longer than the client would wait for the start.
            tokio::time::sleep(Duration::from_secs(60)).await;
            reply.send(Response::new(Bytes::from("done")));
        };
        let (answer, ()) = tokio::join!(handover.give(|reply| reply), read);
        assert_eq!(answer.expect("it was read").body(), "done");
        // One that is dropped is not answered.
        let drop_it = async { drop(waiting.next(|reply| reply).await) };
        let (answer, ()) = tokio::join!(handover.give(|reply| reply), drop_it);
        assert!(answer.is_none());
    }
}
