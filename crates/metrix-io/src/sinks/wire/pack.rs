//! [`Packet`]: lines in a datagram.

use super::encoded::Encoded;

/// What goes into one datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sinks) struct Packet {
    /// The place, among the elements that are there, of its first one.
    pub(in crate::sinks) first: usize,
    /// Its bytes, of which the last is a line break.
    pub(in crate::sinks) begin: usize,
    pub(in crate::sinks) end: usize,
}

impl Encoded {
    /// Packs elements, in order, into packets that have up to `most` bytes without the line break at their end. What is longer is a
    /// packet of its own.
    pub(in crate::sinks) fn packed(&self, most: usize) -> Vec<Packet> {
        let mut packets: Vec<Packet> = Vec::new();
        let mut begin = 0;
        for (place, &(_, end)) in self.ends.iter().enumerate() {
            match packets.last_mut() {
                Some(packet) if end - packet.begin <= most.saturating_add(1) => packet.end = end,
                _ => packets.push(Packet { first: place, begin, end }),
            }
            begin = end;
        }
        packets
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, tags};

    use super::*;
    use crate::sinks::wire::WireCounts;

    #[test]
    fn packets_are_as_full_as_they_can_be() {
        let batch =
            ["a", "bb", "c", "", "dddd", "e", "f"].map(|name| MElement::new(name, 1.0, tags! {}, Timestamp::EPOCH));
        let encoded = Encoded::new(&batch, &WireCounts::default(), |element, bytes| {
            if element.name.is_empty() {
                return Err("it has no name");
            }
            bytes.extend_from_slice(element.name.as_bytes());
            bytes.push(b'\n');
            Ok(0)
        });
        let packed = |most| {
            let packets = encoded.packed(most);
            let text = |packet: &Packet| std::str::from_utf8(&encoded.bytes[packet.begin..packet.end - 1]).unwrap();
            packets.iter().map(|packet| (packet.first, text(packet).to_owned())).collect::<Vec<_>>()
        };
        let expected = |packets: &[(usize, &str)]| {
            packets.iter().map(|(first, text)| (*first, (*text).to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(packed(4), expected(&[(0, "a\nbb"), (2, "c"), (3, "dddd"), (4, "e\nf")]));
        assert_eq!(packed(6), expected(&[(0, "a\nbb\nc"), (3, "dddd\ne"), (5, "f")]));
        assert_eq!(packed(usize::MAX), expected(&[(0, "a\nbb\nc\ndddd\ne\nf")]));
    }
}
