//! [`Verdict`]: whether another try can help.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// What the failure of a message means for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another try may help.
    Passes,
    /// It, or another one in the same set of messages, is wrong.
    OfSet,
    /// It would fail again: it is wrong itself, or not allowed.
    Final,
}

impl Verdict {
    pub(super) fn of(error: &KafkaError) -> Self {
        match error {
            KafkaError::Nul(_) => Self::Final,
            other => other.rdkafka_error_code().map_or(Self::Passes, Self::of_code),
        }
    }

    fn of_code(code: Code) -> Self {
        match code {
            Code::MessageSizeTooLarge
            | Code::MessageBatchTooLarge
            | Code::InvalidMessage
            | Code::InvalidMessageSize
            | Code::InvalidTimestamp
            | Code::InvalidRecord
            | Code::InvalidDifferentRecord
            | Code::BadMessage => Self::OfSet,
            Code::InvalidTopic
            | Code::TopicAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::PolicyViolation
            | Code::UnsupportedForMessageFormat
            | Code::UnsupportedCompressionType
            | Code::InvalidArgument
            // It is told only where the queue is empty, and so too small for this one.
            | Code::QueueFull => Self::Final,
            _ => Self::Passes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(verdict: Verdict, codes: &[Code]) {
        for code in codes {
            assert_eq!(Verdict::of(&KafkaError::MessageProduction(*code)), verdict, "{code}");
        }
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let passing = [
            Code::MessageTimedOut,
            Code::UnknownTopicOrPartition,
            Code::NotLeaderForPartition,
            Code::NotEnoughReplicas,
            Code::PurgeQueue,
            Code::Fatal,
        ];
        check(Verdict::Passes, &passing);
        check(Verdict::OfSet, &[Code::MessageSizeTooLarge, Code::InvalidDifferentRecord]);
        check(Verdict::Final, &[Code::TopicAuthorizationFailed, Code::QueueFull]);
    }
}
