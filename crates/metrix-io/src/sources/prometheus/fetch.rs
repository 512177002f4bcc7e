//! How a [`Scraper`] asks a target for what it shows.

use std::io::Read;
use std::sync::atomic::Ordering;

use flate2::read::MultiGzDecoder;
use http_body_util::Full;
use hyper::Method;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, USER_AGENT};
use tokio::time::timeout;

use super::error::ScrapeError;
use super::{Format, Scraper};
use crate::http_client::{Answer, Fault, Verdict};

/// What it asks for, as Prometheus does.
const ACCEPTED: &str = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

impl Scraper {
    /// What the target shows.
    pub(super) async fn fetch(&mut self) -> Result<Vec<u8>, ScrapeError> {
        self.client.set_max_answer(self.most_bytes);
        let limit = self.limits.exchange;
        let asked = timeout(limit, self.ask_surely()).await;
        let late = |_| Err(format!("the server has not answered within {limit:?}").into());
        let answer = asked.unwrap_or_else(late).map_err(ScrapeError::unreachable)?;
        if answer.verdict() != Verdict::Taken {
            return Err(ScrapeError::said(&answer));
        }
        if !answer.is_whole {
            return Err(ScrapeError::too_large(self.most_bytes));
        }
        let header = |name| answer.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let kind = header(CONTENT_TYPE).unwrap_or_default();
        let media_type = kind.split(';').next().unwrap_or_default();
        let is_open_metrics = media_type.trim().eq_ignore_ascii_case("application/openmetrics-text");
        self.text.begin(if is_open_metrics { Format::OpenMetrics } else { Format::Text });
        match &*header(CONTENT_ENCODING).unwrap_or_default().trim().to_ascii_lowercase() {
            "" | "identity" => Ok(answer.body.to_vec()),
            "gzip" | "x-gzip" => self.unpack(&answer.body),
            other => Err(ScrapeError::encoding(other)),
        }
    }

    /// Asks again if a connection that was kept has been given up by the target just then; a target that is slow is asked once.
    async fn ask_surely(&mut self) -> Result<Answer, Fault> {
        let before = self.connections.load(Ordering::Relaxed);
        match self.ask().await {
            Err(error)
                if error.is::<hyper::Error>() && before > 0 && self.connections.load(Ordering::Relaxed) == before =>
            {
                self.ask().await
            }
            answer => answer,
        }
    }

    async fn ask(&mut self) -> Result<Answer, Fault> {
        let mut request = self
            .client
            .request(Method::GET, "")
            .header(ACCEPT, ACCEPTED)
            .header(ACCEPT_ENCODING, "gzip")
            .header(USER_AGENT, concat!("metrix/", env!("CARGO_PKG_VERSION")))
            .header("x-prometheus-scrape-timeout-seconds", self.limits.exchange.as_secs_f64().to_string());
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        self.client.send(request.body(Full::<Bytes>::default())?, self.limits).await
    }

    fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>, ScrapeError> {
        let mut body = Vec::new();
        let most = self.most_bytes as u64;
        match MultiGzDecoder::new(packed).take(most + 1).read_to_end(&mut body) {
            Ok(bytes) if bytes as u64 > most => Err(ScrapeError::too_large(self.most_bytes)),
            Ok(_) => Ok(body),
            Err(error) => Err(ScrapeError::gzip(error)),
        }
    }
}
