//! [`read`]: the body of a request, unpacked.

use std::io::{self, Write};
use std::sync::Arc;

use flate2::write::MultiGzDecoder;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::CONTENT_ENCODING;
use hyper::{HeaderMap, StatusCode};
use tokio::time::timeout;

use super::budget::{Budget, Lease};
use super::limits::HttpLimits;
use super::stats::HttpMeter;
#[cfg(feature = "otlp")]
use crate::otlp::grpc::HEAD;

/// Reads a body as far as the limits allow, or tells by which status to refuse it. What it keeps is taken from
/// `budget`, and given back when nobody has the body any more.
///
/// Of a body that is refused as much is read as one may have: most clients listen only when they have sent all of it.
pub(super) async fn read(
    encoding: Option<Encoding>,
    body: Incoming,
    limits: &HttpLimits,
    budget: &Arc<Budget>,
    meter: &HttpMeter,
) -> Result<Bytes, StatusCode> {
    let kept = Kept { body: Leased { bytes: Vec::new(), lease: budget.lease() }, most: limits.body, refused: None };
    let mut reader = match encoding {
        // A body that says that it is too large need not be kept before it is.
        _ if body.size_hint().lower() > limits.body as u64 => Reader::Refused(StatusCode::PAYLOAD_TOO_LARGE),
        Some(Encoding::Plain) => Reader::Plain(kept),
        Some(Encoding::Gzip) => Reader::gzip(kept),
        #[cfg(feature = "otlp")]
        Some(Encoding::Framed { may_be_packed }) => Reader::Framed(Box::new(Framed::new(kept, may_be_packed))),
        None => Reader::Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    };
    let all = receive(body, limits.body, &mut reader, meter);
    timeout(limits.body_time, all).await.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT))?;
    reader.end()
}

/// Reads a body that nobody wants, as far as the limits allow, and keeps nothing. Tells whether that was all.
pub(super) async fn discard(body: Incoming, limits: &HttpLimits, meter: &HttpMeter) -> bool {
    let mut reader = Reader::Refused(StatusCode::PAYLOAD_TOO_LARGE);
    let all = receive(body, limits.body, &mut reader, meter);
    timeout(limits.body_time, all).await.is_ok_and(|read| read.is_ok())
}

async fn receive(mut body: Incoming, most: usize, reader: &mut Reader, meter: &HttpMeter) -> Result<(), StatusCode> {
    let mut received = 0_usize;
    while let Some(frame) = body.frame().await {
        // A client that breaks off does not hear it.
        let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
        let Some(bytes) = frame.data_ref() else { continue };
        meter.count_received(bytes.len());
        received = received.saturating_add(bytes.len());
        if received > most {
            // With those that go before it, it is as much as one may have, and a bit more.
            return Err(reader.status().unwrap_or(StatusCode::PAYLOAD_TOO_LARGE));
        }
        reader.take(bytes);
    }
    Ok(())
}

/// How a body is to be read.
pub(super) enum Encoding {
    Plain,
    Gzip,
    /// A message of gRPC.
    #[cfg(feature = "otlp")]
    Framed {
        /// By gzip, if its frame says so.
        may_be_packed: bool,
    },
}

impl Encoding {
    /// That of a body with these headers, if it is known; those that are passed on are as plain.
    pub(super) fn of(headers: &HeaderMap, passes: &[String]) -> Option<Self> {
        let Some(encoding) = headers.get(CONTENT_ENCODING) else { return Some(Self::Plain) };
        let encoding = encoding.to_str().ok()?.trim().to_ascii_lowercase();
        match &*encoding {
            "" | "identity" => Some(Self::Plain),
            _ if passes.contains(&encoding) => Some(Self::Plain),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            _ => None,
        }
    }
}

enum Reader {
    Plain(Kept),
    Gzip(Box<MultiGzDecoder<Kept>>),
    #[cfg(feature = "otlp")]
    Framed(Box<Framed>),
    Refused(StatusCode),
}

impl Reader {
    fn gzip(kept: Kept) -> Self {
        Self::Gzip(Box::new(MultiGzDecoder::new(kept)))
    }

    fn take(&mut self, bytes: &[u8]) {
        #[cfg(feature = "otlp")]
        if let Self::Framed(framed) = self {
            if let Err(status) = framed.take(bytes) {
                *self = Self::Refused(status);
            }
            return;
        }
        let result = match self {
            Self::Plain(kept) => kept.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
            #[cfg(feature = "otlp")]
            Self::Framed(_) => Ok(()),
            Self::Refused(_) => Ok(()),
        };
        if result.is_err() {
            let status = match self {
                Self::Plain(kept) => kept.refused,
                Self::Gzip(decoder) => decoder.get_ref().refused,
                #[cfg(feature = "otlp")]
                Self::Framed(_) => None,
                Self::Refused(status) => Some(*status),
            };
            // What was kept is given up, before the rest comes.
            *self = Self::Refused(status.unwrap_or(StatusCode::BAD_REQUEST));
        }
    }

    fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused(status) => Some(*status),
            #[cfg(feature = "otlp")]
            Self::Framed(_) => None,
            Self::Plain(_) | Self::Gzip(_) => None,
        }
    }

    fn end(self) -> Result<Bytes, StatusCode> {
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

/// The one message of a call of gRPC: whether it is packed, its length, and itself.
#[cfg(feature = "otlp")]
struct Framed {
    head: Vec<u8>,
    may_be_packed: bool,
    /// `None` until the head has come.
    message: Option<Reader>,
    /// What the message is to be kept in.
    kept: Option<Kept>,
    /// So many bytes of it are still to come.
    left: usize,
}

#[cfg(feature = "otlp")]
impl Framed {
    fn new(kept: Kept, may_be_packed: bool) -> Self {
        Self { head: Vec::new(), may_be_packed, message: None, kept: Some(kept), left: 0 }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), StatusCode> {
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

    fn end(self) -> Result<Bytes, StatusCode> {
        match self.message {
            Some(message) if self.left == 0 => message.end(),
            _ => Err(StatusCode::BAD_REQUEST),
        }
    }
}

/// What is kept of a body: no more than the limits allow.
struct Kept {
    body: Leased,
    most: usize,
    /// Why no more is.
    refused: Option<StatusCode>,
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
