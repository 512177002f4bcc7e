//! [`InfluxWrites`]: what clients of an [`InfluxServer`](super::InfluxServer) write.

use hyper::StatusCode;
use hyper::body::Bytes;

use super::InfluxLines;
use super::answer::{Version, well};
use super::body::Place;
use crate::sources::Requests;
use crate::sources::handover::Reply;
use crate::{LineError, ParseLine, Reading};

/// What clients of an [`InfluxServer`](super::InfluxServer) write.
pub type InfluxWrites = Requests<InfluxWrite>;

/// A line of a request that has no readings, as it is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrongLine<'a> {
    /// Its number in the request, counted from 1.
    pub number: usize,
    /// The line, which may be any bytes.
    pub line: &'a [u8],
    /// What is wrong with it.
    pub error: LineError,
}

/// What a client writes in one request, and waits to be told that it was taken. If it is dropped before that, the client is told
/// to come again (503).
#[derive(Debug)]
pub struct InfluxWrite {
    pub(super) body: Bytes,
    pub(super) place: Place,
    pub(super) lines: InfluxLines,
    pub(super) version: Version,
    pub(super) reply: Reply,
    /// How many lines were wrong, and what the first was.
    pub(super) wrong: (u64, String),
}

impl InfluxWrite {
    /// Gives the readings of all lines to `visit`, and what is wrong with those that have none, in order. Returns how many lines
    /// there were, but for empty ones.
    pub fn read(&mut self, visit: impl FnMut(Result<Reading<'_>, WrongLine<'_>>)) -> u64 {
        self.read_some(usize::MAX, visit).unwrap_or(0)
    }

    /// Does as [`read`](Self::read) with the next lines, so many at most; `None` when all have been read. A line has at most 1024
    /// readings, so what they become can be sent on before there is more of it.
    ///
    /// ```
    /// use metrix_io::sources::influx::InfluxServer;
    /// use tokio::io::AsyncWriteExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut writes = InfluxServer::bind("127.0.0.1:0".parse()?)?.start();
    /// let mut client = tokio::net::TcpStream::connect(writes.address()).await?;
    /// client.write_all(b"POST /write HTTP/1.0\r\ncontent-length: 17\r\n\r\na v=1\nb v=2\nc v=3").await?;
    /// let mut write = writes.next().await.ok_or("it goes on")?;
    /// let (mut values, mut counts) = (Vec::new(), Vec::new());
    /// while let Some(lines) = write.read_some(2, |read| values.extend(read.map(|reading| reading.value))) {
    ///     counts.push(lines);
    /// }
    /// assert_eq!(counts, [2, 1]);
    /// assert_eq!(values, [1.0, 2.0, 3.0]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn read_some(
        &mut self,
        lines: usize,
        mut visit: impl FnMut(Result<Reading<'_>, WrongLine<'_>>),
    ) -> Option<u64> {
        let Self { body, place, lines: parser, wrong, .. } = self;
        let mut count = None;
        for _ in 0..lines {
            let Some((number, line)) = place.next(body) else { break };
            *count.get_or_insert(0) += u64::from(!line.trim_ascii().is_empty());
            if let Err(error) = parser.parse(line, &mut |reading| visit(Ok(reading))) {
                if wrong.0 == 0 {
                    wrong.1 = format!("line {number}, column {error}");
                }
                wrong.0 += 1;
                visit(Err(WrongLine { number, line, error }));
            }
        }
        count
    }

    /// Counts the lines that are not read yet as dropped, which the client is told with those that are wrong.
    pub fn drop_rest(&mut self) {
        while let Some((_, line)) = self.place.next(&self.body) {
            let line = line.trim_ascii_start();
            self.wrong.0 += u64::from(!line.is_empty() && !line.starts_with(b"#"));
        }
    }

    /// How many fields were left out when it was read, as they are texts.
    pub fn skipped(&self) -> u64 {
        self.lines.skipped()
    }

    /// Tells the client that it was taken: 204, or 400 if lines were wrong, with the first of them and how many there were; the
    /// others have been taken all the same, as InfluxDB does it.
    pub fn confirm(self) {
        let (wrong, first) = self.wrong;
        let answer = match wrong {
            0 => well(),
            _ => {
                let message = format!("partial write: {first} dropped={wrong}");
                self.version.error(StatusCode::BAD_REQUEST, &message)
            }
        };
        self.reply.send(answer);
    }
}
