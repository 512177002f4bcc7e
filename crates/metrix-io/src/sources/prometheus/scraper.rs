//! [`Scraper`]: scrapes a target, as Prometheus does.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::Poll;
use std::time::Duration;

use hyper::header::HeaderValue;
use metrix::{Tags, Timestamp};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::error::ScrapeError;
use super::labels::tagged;
use super::stats::ScrapeStats;
use super::{Format, PrometheusText};
use crate::http_client::{HttpClient, HttpUrl, Limits};
use crate::increases::Increases;
use crate::{AddressError, Kind, Reading};

/// Scrapes a target: an exporter, a program, another Prometheus, anything that shows its metrics in the text format or as OpenMetrics.
///
/// A scrape gives readings at once, in the order in which the target shows them. Which kinds they have, [`PrometheusText`] says:
///
/// - A gauge gives its value, and so do the quantiles of a summary, and what has no type.
/// - A counter gives by how much it has grown since the last scrape that succeeded, so that the aggregate `sum` is the increase in a
///   window, and `rate` that of a second. One that the scrape before did not show gives nothing yet. A total below the last one shows that the
///   target has started anew: then all of it is the increase.
/// - A histogram gives its series `_bucket`, `_sum` and `_count`, each as a counter: those of the buckets have the tag `le`, and each
///   counts what the buckets below it count. A summary gives `_sum` and `_count` so.
///
/// Each reading has the tag `instance`, the host and port of the target, and the [tags](Self::tags) that are given; a label of the same name
/// becomes `exported_` and its name. Its time is that of the scrape, unless the target shows one. Values that are not finite are
/// skipped.
///
/// Then come readings of the scrape itself: `up`, which is 1 if it succeeded and else 0, and how long it took,
/// `scrape_duration_seconds`; if it succeeded also `scrape_samples_scraped`.
///
/// A scrape succeeds as a whole, or it gives nothing but `up`: one that breaks off, is too large, or has a line that is wrong would
/// leave counters half read. It is read twice for that. That it breaks off is seen by the length that HTTP gives, by `# EOF` of OpenMetrics,
/// and by the line break at the end of the text format; so a text without a length that breaks off between two lines is taken for whole.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::sinks::prometheus::Prometheus;
/// use metrix_io::sources::prometheus::Scraper;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut target = Prometheus::bind("127.0.0.1:0".parse()?)?;
/// let mut scraper = Scraper::new(&format!("http://{}/metrics", target.address()))?;
/// let mut seen = Vec::new();
/// for count in [5.0, 2.0, 1.0] {
///     target.write(&[MElement::new("requests.count", count, tags! {}, Timestamp::now())]).await?;
///     scraper.scrape(|reading| seen.push((reading.name.to_string(), reading.value))).await?;
/// }
/// seen.retain(|(name, _)| name == "requests_count_total");
/// assert_eq!(seen.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [2.0, 1.0]);
/// assert_eq!(scraper.stats().scrapes, 3);
/// # Ok(())
/// # }
/// ```
///
/// # Memory
///
/// What the target shows, packed and unpacked, [16 MiB](Self::most_bytes) each at most; and the name, labels and total of each of its counters.
///
/// # Panics
///
/// It must be used within a tokio runtime whose I/O and time are enabled.
#[derive(Debug)]
pub struct Scraper {
    pub(super) client: HttpClient,
    pub(super) connections: Arc<AtomicU64>,
    pub(super) limits: Limits,
    pub(super) most_bytes: usize,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) tags: Tags,
    pub(super) honors_labels: bool,
    pub(super) text: PrometheusText,
    pub(super) increases: Increases<String>,
    pub(super) stats: ScrapeStats,
}

impl Scraper {
    /// Scrapes what this URL shows: `http://127.0.0.1:9100/metrics`, for instance. It may have a query.
    ///
    /// # Errors
    /// If it is no `http` or `https` URL, or has a user or a password. That the target is there is seen at the first scrape.
    ///
    /// ```
    /// use metrix_io::sources::prometheus::Scraper;
    ///
    /// assert!(Scraper::new("http://127.0.0.1:9090/federate?match[]=up").is_ok());
    /// let error = Scraper::new("127.0.0.1:9100").unwrap_err();
    /// assert!(error.to_string().starts_with("no prometheus server can be at \"127.0.0.1:9100\""));
    /// ```
    pub fn new(url: &str) -> Result<Self, AddressError> {
        let url = HttpUrl::parse_whole("prometheus", url, "http://127.0.0.1:9100/metrics")?;
        let tags = Tags::from([("instance", url.host_and_port())]);
        let connections = Arc::<AtomicU64>::default();
        let ten = Duration::from_secs(10);
        Ok(Self {
            client: HttpClient::new(url, Arc::clone(&connections)),
            connections,
            limits: Limits { connect: ten, exchange: ten },
            most_bytes: 16 << 20,
            authorization: None,
            tags,
            honors_labels: false,
            text: PrometheusText::new(Format::Text),
            increases: Increases::default(),
            stats: ScrapeStats::default(),
        })
    }

    /// What it has done so far.
    pub fn stats(&self) -> ScrapeStats {
        self.stats
    }

    /// Scrapes the target once, and gives what it shows to `visit`, and then `up` and the others, also if it fails.
    ///
    /// # Errors
    /// If the target can't be reached, is too slow, or doesn't show metrics: [`ScrapeError`] says why.
    ///
    /// # Cancel safety
    /// If the future is dropped, nothing has been given, and the next scrape is as if there had been none.
    pub async fn scrape(&mut self, mut visit: impl FnMut(Reading<'_>)) -> Result<(), ScrapeError> {
        let (at, begin) = (Timestamp::now(), Instant::now());
        let body = self.fetch().await.and_then(|body| self.check(&body).map(|samples| (body, samples)));
        let seconds = begin.elapsed().as_secs_f64();
        self.stats.scrapes += 1;
        let mut own = vec![("up", f64::from(u8::from(body.is_ok()))), ("scrape_duration_seconds", seconds)];
        let result = match body {
            Ok((body, samples)) => {
                self.give(&body, at, &mut visit);
                own.push(("scrape_samples_scraped", samples as f64));
                Ok(())
            }
            Err(error) => {
                self.stats.failures += 1;
                Err(error)
            }
        };
        for (name, value) in own {
            let reading = Reading { at: Some(at), kind: Some(Kind::Gauge), ..Reading::new(name, value) };
            visit(tagged(reading, &self.tags, self.honors_labels));
        }
        result
    }

    /// Scrapes it at once, and then at even intervals by tokio's clock, until `stop` is done, which it looks at also while it
    /// scrapes. Where one takes longer than the interval, those that were due meanwhile are left out.
    ///
    /// # Panics
    /// If the interval is zero.
    ///
    /// # Cancel safety
    /// As that of [`scrape`](Self::scrape).
    ///
    /// ```
    /// use metrix_io::sources::prometheus::Scraper;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), metrix_io::AddressError> {
    /// let mut scraper = Scraper::new("http://127.0.0.1:1/metrics")?; // nobody is there
    /// let (mut up, mut failures) = (Vec::new(), 0);
    /// let stop = tokio::time::sleep(Duration::from_secs(35));
    /// let visit = |reading: metrix_io::Reading<'_>| up.extend((reading.name == "up").then_some(reading.value));
    /// scraper.run(Duration::from_secs(15), stop, visit, |_error| failures += 1).await;
    /// assert_eq!((up, failures), (vec![0.0; 3], 3));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(
        &mut self,
        every: Duration,
        stop: impl Future<Output = ()>,
        mut visit: impl FnMut(Reading<'_>),
        mut failed: impl FnMut(ScrapeError),
    ) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut stop = pin!(stop);
        loop {
            let mut scraped = pin!(async {
                ticks.tick().await;
                self.scrape(&mut visit).await
            });
            let next = poll_fn(|cx| match stop.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => scraped.as_mut().poll(cx).map(Some),
            });
            match next.await {
                Some(Ok(())) => {}
                Some(Err(error)) => failed(error),
                None => return,
            }
        }
    }
}
