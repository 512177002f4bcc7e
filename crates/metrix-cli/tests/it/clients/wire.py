"""Sockets that send no faster than the listener reads, and count what they send.

To be imported before a client is: it takes the place of `socket.socket`.
"""

import collections
import json
import socket
import sys
import time

# So many datagrams may wait, which fit the receive buffer of any system.
BURST = 16
PATIENCE = 60

lines = collections.Counter()
datagrams = collections.Counter()


def waiting(port):
    """How many bytes wait in the receive buffer of the socket that is bound to this port, and how many were dropped."""
    with open("/proc/net/udp", encoding="ascii") as sockets:
        for socket_line in sockets.readlines()[1:]:
            fields = socket_line.split()
            if int(fields[1].split(":")[1], 16) == port:
                return int(fields[4].split(":")[1], 16), int(fields[12])
    sys.exit(f"nothing listens on port {port}")


def settle(port):
    """Waits until all that was sent has been read."""
    deadline = time.monotonic() + PATIENCE
    while waiting(port)[0] > 0:
        if time.monotonic() > deadline:
            sys.exit(f"nothing has read port {port} for {PATIENCE} s")
        time.sleep(0)


class Paced(socket.socket):
    def send(self, data, *args):
        self.counted(data, self.getpeername())
        return super().send(data, *args)

    def sendall(self, data, *args):
        self.counted(data, self.getpeername())
        return super().sendall(data, *args)

    def sendto(self, data, *args):
        self.counted(data, args[-1])
        return super().sendto(data, *args)

    def counted(self, data, address):
        # Others tell a sender to wait.
        if self.family == socket.AF_INET and self.type == socket.SOCK_DGRAM:
            port = address[1]
            datagrams[port] += 1
            if datagrams[port] % BURST == 0:
                settle(port)
        for line in data.split(b"\n"):
            if line:
                lines[line.split(b":")[0].decode()] += 1


socket.socket = Paced


def tell(to):
    """Prints how many lines of each metric were sent, once all that were sent to a port of UDP have been read."""
    if to.isdigit():
        settle(int(to))
        dropped = waiting(int(to))[1]
        if dropped:
            sys.exit(f"{dropped} datagrams were dropped")
    print(json.dumps(lines))
