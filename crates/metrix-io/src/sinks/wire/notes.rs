//! [`Notes`]: where a stream notes what happens to it.

/// Where a stream notes what happens to it.
pub(in crate::sinks) trait Notes {
    /// A connection was made.
    fn note_connection(&self);

    /// The system has taken so many bytes.
    fn note_sent(&self, bytes: usize) {
        let _ = bytes;
    }

    /// So many bytes that the system had taken before are sent again.
    #[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
    fn note_resent(&self, bytes: usize) {
        let _ = bytes;
    }

    /// The peer has said this, which comes in pieces of any length. Most protocols know no answers.
    #[cfg(any(feature = "graphite", feature = "opentsdb", feature = "statsd"))]
    fn note_reply(&self, piece: &[u8]) {
        let _ = piece;
    }
}
