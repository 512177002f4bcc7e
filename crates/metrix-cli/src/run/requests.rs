//! [`Requests`]: what clients send over HTTP, and wait to be told that it was taken.

use std::future::Future;
use std::time::Duration;

use metrix_io::http_server::HttpStats;
use metrix_io::sources::influx::{InfluxWrite, InfluxWrites};
use metrix_io::sources::otlp::{OtlpExport, OtlpExports};
use tokio::task::yield_now;
use tokio::time::sleep;

use super::feed::Feed;
use super::setup::Setup;

/// How long after the run was asked to stop a request may take whose readings have to wait: less than the sources may, so that
/// the account is not lost.
const GRACE_OF_TAKING: Duration = Duration::from_secs(10);

/// After this time it is seen again whether there is room.
const BREATH: Duration = Duration::from_millis(5);

/// Requests that wait to be read.
pub(crate) trait Requests: Send {
    type Request;

    /// The next one. A future that is dropped has taken none.
    fn wait(&mut self) -> impl Future<Output = Option<Self::Request>> + Send;

    /// Listens no longer.
    fn end(&mut self);
}

impl Requests for InfluxWrites {
    type Request = InfluxWrite;

    fn wait(&mut self) -> impl Future<Output = Option<InfluxWrite>> + Send {
        self.next()
    }

    fn end(&mut self) {
        self.stop();
    }
}

impl Requests for OtlpExports {
    type Request = OtlpExport;

    fn wait(&mut self) -> impl Future<Output = Option<OtlpExport>> + Send {
        self.next()
    }

    fn end(&mut self) {
        self.stop();
    }
}

/// The next request, when there is room for what it has. When the run is to stop it no longer listens, and gives those that have
/// come, unless there is no room.
pub(crate) async fn next<R: Requests>(requests: &mut R, feed: &Feed, setup: &Setup) -> Option<R::Request> {
    if setup.stop.why().is_none() {
        tokio::select! {
            biased;
            () = setup.stop.asked() => {}
            request = next_with_room(requests, feed) => return request,
        }
    }
    requests.end();
    tokio::select! {
        biased;
        request = next_with_room(requests, feed) => request,
        () = setup.stop.overdue(GRACE_OF_TAKING) => None,
    }
}

/// A request that has begun to be taken can't be told to come again, so one that could not go on is left where it waits.
async fn next_with_room<R: Requests>(requests: &mut R, feed: &Feed) -> Option<R::Request> {
    while !feed.has_room() {
        sleep(BREATH).await;
    }
    requests.wait().await
}

/// Waits until all that was read is sent. Tells whether that was before the run had to end.
pub(crate) async fn is_sent(feed: &mut Feed, setup: &Setup) -> bool {
    tokio::select! {
        biased;
        () = feed.send_held() => {}
        () = setup.stop.overdue(GRACE_OF_TAKING) => return false,
    }
    // A body may have millions of measurements, and others have something to do too.
    yield_now().await;
    true
}

/// What else was not as it should be.
pub(crate) fn others(stats: &HttpStats, feed: &Feed) -> Vec<(u64, &'static str)> {
    vec![
        (stats.turned_away, "connections turned away, as there were too many"),
        (stats.too_many + stats.unavailable, "requests told to come again, as there was no room"),
        (stats.server_errors - stats.unavailable, "requests answered by an error of ours"),
        (feed.unsent(), "readings that no stream had taken by the end"),
    ]
}
