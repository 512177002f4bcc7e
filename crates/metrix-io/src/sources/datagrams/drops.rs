//! How many datagrams the kernel has dropped for want of room.

use std::fs;

use tokio::net::UdpSocket;

/// What the kernel knows a socket by, where it also says what it has dropped for it.
#[cfg(target_os = "linux")]
pub(in crate::sources) fn inode(socket: &UdpSocket) -> Option<u64> {
    use std::os::fd::AsRawFd;

    let link = fs::read_link(format!("/proc/self/fd/{}", socket.as_raw_fd())).ok()?;
    let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()?;
    dropped(inode).is_some().then_some(inode)
}

/// What the kernel knows a socket by: other systems don't say.
#[cfg(not(target_os = "linux"))]
pub(in crate::sources) fn inode(_: &UdpSocket) -> Option<u64> {
    None
}

/// How many datagrams the kernel has dropped that came for an open socket, where it says so.
pub(super) fn dropped(inode: u64) -> Option<u64> {
    ["/proc/net/udp", "/proc/net/udp6"].iter().find_map(|path| in_table(&fs::read_to_string(path).ok()?, inode))
}

/// The last column of the row that has the inode in its tenth. The kernel's Documentation/networking/proc_net_tcp.rst
/// describes the first columns, `udp4_format_sock` in its net/ipv4/udp.c has them all.
fn in_table(table: &str, inode: u64) -> Option<u64> {
    table.lines().skip(1).find_map(|row| {
        let mut columns = row.split_ascii_whitespace().skip(9);
        (columns.next()?.parse() == Ok(inode)).then(|| columns.last()?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_with_the_inode_counts() {
        let table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
  217: 0100007F:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 0000000000000000 0
 4711: 0100007F:2222 00000000:0000 07 00000000:00033400 00:00000000 00000000  1000        0 4712 2 0000000000000000 1293
";
        assert_eq!(in_table(table, 4711), Some(0));
        assert_eq!(in_table(table, 4712), Some(1293));
        assert_eq!(in_table(table, 2), None);
        assert_eq!(in_table("", 2), None);
        assert_eq!(in_table("a\nb c", 2), None);
    }
}
