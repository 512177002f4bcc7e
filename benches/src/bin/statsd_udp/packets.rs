//! [`packets`]: what is sent.

/// What an Ethernet frame has room for.
const PACKET: usize = 1432;
const SERIES: usize = 100;

/// Packets that are as full as they can be, and how many lines each has.
pub(crate) fn packets() -> Vec<(Vec<u8>, u64)> {
    let (mut packets, mut packet, mut lines) = (Vec::new(), Vec::new(), 0);
    for number in 0_usize.. {
        let line = format!("requests:{}|c|#page:/{},shop:{}\n", number % 1000, number % SERIES, number % 7);
        if packet.len() + line.len() > PACKET {
            packets.push((std::mem::take(&mut packet), std::mem::take(&mut lines)));
        }
        if packets.len() == 1000 {
            break;
        }
        packet.extend_from_slice(line.as_bytes());
        lines += 1;
    }
    packets
}
