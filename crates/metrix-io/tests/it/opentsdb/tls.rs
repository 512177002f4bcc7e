//! Over HTTPS: whose certificates are trusted.

use super::peers::{http_at, influxdb};
use crate::arrival::check_all_arrive;
use crate::tls_front::TlsFront;

#[tokio::test]
async fn who_trusts_influxdb_writes_to_it_over_https() {
    let way = influxdb();
    let front = TlsFront::before(way.server.put).await;
    front.check_strangers(|url, tls| http_at(url).tls(tls), |sink| sink.counts().connections()).await;
    let (url, tls) = front.trusted();
    let mut sink = http_at(&url).tls(tls);
    check_all_arrive(&way, &mut sink).await;
    assert_eq!(sink.counts().connections(), 1);
}
