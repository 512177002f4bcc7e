//! What real servers show of themselves.

use std::time::Instant;

use metrix_io::Kind;
use metrix_io::sources::prometheus::Scraper;

use crate::peers::PATIENCE;
use crate::peers::database::Database;

/// What scrapes a server of this machine.
fn of(server: &Database) -> Scraper {
    Scraper::new(&format!("http://127.0.0.1:{}/metrics", server.http)).unwrap()
}

/// What a real server shows of itself, before and after it has been asked for something: its own count of that is right.
pub(in crate::prometheus) async fn check_peer(
    mut scraper: Scraper,
    server: &Database,
    counter: &str,
    label: (&str, &str),
    ask: &str,
) {
    // Some count only from the first time on.
    server.query(ask);
    scraper.scrape(|_| ()).await.unwrap();
    for _ in 0..3 {
        server.query(ask);
    }
    let deadline = Instant::now() + PATIENCE;
    let (mut increase, mut gauges) = (0.0, 0);
    // VictoriaMetrics may show what it has shown a moment before.
    while increase < 3.0 && Instant::now() < deadline {
        let read = scraper.scrape(|reading| {
            assert!(reading.value.is_finite());
            gauges += usize::from(reading.kind == Some(Kind::Gauge));
            if reading.name == counter && reading.tags.iter().any(|(name, value)| (&**name, &**value) == label) {
                assert_eq!(reading.kind, Some(Kind::Counter));
                increase += reading.value;
            }
        });
        read.await.unwrap();
    }
    assert_eq!(increase, 3.0);
    let stats = scraper.stats();
    assert!(gauges > 20 && stats.samples > 200 && stats.failures == 0, "{gauges} {stats:?}");
}

#[tokio::test]
async fn a_real_prometheus_is_scraped() {
    let server = Database::prometheus(&[]);
    let label = ("handler", "/api/v1/query");
    check_peer(of(&server), &server, "prometheus_http_requests_total", label, "/api/v1/query?query=up").await;
}

#[tokio::test]
async fn a_real_victoria_metrics_is_scraped() {
    let server = Database::victoria_metrics();
    let label = ("path", "/api/v1/query");
    check_peer(of(&server), &server, "vm_http_requests_total", label, "/api/v1/query?query=up").await;
}
