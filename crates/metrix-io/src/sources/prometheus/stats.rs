//! [`ScrapeStats`]: what a scraper has done.

/// What a [`Scraper`](super::Scraper) has done since it was made.
///
/// ```
/// use metrix_io::sources::prometheus::Scraper;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), metrix_io::AddressError> {
/// let mut scraper = Scraper::new("http://127.0.0.1:1/metrics")?; // nobody is there
/// assert!(scraper.scrape(|_| ()).await.is_err());
/// assert_eq!((scraper.stats().scrapes, scraper.stats().failures, scraper.stats().samples), (1, 1, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScrapeStats {
    /// How often the target was scraped.
    pub scrapes: u64,
    /// How many of these scrapes failed.
    pub failures: u64,
    /// Samples that the target has shown.
    pub samples: u64,
    /// Of these, those whose value is not finite.
    pub skipped: u64,
}
