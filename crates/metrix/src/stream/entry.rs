//! [`Entry`]: the way into a pipeline.

use std::future::Future;
use std::pin::Pin;

use metrix_core::{EmitError, Operator, Pusher, TimeDomain, Timestamp};

use super::measurement::Measurement;

/// The way into a pipeline, whatever it is made of.
pub(super) trait Entry: Send + Sync {
    fn try_push(&self, measurement: Measurement) -> Result<(), EmitError<Measurement>>;
    fn push(&self, measurement: Measurement) -> Push<'_>;
    fn close(&self);
    /// How far time has come, with all windows given out that were over by then; `None` once it is closed. Who asks has the lock under
    /// which windows and batches end, and sees all of those that have.
    fn served_until(&self) -> Option<Timestamp>;
    /// Event time moves on to there.
    fn advance_to(&self, time: Timestamp);
}

pub(super) type Push<'a> = Pin<Box<dyn Future<Output = Result<(), EmitError<Measurement>>> + Send + 'a>>;

impl<O, T> Entry for Pusher<Measurement, O, T>
where
    O: Operator<Measurement, Out: Send> + Send,
    T: TimeDomain<Measurement> + Send,
{
    fn try_push(&self, measurement: Measurement) -> Result<(), EmitError<Measurement>> {
        Pusher::try_push(self, measurement)
    }

    fn push(&self, measurement: Measurement) -> Push<'_> {
        Box::pin(Pusher::push(self, measurement))
    }

    fn close(&self) {
        Pusher::close(self);
    }

    fn served_until(&self) -> Option<Timestamp> {
        Pusher::served_until(self)
    }

    fn advance_to(&self, time: Timestamp) {
        Pusher::advance_to(self, time);
    }
}
