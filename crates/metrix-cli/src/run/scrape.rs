//! [`Scrape`]: the source that scrapes a target.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrix_io::sources::prometheus::{ScrapeError, Scraper};
use metrix_io::{Reading, Tls};

use super::account::Account;
use super::causes::with_causes;
use super::feed::Feed;
use super::setup::Setup;
use super::sinks::without_query;
use crate::config::{Identity, ScrapeConfig};

/// A target that is scraped.
#[derive(Debug)]
pub(crate) struct Scrape {
    /// Without its query.
    url: String,
    every: Duration,
    scraper: Scraper,
    setup: Setup,
}

impl Scrape {
    /// Says in words what is missing for it.
    pub(crate) fn new(config: ScrapeConfig, setup: Setup) -> Result<Self, String> {
        let url = without_query(&config.url);
        let scraper = scraper(&config).map_err(|error| format!("source {url:?}: {}", with_causes(&*error)))?;
        Ok(Self { url: url.to_owned(), every: config.every, scraper, setup })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Scrapes it until the run is to stop. That it is down is said once, and when it is up again.
    pub(crate) async fn run(self, mut feed: Feed) -> Account {
        let Self { url, every, mut scraper, setup } = self;
        let is_down = AtomicBool::new(false);
        let visit = |reading: Reading<'_>| {
            let is_up = reading.name == "up" && reading.value == 1.0;
            if is_up && is_down.swap(false, Ordering::Relaxed) {
                setup.voice.mention(format_args!("source {url:?}: it is up again"));
            }
            feed.send_now(&reading);
        };
        let failed = |error: ScrapeError| {
            if !is_down.swap(true, Ordering::Relaxed) {
                setup.voice.say(format_args!("source {url:?}: {}", with_causes(&error)));
            }
        };
        scraper.run(every, setup.stop.asked(), visit, failed).await;
        let stats = scraper.stats();
        let others = vec![(stats.failures, "scrapes failed"), feed.ahead()];
        Account { readings: feed.readings(), skipped: stats.skipped, others, ..Account::new(url, setup.faults()) }
    }
}

fn scraper(config: &ScrapeConfig) -> Result<Scraper, Box<dyn Error>> {
    let mut scraper = Scraper::new(&config.url)?.tags(config.tags.clone());
    if let Some(bytes) = config.max_body {
        scraper = scraper.most_bytes(bytes.get());
    }
    if let Some(timeout) = config.timeout {
        scraper = scraper.timeout(timeout);
    }
    if config.honor_labels {
        scraper = scraper.honor_labels();
    }
    for names in &config.counters {
        scraper = scraper.counters(names);
    }
    scraper = match &config.access.is {
        Some(Identity::Token(token)) => scraper.token(&token.open()?),
        Some(Identity::User(user, password)) => scraper.user(user, &password.open()?)?,
        None => scraper,
    };
    if let Some(file) = &config.access.ca_file {
        scraper = scraper.tls(Tls::from_pem_file(file)?);
    }
    Ok(scraper)
}
