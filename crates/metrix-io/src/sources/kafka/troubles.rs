//! [`Troubles`]: which errors are worth a line in the log.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

/// The errors that have been told since all was well.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    told: Vec<Option<Code>>,
}

impl Troubles {
    /// Whether this is one of another kind than those before it. That brokers are away librdkafka tells itself, and not too often.
    pub(super) fn is_news(&mut self, error: &KafkaError) -> bool {
        let code = error.rdkafka_error_code();
        if matches!(code, Some(Code::AllBrokersDown | Code::BrokerTransportFailure)) || self.told.contains(&code) {
            return false;
        }
        self.told.push(code);
        true
    }

    /// Says that something has come, so that what comes to pass now is news.
    pub(super) fn clear(&mut self) {
        self.told.clear();
    }
}

/// Whether no other try helps until somebody allows it.
pub(super) fn is_forbidden(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::GroupAuthorizationFailed
                | Code::TopicAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::SaslAuthenticationFailed
                | Code::Authentication
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_once_until_all_is_well() {
        let mut troubles = Troubles::default();
        let of = KafkaError::MessageConsumption;
        let news = [
            (Code::AllBrokersDown, false),
            (Code::BrokerTransportFailure, false),
            (Code::UnknownTopicOrPartition, true),
            (Code::UnknownTopicOrPartition, false),
            (Code::TopicAuthorizationFailed, true),
            (Code::UnknownTopicOrPartition, false),
        ];
        for (code, is_news) in news {
            assert_eq!(troubles.is_news(&of(code)), is_news, "{code}");
        }
        troubles.clear();
        assert!(troubles.is_news(&of(Code::UnknownTopicOrPartition)));
        assert!(!troubles.is_news(&of(Code::AllBrokersDown)));
    }
}
