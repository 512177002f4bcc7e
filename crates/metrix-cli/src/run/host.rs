//! [`sample`]: the source that is this machine.

use std::time::Duration;

use metrix_io::sources::every::Every;
use metrix_io::sources::host::Host;

use super::account::Account;
use super::feed::Feed;
use super::setup::Setup;

/// Samples this machine until the run is to stop.
pub(crate) async fn sample(every: Duration, mut feed: Feed, setup: Setup) -> Account {
    let mut host = Every::new(every, Host::new());
    host.run(setup.stop.asked(), |reading| feed.send_now(&reading)).await;
    let account = Account::new("host".to_owned(), setup.faults());
    let others = vec![(host.missed(), "samples left out, as others took too long")];
    Account { readings: feed.readings(), others, ..account }
}
