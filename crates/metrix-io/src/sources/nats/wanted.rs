//! [`Wanted`]: what a consumer is to be like.

use std::fmt;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, Config, DeliverPolicy, pull};

/// What a consumer is to be like that is made, as far as it was told. One that is there stays as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) filter: Option<String>,
    pub(super) start: Option<NatsStart>,
    pub(super) max_ack_pending: Option<usize>,
    pub(super) ack_wait: Option<Duration>,
}

/// Where a new consumer begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NatsStart {
    /// With the first message that the stream has.
    #[default]
    All,
    /// With the first one after the consumer was made.
    New,
}

impl Wanted {
    pub(super) fn max_ack_pending(&self) -> usize {
        self.max_ack_pending.unwrap_or(100_000)
    }

    pub(super) fn ack_wait(&self) -> Duration {
        self.ack_wait.unwrap_or(Duration::from_secs(30))
    }

    fn deliver_policy(&self) -> DeliverPolicy {
        match self.start.unwrap_or_default() {
            NatsStart::All => DeliverPolicy::All,
            NatsStart::New => DeliverPolicy::New,
        }
    }

    /// One of this name.
    pub(super) fn config(&self, name: &str) -> pull::Config {
        pull::Config {
            durable_name: Some(name.to_owned()),
            description: Some("metrix".to_owned()),
            deliver_policy: self.deliver_policy(),
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.ack_wait(),
            filter_subject: self.filter.clone().unwrap_or_default(),
            max_ack_pending: i64::try_from(self.max_ack_pending()).unwrap_or(i64::MAX),
            ..pull::Config::default()
        }
    }

    /// In what one that is there differs from what was told, in words.
    pub(super) fn differing(&self, there: &Config) -> Option<String> {
        let wanted = self.config("");
        let mut differing = Vec::new();
        let mut compare = |name: &str, is_told: bool, [there, wanted]: [&dyn fmt::Display; 2]| {
            let (there, wanted) = (there.to_string(), wanted.to_string());
            if is_told && there != wanted {
                differing.push(format!("its `{name}` is {there}, and not {wanted}"));
            }
        };
        let filters = [&there.filter_subject, &wanted.filter_subject].map(|filter| match &**filter {
            "" => ">",
            filter => filter,
        });
        let starts = [there.deliver_policy, wanted.deliver_policy].map(|policy| match policy {
            DeliverPolicy::All => "all",
            DeliverPolicy::New => "new",
            _ => "another place",
        });
        let waits = [there.ack_wait, wanted.ack_wait].map(|wait| format!("{wait:?}"));
        compare("filter", self.filter.is_some(), [&filters[0], &filters[1]]);
        compare("start", self.start.is_some(), [&starts[0], &starts[1]]);
        compare("max_ack_pending", self.max_ack_pending.is_some(), [&there.max_ack_pending, &wanted.max_ack_pending]);
        compare("ack_wait", self.ack_wait.is_some(), [&waits[0], &waits[1]]);
        (!differing.is_empty()).then(|| differing.join("; "))
    }
}

/// Why messages could be missing that are read by such a consumer, if they could, in words.
pub(super) fn lacking(there: &Config) -> Option<&'static str> {
    if there.deliver_subject.is_some() {
        return Some("messages are pushed to it: name another one");
    }
    if there.ack_policy != AckPolicy::Explicit {
        return Some("each message has to be acknowledged explicitly: name another one");
    }
    if there.deliver_policy == DeliverPolicy::LastPerSubject {
        return Some("it leaves out all messages of a subject but the last: name one that gives all of them");
    }
    // Such a message counts as acknowledged then, and would not be read again after a crash.
    (there.max_deliver > 0)
        .then_some("it gives messages up after some deliveries: set its `max_deliver` to -1, or name another one")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there() -> Config {
        Config {
            filter_subject: "a.>".to_owned(),
            deliver_policy: DeliverPolicy::New,
            max_ack_pending: -1,
            ack_wait: Duration::from_millis(1500),
            ..Config::default()
        }
    }

    #[test]
    fn what_was_not_told_does_not_differ() {
        assert_eq!(Wanted::default().differing(&there()), None);
        let all = Wanted { filter: Some(">".to_owned()), ..Wanted::default() };
        assert_eq!(all.differing(&Config::default()), None);
    }

    #[test]
    fn all_that_differs_is_told() {
        let mut wanted = Wanted {
            filter: Some("b".to_owned()),
            start: Some(NatsStart::All),
            max_ack_pending: Some(10),
            ack_wait: Some(Duration::from_secs(5)),
        };
        let told = "its `filter` is a.>, and not b; its `start` is new, and not all; its `max_ack_pending` is -1, and not 10; \
                    its `ack_wait` is 1.5s, and not 5s";
        assert_eq!(wanted.differing(&there()).as_deref(), Some(told));
        wanted = Wanted { filter: Some("a.>".to_owned()), start: Some(NatsStart::New), ..wanted };
        assert_eq!(
            wanted.differing(&Config { max_ack_pending: 10, ack_wait: Duration::from_secs(5), ..there() }),
            None
        );
    }
}
