//! [`listen`]: what clients send over HTTP, and wait to be told that it was taken.

use std::future::Future;
use std::num::NonZeroUsize;
use std::time::Duration;

use metrix_io::http_server::{HttpLimits, HttpStats};
use metrix_io::sources::Requests;
use tokio::task::yield_now;
use tokio::time::sleep;

use super::account::Account;
use super::feed::Feed;
use super::setup::Setup;
use super::stop::Why;
use crate::config::HttpBounds;

/// How long after the run was asked to stop a request may take whose readings have to wait: less than the sources may, so that
/// the account is not lost.
const GRACE_OF_TAKING: Duration = Duration::from_secs(10);

/// After this time it is seen again whether there is room.
const BREATH: Duration = Duration::from_millis(5);

/// What clients may take, as it is configured.
pub(super) fn limits(bounds: &HttpBounds) -> HttpLimits {
    let mut limits = HttpLimits::default();
    limits.connections = bounds.connections.unwrap_or(limits.connections);
    limits.idle = bounds.idle.unwrap_or(limits.idle);
    limits.body = bounds.body.map_or(limits.body, NonZeroUsize::get);
    // One of the longest has room in any case.
    limits.bodies = limits.bodies.max(limits.body);
    limits
}

/// A request.
pub(crate) trait Take: Send {
    /// Sends its readings, and tells the client when there was room for all. Tells whether there was, before the run had to end.
    fn take(self, feed: &mut Feed, account: &mut Account, setup: &Setup) -> impl Future<Output = bool> + Send;
}

/// Takes requests until the run is to stop, and what has come by then.
pub(crate) async fn listen<T: Take>(mut requests: Requests<T>, mut feed: Feed, setup: Setup) -> Account {
    let mut account = Account::new(format!("http://{}", requests.address()), setup.faults());
    while let Some(request) = next(&mut requests, &feed, &setup).await {
        // What is wrong ends the run, and what comes after it is not taken.
        if setup.strict && setup.stop.why() == Some(Why::WrongLine) {
            break;
        }
        if !request.take(&mut feed, &mut account, &setup).await {
            break;
        }
    }
    Account { readings: feed.readings(), others: others(&requests.meter().stats(), &feed), ..account }
}

/// The next request, when there is room for what it has. When the run is to stop it no longer listens, and gives those that have
/// come, unless there is no room.
async fn next<T: Take>(requests: &mut Requests<T>, feed: &Feed, setup: &Setup) -> Option<T> {
    if setup.stop.why().is_none() {
        tokio::select! {
            biased;
            () = setup.stop.asked() => {}
            request = next_with_room(requests, feed) => return request,
        }
    }
    requests.stop();
    tokio::select! {
        biased;
        request = next_with_room(requests, feed) => request,
        () = setup.stop.overdue(GRACE_OF_TAKING) => None,
    }
}

/// A request that has begun to be taken can't be told to come again, so one that could not go on is left where it waits.
async fn next_with_room<T: Take>(requests: &mut Requests<T>, feed: &Feed) -> Option<T> {
    while !feed.has_room() {
        sleep(BREATH).await;
    }
    requests.next().await
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
fn others(stats: &HttpStats, feed: &Feed) -> Vec<(u64, &'static str)> {
    vec![
        (stats.turned_away, "connections turned away, as there were too many"),
        (stats.too_many + stats.unavailable, "requests told to come again, as there was no room"),
        (stats.server_errors - stats.unavailable, "requests answered by an error of ours"),
        feed.ahead(),
        (feed.unsent(), "readings that no stream had taken by the end"),
    ]
}
