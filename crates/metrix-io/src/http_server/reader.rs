//! [`Reader`]: a body, as its pieces come.

use std::io::{self, Write};
#[cfg(feature = "otlp")]
use std::sync::Arc;

use flate2::write::MultiGzDecoder;
use hyper::StatusCode;
use hyper::body::Bytes;

#[cfg(feature = "otlp")]
use super::budget::Budget;
use super::budget::Lease;
#[cfg(feature = "otlp")]
use super::framed::Framed;

/// Takes a body piece by piece, and keeps it unpacked.
pub(super) enum Reader {
    Plain(Kept),
    Gzip(Box<MultiGzDecoder<Kept>>),
    #[cfg(feature = "otlp")]
    Framed(Box<Framed>),
    /// Keeps nothing.
    Refused(StatusCode),
}

impl Reader {
    pub(super) fn gzip(kept: Kept) -> Self {
        Self::Gzip(Box::new(MultiGzDecoder::new(kept)))
    }

    pub(super) fn take(&mut self, bytes: &[u8]) {
        let refused = match self {
            Self::Plain(kept) => kept.write_all(bytes).err().map(|_| kept.refused),
            Self::Gzip(decoder) => decoder.write_all(bytes).err().map(|_| decoder.get_ref().refused),
            #[cfg(feature = "otlp")]
            Self::Framed(framed) => framed.take(bytes).err().map(Some),
            Self::Refused(_) => None,
        };
        if let Some(status) = refused {
            // What was kept is given up, before the rest comes.
            *self = Self::Refused(status.unwrap_or(StatusCode::BAD_REQUEST));
        }
    }

    /// Why it keeps nothing, if it doesn't.
    pub(super) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(status) => Some(*status),
            #[cfg(feature = "otlp")]
            Self::Framed(_) => None,
            Self::Plain(_) | Self::Gzip(_) => None,
        }
    }

    /// The body, if that was all of it.
    pub(super) fn end(self) -> Result<Bytes, StatusCode> {
        match self {
            Self::Plain(kept) => Ok(Bytes::from_owner(kept.body)),
            Self::Gzip(mut decoder) => match decoder.try_finish() {
                Ok(()) => match decoder.finish() {
                    Ok(kept) => Ok(Bytes::from_owner(kept.body)),
                    Err(_) => Err(StatusCode::BAD_REQUEST),
                },
                Err(_) => Err(decoder.get_ref().refused.unwrap_or(StatusCode::BAD_REQUEST)),
            },
            #[cfg(feature = "otlp")]
            Self::Framed(framed) => framed.end(),
            Self::Refused(status) => Err(status),
        }
    }
}

/// What is kept of a body: no more than the limits allow.
pub(super) struct Kept {
    body: Leased,
    pub(super) most: usize,
    /// Why no more is.
    refused: Option<StatusCode>,
}

impl Kept {
    /// So many bytes at most.
    pub(super) fn new(lease: Lease, most: usize) -> Self {
        Self { body: Leased { bytes: Vec::new(), lease }, most, refused: None }
    }
}

/// Where there is room for what handlers make of a body; requests have it among their extensions.
#[cfg(feature = "otlp")]
#[derive(Clone)]
pub(crate) struct Room(pub(super) Arc<Budget>);

#[cfg(feature = "otlp")]
impl Room {
    /// Keeps bytes as bodies are kept; `None` if there is no room.
    pub(crate) fn keep(&self, bytes: Vec<u8>) -> Option<Bytes> {
        let mut lease = self.0.lease();
        lease.grow(bytes.len()).then(|| Bytes::from_owner(Leased { bytes, lease }))
    }
}

/// Bytes, with the room that they take.
struct Leased {
    bytes: Vec<u8>,
    lease: Lease,
}

impl AsRef<[u8]> for Leased {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Leased { bytes: kept, lease } = &mut self.body;
        if kept.len() + bytes.len() > self.most {
            self.refused = Some(StatusCode::PAYLOAD_TOO_LARGE);
        } else if !lease.grow(bytes.len()) {
            self.refused = Some(StatusCode::TOO_MANY_REQUESTS);
        } else {
            kept.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        Err(io::ErrorKind::Other.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
