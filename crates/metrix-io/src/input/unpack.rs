//! [`Unpack`]: what is compressed, as it was before.

use std::io::{self, Cursor, ErrorKind, Read};

/// How gzip begins.
const GZIP: &[u8] = b"\x1f\x8b";
/// How Zstandard begins.
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// Whether this is how something compressed begins.
pub(super) fn is_packed(begin: &[u8]) -> bool {
    begin.starts_with(GZIP) || begin.starts_with(ZSTD)
}

/// Reads what is compressed as it was before, and anything else as it is. Its first bytes tell, and not its name.
///
/// They are looked at when it is first read, since opening the standard input must not wait for something to come.
pub(super) enum Unpack {
    Unopened(Option<Box<dyn Read + Send>>),
    Opened(Box<dyn Read + Send>),
}

impl Unpack {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self::Unopened(Some(reader))
    }
}

impl Read for Unpack {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Unopened(reader) = self {
            let reader = reader.take().ok_or_else(|| io::Error::other("it couldn't be opened"))?;
            *self = Self::Opened(open(reader)?);
        }
        match self {
            Self::Opened(reader) => reader.read(buffer),
            Self::Unopened(_) => Ok(0),
        }
    }
}

fn open(mut reader: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut begin = Vec::with_capacity(ZSTD.len());
    // No more is waited for than it takes to tell: what is typed comes line by line.
    while [GZIP, ZSTD].iter().any(|magic| magic.len() > begin.len() && magic.starts_with(&begin)) {
        let mut byte = [0];
        match reader.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => begin.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let (is_gzip, is_zstd) = (begin.starts_with(GZIP), begin.starts_with(ZSTD));
    let whole = Cursor::new(begin).chain(reader);
    if is_gzip {
        gzip(whole)
    } else if is_zstd {
        zstd(whole)
    } else {
        Ok(Box::new(whole))
    }
}

#[cfg(feature = "gzip")]
fn gzip(reader: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(flate2::read::MultiGzDecoder::new(reader)))
}

#[cfg(not(feature = "gzip"))]
fn gzip(_: impl Read) -> io::Result<Box<dyn Read + Send>> {
    let message = "it is compressed by gzip: unpack it, or build metrix-io with the feature `gzip`";
    Err(io::Error::new(ErrorKind::Unsupported, message))
}

#[cfg(feature = "zstd")]
fn zstd(reader: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(Zstd(zstd::stream::read::Decoder::new(reader)?)))
}

#[cfg(not(feature = "zstd"))]
fn zstd(_: impl Read) -> io::Result<Box<dyn Read + Send>> {
    let message = "it is compressed by Zstandard: unpack it, or build metrix-io with the feature `zstd`";
    Err(io::Error::new(ErrorKind::Unsupported, message))
}

/// Gives damage its kind, which the decoder calls "other".
#[cfg(feature = "zstd")]
struct Zstd<R>(R);

#[cfg(feature = "zstd")]
impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::Other => io::Error::new(ErrorKind::InvalidData, error),
            _ => error,
        })
    }
}
