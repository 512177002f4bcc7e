//! How the server takes a message of gRPC, with the modules that lie beside this file by a link.

mod budget;
mod framed;
mod reader;

use hyper::StatusCode;
use hyper::body::Bytes;

use self::budget::Budget;
use self::framed::Framed;
use self::reader::{Kept, Reader};

/// So many bytes may a message have.
pub const MOST: usize = 1 << 16;

/// The message of a body that comes in pieces, of as many bytes as `sizes` says, again and again.
pub fn message(body: &[u8], sizes: &[u8], may_be_packed: bool) -> Result<Bytes, StatusCode> {
    let budget = Budget::new(MOST);
    let mut reader = Reader::Framed(Box::new(Framed::new(Kept::new(budget.lease(), MOST), may_be_packed)));
    let (mut rest, mut sizes) = (body, sizes.iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().map_or(rest.len(), |size| usize::from(*size) + 1);
        let (piece, after) = rest.split_at(size.min(rest.len()));
        reader.take(piece);
        rest = after;
    }
    let message = reader.end();
    let kept = message.as_ref().map_or(0, Bytes::len);
    assert!(!budget.lease().grow(MOST - kept + 1), "what is kept takes its room");
    assert!(budget.lease().grow(MOST - kept), "what is not kept takes none");
    message
}
