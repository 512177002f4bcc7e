//! [`OtlpExports`]: what clients of an [`OtlpServer`](super::OtlpServer) send.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Bytes;

use super::answer::Form;
use super::cumulative::Cumulative;
use super::place::Place;
use super::point::Reader;
use super::rules::Rules;
use crate::Reading;
use crate::otlp::answer::Partial;
use crate::sources::Requests;
use crate::sources::handover::Reply;

/// What clients of an [`OtlpServer`](super::OtlpServer) send.
pub type OtlpExports = Requests<OtlpExport>;

/// A point that has no readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RejectedPoint<'a> {
    /// The name of its metric.
    pub metric: &'a str,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// What a client sends in one request, and waits to be told that it was taken. If it is dropped before that, the client is told to come
/// again (503, `UNAVAILABLE`).
#[derive(Debug)]
pub struct OtlpExport {
    pub(super) body: Bytes,
    pub(super) place: Place,
    pub(super) rules: Arc<Rules>,
    pub(super) cumulative: Arc<Mutex<Cumulative>>,
    pub(super) form: Form,
    pub(super) reply: Reply,
    pub(super) rejected: Partial,
}

impl OtlpExport {
    /// Gives the readings of all points to `visit`, and the points that have none as they are wrong, in order. Returns how many points there
    /// were.
    pub fn read(&mut self, visit: impl FnMut(Result<Reading<'_>, RejectedPoint<'_>>)) -> u64 {
        self.read_some(usize::MAX, visit).unwrap_or(0)
    }

    /// Does as [`read`](Self::read) with the next points, so many at most; `None` when all have been read. A point has at most 2100
    /// readings, so what they become can be sent on before there is more of it.
    pub fn read_some(
        &mut self,
        points: usize,
        mut visit: impl FnMut(Result<Reading<'_>, RejectedPoint<'_>>),
    ) -> Option<u64> {
        let Self { body, place, rules, cumulative, rejected, .. } = self;
        let mut cumulative = cumulative.lock().unwrap_or_else(PoisonError::into_inner);
        cumulative.tidy();
        let mut count = None;
        for _ in 0..points {
            let Some(found) = place.next(body) else { break };
            *count.get_or_insert(0) += 1;
            let metric = found.metric(body).name;
            let reader = Reader { rules, cumulative: &mut cumulative, body, found };
            if let Err(reason) = reader.read(&mut |reading| visit(Ok(reading))) {
                if rejected.rejected == 0 {
                    let short: String = metric.chars().take(100).collect();
                    rejected.message = format!("a point of {short:?}: {reason}");
                }
                rejected.rejected += 1;
                visit(Err(RejectedPoint { metric, reason }));
            }
        }
        count
    }

    /// Counts the points that are not read yet as rejected, which the client is told with those that are wrong.
    pub fn reject_rest(&mut self) {
        while self.place.next(&self.body).is_some() {
            self.rejected.rejected += 1;
        }
    }

    /// Tells the client that it was taken, with how many points were rejected, and why the first was.
    pub fn confirm(self) {
        self.reply.send(self.form.taken(&self.rejected));
    }
}
