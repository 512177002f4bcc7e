//! gRPC's form of a message, and of words in a header.

/// Where gRPC's calls of OTLP go to.
pub(crate) const PATH: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// What stands before a message: whether it is packed, and its length.
pub(crate) const HEAD: usize = 5;

/// A message as gRPC sends it.
pub(crate) fn frame(message: &[u8], is_packed: bool) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("no message of this program has 4 GiB");
    let mut framed = Vec::with_capacity(HEAD + message.len());
    framed.push(u8::from(is_packed));
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(message);
    framed
}

/// The message of an answer, if it is one and not packed, as was asked for.
pub(crate) fn unframe(framed: &[u8]) -> Option<&[u8]> {
    let (head, message) = framed.split_first_chunk::<HEAD>()?;
    let [0, length @ ..] = head else { return None };
    (u32::from_be_bytes(*length) as usize == message.len()).then_some(message)
}

/// Words as they stand in `grpc-message`: what isn't plain ASCII is written as `%` and two digits.
pub(crate) fn escape(words: &str) -> String {
    let mut escaped = String::new();
    for byte in words.bytes() {
        match byte {
            b'%' | ..=0x1f | 0x7f.. => escaped.push_str(&format!("%{byte:02X}")),
            _ => escaped.push(char::from(byte)),
        }
    }
    escaped
}

/// The words that such a header has.
pub(crate) fn unescape(header: &[u8]) -> String {
    let mut words = Vec::new();
    let mut rest = header;
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                words.push(high << 4 | low);
                rest = &after[2..];
            }
            None => {
                words.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&words).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_framed() {
        assert_eq!(frame(b"abc", true), b"\x01\0\0\0\x03abc");
        assert_eq!(unframe(&frame(b"abc", false)), Some(&b"abc"[..]));
        for broken in [&b""[..], b"\0\0\0\0", b"\0\0\0\0\x02a", b"\0\0\0\0\x01ab", b"\x01\0\0\0\x01a"] {
            assert_eq!(unframe(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn words_are_escaped() {
        for (words, escaped) in [("all is well", "all is well"), ("100 %\n", "100 %25%0A"), ("é", "%C3%A9")] {
            assert_eq!((escape(words).as_str(), unescape(escaped.as_bytes()).as_str()), (escaped, words));
        }
        assert_eq!(unescape(b"50% %zz %4"), "50% %zz %4");
    }
}
