//! [`ScrapeError`]: why a scrape failed.

use std::error::Error;
use std::fmt;
use std::io;

use crate::LineError;
use crate::http_client::{Answer, Fault};
use crate::sources::excerpt::excerpt;

/// Why a scrape failed. The cause, if there is one, is its `source`, and not part of what it says itself.
///
/// ```
/// use metrix_io::sources::prometheus::Scraper;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix_io::AddressError> {
/// let mut scraper = Scraper::new("http://127.0.0.1:1/metrics")?; // nobody is there
/// let error = scraper.scrape(|_| ()).await.unwrap_err();
/// assert_eq!(error.to_string(), "the target can't be reached");
/// assert!(std::error::Error::source(&error).is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ScrapeError {
    message: String,
    cause: Option<Fault>,
}

impl ScrapeError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None }
    }

    pub(super) fn unreachable(cause: Fault) -> Self {
        Self { message: "the target can't be reached".to_owned(), cause: Some(cause) }
    }

    pub(super) fn said(answer: &Answer) -> Self {
        Self::new(format!("it shows no metrics: {}", answer.said(None)))
    }

    pub(super) fn too_large(most: usize) -> Self {
        Self::new(format!("it breaks off, or shows more than {most} bytes: raise `most_bytes`, or have it show less"))
    }

    pub(super) fn encoding(encoding: &str) -> Self {
        let encoding = excerpt(encoding);
        Self::new(format!("it is encoded by `{encoding}`, which was not asked for: have it show plain text, or gzip"))
    }

    pub(super) fn gzip(cause: io::Error) -> Self {
        Self { message: "it is not the gzip that it says it is".to_owned(), cause: Some(cause.into()) }
    }

    pub(super) fn line(number: usize, error: LineError) -> Self {
        Self::new(format!("its line {number} is wrong: {error}"))
    }

    pub(super) fn cut_off() -> Self {
        Self::new("it breaks off: OpenMetrics ends with `# EOF`, and the text format with a line break")
    }
}

impl fmt::Display for ScrapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ScrapeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
