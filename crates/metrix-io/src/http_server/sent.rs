//! [`Sent`]: the body of an answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::HeaderMap;
use hyper::body::{Body, Bytes, Frame, SizeHint};

/// The body of an answer, and the headers that come after it.
#[derive(Debug, Default)]
pub(super) struct Sent {
    bytes: Bytes,
    trailers: Option<HeaderMap>,
}

impl Sent {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, trailers: None }
    }

    #[cfg(feature = "otlp")]
    pub(super) fn with_trailers(self, trailers: HeaderMap) -> Self {
        Self { trailers: Some(trailers), ..self }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = match std::mem::take(&mut self.bytes) {
            bytes if bytes.is_empty() => self.trailers.take().map(Frame::trailers),
            bytes => Some(Frame::data(bytes)),
        };
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}
