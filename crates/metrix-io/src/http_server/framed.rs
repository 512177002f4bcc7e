//! [`Framed`]: the message of a call of gRPC.

use hyper::StatusCode;
use hyper::body::Bytes;

use super::reader::{Kept, Reader};
use crate::otlp::grpc::HEAD;

/// The one message of a call of gRPC: whether it is packed, its length, and itself.
pub(super) struct Framed {
    head: Vec<u8>,
    may_be_packed: bool,
    /// `None` until the head has come.
    message: Option<Reader>,
    /// What the message is to be kept in.
    kept: Option<Kept>,
    /// So many bytes of it are still to come.
    left: usize,
}

impl Framed {
    pub(super) fn new(kept: Kept, may_be_packed: bool) -> Self {
        Self { head: Vec::new(), may_be_packed, message: None, kept: Some(kept), left: 0 }
    }

    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), StatusCode> {
        let (head, bytes) = bytes.split_at(bytes.len().min(HEAD - self.head.len()));
        self.head.extend_from_slice(head);
        if let (Some((flag, length)), Some(_)) = (self.head.split_first_chunk::<1>(), &self.kept) {
            let Ok(length) = <[u8; 4]>::try_from(length) else { return Ok(()) };
            self.left = usize::try_from(u32::from_be_bytes(length)).map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
            self.message = match (flag, self.kept.take()) {
                (_, Some(kept)) if self.left > kept.most => return Err(StatusCode::PAYLOAD_TOO_LARGE),
                ([0], Some(kept)) => Some(Reader::Plain(kept)),
                ([1], Some(kept)) if self.may_be_packed => Some(Reader::gzip(kept)),
                _ => return Err(StatusCode::BAD_REQUEST),
            };
        }
        let Some(message) = &mut self.message else { return Ok(()) };
        // A second message is one too many.
        self.left = self.left.checked_sub(bytes.len()).ok_or(StatusCode::BAD_REQUEST)?;
        message.take(bytes);
        message.status().map_or(Ok(()), Err)
    }

    pub(super) fn end(self) -> Result<Bytes, StatusCode> {
        match self.message {
            Some(message) if self.left == 0 => message.end(),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    }
}
