//! [`is_final`]: whether another try can help.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// Whether a message that failed so would fail again: it is wrong itself, or not allowed.
pub(super) fn is_final(error: &KafkaError) -> bool {
    match error {
        KafkaError::Nul(_) => true,
        other => other.rdkafka_error_code().is_some_and(is_final_code),
    }
}

fn is_final_code(code: Code) -> bool {
    matches!(
        code,
        Code::MessageSizeTooLarge
            | Code::InvalidMessage
            | Code::InvalidMessageSize
            | Code::MessageBatchTooLarge
            | Code::InvalidTimestamp
            | Code::InvalidRecord
            | Code::InvalidTopic
            | Code::TopicAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::PolicyViolation
            | Code::UnsupportedForMessageFormat
            | Code::UnsupportedCompressionType
            | Code::BadMessage
            | Code::InvalidArgument
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again() {
        for code in [
            Code::MessageTimedOut,
            Code::UnknownTopicOrPartition,
            Code::NotLeaderForPartition,
            Code::NotEnoughReplicas,
            Code::QueueFull,
            Code::PurgeQueue,
            Code::Fatal,
        ] {
            assert!(!is_final(&KafkaError::MessageProduction(code)), "{code}");
        }
        assert!(is_final(&KafkaError::MessageProduction(Code::TopicAuthorizationFailed)));
    }
}
