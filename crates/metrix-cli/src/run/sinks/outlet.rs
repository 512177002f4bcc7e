//! [`Outlet`]: a sink of any type.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use metrix::{MElement, Sink, WriteError};

/// A sink of a type that is chosen at run time.
pub(crate) trait Outlet: Send {
    fn write<'a>(&'a mut self, batch: &'a [MElement]) -> BoxFuture<'a, Result<(), WriteError>>;
    fn flush(&mut self) -> BoxFuture<'_, Result<(), WriteError>>;
    fn close(&mut self) -> BoxFuture<'_, Result<(), WriteError>>;
}

impl<S: Sink> Outlet for S {
    fn write<'a>(&'a mut self, batch: &'a [MElement]) -> BoxFuture<'a, Result<(), WriteError>> {
        Sink::write(self, batch).boxed()
    }

    fn flush(&mut self) -> BoxFuture<'_, Result<(), WriteError>> {
        Sink::flush(self).boxed()
    }

    fn close(&mut self) -> BoxFuture<'_, Result<(), WriteError>> {
        Sink::close(self).boxed()
    }
}
