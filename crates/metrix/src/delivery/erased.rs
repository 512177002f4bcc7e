//! [`ErasedSink`]: any sink, behind a pointer.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::{MElement, Sink, WriteError};

type Answer<'a> = BoxFuture<'a, Result<(), WriteError>>;

/// A [`Sink`] whose type is forgotten, so that one list holds all of them. Each call costs a box, once a batch.
pub(crate) trait ErasedSink: Send {
    fn write<'a>(&'a mut self, batch: &'a [MElement]) -> Answer<'a>;
    fn flush(&mut self) -> Answer<'_>;
    fn close(&mut self) -> Answer<'_>;
}

impl<S: Sink> ErasedSink for S {
    fn write<'a>(&'a mut self, batch: &'a [MElement]) -> Answer<'a> {
        Sink::write(self, batch).boxed()
    }

    fn flush(&mut self) -> Answer<'_> {
        Sink::flush(self).boxed()
    }

    fn close(&mut self) -> Answer<'_> {
        Sink::close(self).boxed()
    }
}
