//! [`read`]: the body of a request, unpacked.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::CONTENT_ENCODING;
use hyper::{HeaderMap, StatusCode};
use tokio::time::timeout;

use super::budget::Budget;
#[cfg(feature = "otlp")]
use super::framed::Framed;
use super::limits::HttpLimits;
use super::reader::{Kept, Reader};
use super::stats::HttpMeter;

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
    let kept = Kept::new(budget.lease(), limits.body);
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
