//! Over HTTPS: whose certificates are trusted.

use super::peers::{prometheus, sink_at};
use crate::arrival::check_all_arrive;
use crate::tls_front::TlsFront;

#[tokio::test]
async fn who_trusts_prometheus_writes_to_it_over_https() {
    let (way, _) = prometheus();
    let front = TlsFront::before(way.server.http).await;
    let at = |url: &str| sink_at(&format!("{url}/api/v1/write"));
    front.check_strangers(|url, tls| at(url).tls(tls), |sink| sink.counts().connections()).await;
    let (url, tls) = front.trusted();
    let mut sink = at(&url).tls(tls);
    check_all_arrive(&way, &mut sink).await;
    assert_eq!(sink.counts().connections(), 1);
}
