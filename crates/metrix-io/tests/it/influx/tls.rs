//! Over HTTPS: whose certificates are trusted.

use super::peers::{influxdb, v1_at, v2_at, victoria_metrics};
use crate::arrival::check_all_arrive;
use crate::tls_front::TlsFront;

#[tokio::test]
async fn who_trusts_influxdb_writes_to_it_over_https() {
    let way = influxdb();
    let front = TlsFront::before(way.server.http).await;
    front.check_strangers(|url, tls| v1_at(url).tls(tls), |sink| sink.counts().connections()).await;
    let (url, tls) = front.trusted();
    let mut sink = v1_at(&url).tls(tls);
    check_all_arrive(&way, &mut sink).await;
    assert_eq!((sink.counts().connections(), sink.counts().requests()), (1, 10));
}

#[tokio::test]
async fn who_trusts_victoria_metrics_writes_to_it_over_https_by_gzip() {
    let way = victoria_metrics();
    let front = TlsFront::before(way.server.http).await;
    front.check_strangers(|url, tls| v2_at(url).tls(tls), |sink| sink.counts().connections()).await;
    let (url, tls) = front.trusted();
    let mut sink = v2_at(&url).tls(tls).gzip();
    check_all_arrive(&way, &mut sink).await;
    assert_eq!(sink.counts().connections(), 1);
}
