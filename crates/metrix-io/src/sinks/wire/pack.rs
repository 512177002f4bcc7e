//! [`Packet`]: lines in a datagram.

use std::io;

use metrix::MElement;

use super::counts::WireCounts;
use super::datagrams::{Datagrams, Unsent};
use super::encoded::Encoded;
use super::timeouts::Timeouts;

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

    /// Sends the elements of a batch in datagrams that have up to `most` bytes, of which the line break at their end is left out unless
    /// `ends` says that it counts. What the system sends no datagram for is refused; if another can't be sent, it says from which place on.
    pub(in crate::sinks) async fn send(
        &mut self,
        batch: &[MElement],
        most: usize,
        ends: Break,
        datagrams: &mut Datagrams,
        timeouts: Timeouts,
        counts: &WireCounts,
    ) -> Result<(), (usize, io::Error)> {
        let mut packets = self.packed(most);
        packets.reverse();
        while let Some(packet) = packets.pop() {
            let Packet { first, begin, end } = packet;
            let bytes = match ends {
                #[cfg(feature = "graphite")]
                Break::Sent => &self.bytes[begin..end],
                #[cfg(feature = "statsd")]
                Break::Left => &self.bytes[begin..end - 1],
            };
            match datagrams.send(bytes, timeouts, counts).await {
                Ok(()) => {}
                Err(Unsent::Failed(error)) => return Err((first, error)),
                Err(Unsent::TooLong(_)) if self.ends[first].1 < end => packets.extend(self.alone(packet)),
                Err(Unsent::TooLong(reason)) => {
                    let name = &batch[self.ends[first].0].name;
                    self.refuse(first, name, reason);
                }
            }
        }
        Ok(())
    }

    /// The elements of a packet, each in one of its own, the last one first.
    fn alone(&self, packet: Packet) -> Vec<Packet> {
        let mut begin = packet.begin;
        let elements = self.ends.iter().enumerate().skip(packet.first).take_while(|(_, (_, end))| *end <= packet.end);
        let mut packets: Vec<Packet> = elements
            .map(|(first, &(_, end))| {
                let alone = Packet { first, begin, end };
                begin = end;
                alone
            })
            .collect();
        packets.reverse();
        packets
    }
}

/// Whether a datagram has the line break behind its last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sinks) enum Break {
    #[cfg(feature = "graphite")]
    Sent,
    #[cfg(feature = "statsd")]
    Left,
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, tags};

    use super::*;
    use crate::sinks::wire::Peer;

    #[cfg(feature = "graphite")]
    const ANY: Break = Break::Sent;
    #[cfg(not(feature = "graphite"))]
    const ANY: Break = Break::Left;

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
        let alone: Vec<_> =
            encoded.alone(encoded.packed(6)[0]).iter().map(|packet| (packet.first, packet.end)).collect();
        assert_eq!(alone, [(2, 7), (1, 5), (0, 2)]);
    }

    /// A system has limits of its own; that of UDP is everywhere.
    #[tokio::test]
    async fn what_the_system_sends_no_datagram_for_is_refused_and_the_rest_sent() {
        let server = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut datagrams = Datagrams::new(Peer::Udp(server.local_addr().unwrap().to_string()));
        let batch = [10, 40_000, 40_000, 70_000, 20]
            .map(|bytes| MElement::new("x".repeat(bytes - 1), 1.0, tags! {}, Timestamp::EPOCH));
        let counts = WireCounts::default();
        let mut encoded = Encoded::new(&batch, &counts, |element, bytes| {
            bytes.extend_from_slice(element.name.as_bytes());
            bytes.push(b'\n');
            Ok::<usize, &str>(0)
        });
        let sent = encoded.send(&batch, 85_000, ANY, &mut datagrams, Timeouts::default(), &counts).await;
        let error = encoded.into_result(sent).unwrap_err();
        assert!(!error.is_retryable());
        assert_eq!(error.positions(), Some(&[3][..]));
        let why = std::error::Error::source(&error).unwrap().to_string();
        assert!(why.contains("more than this system sends: shorten its name and tags, or send over TCP"), "{why}");
        let mut lengths = Vec::new();
        for _ in 0..4 {
            let bytes = server.recv(&mut [0; 1 << 17]).await.unwrap();
            lengths.push(bytes.div_ceil(10) * 10);
        }
        assert_eq!(lengths, [10, 40_000, 40_000, 20]);
    }
}
