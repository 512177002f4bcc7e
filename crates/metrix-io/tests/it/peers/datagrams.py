"""Takes Unix datagrams: datagrams.py SOCKET FILE.

Each is in the file before the next one is taken, with a line break behind it. A line `begun` stands where a process begins.
"""

import os
import socket
import sys

path, file = sys.argv[1:]
kept = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.write(kept, b"\nbegun\n")
if os.path.exists(path):
    # Of one that was killed.
    os.unlink(path)
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(path)
while True:
    os.write(kept, server.recv(1 << 16) + b"\n")
