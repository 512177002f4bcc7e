//! Over HTTPS: whose certificates the scraper trusts.

use metrix_io::sources::prometheus::Scraper;

use super::scrape::peers::check_peer;
use super::scrape::scrape;
use crate::peers::database::Database;
use crate::tls_front::TlsFront;

#[tokio::test]
async fn who_trusts_prometheus_scrapes_it_over_https() {
    let server = Database::prometheus(&[]);
    let front = TlsFront::before(server.http).await;
    let scraper = |url: &str| Scraper::new(&format!("{url}/metrics")).unwrap();
    for (url, tls, reason) in front.strangers() {
        let error = scrape(&mut scraper(&url).tls(tls)).await.unwrap_err();
        assert!(error.starts_with("the target can't be reached: ") && error.contains(reason), "{error}");
    }
    let (url, tls) = front.trusted();
    let label = ("handler", "/api/v1/query");
    let counter = "prometheus_http_requests_total";
    check_peer(scraper(&url).tls(tls), &server, counter, label, "/api/v1/query?query=up").await;
}
