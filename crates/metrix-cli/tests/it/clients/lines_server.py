"""A server of lines over TCP: keeps in a file what it has read, before it reads more.

Arguments: a port, and the file. It says when it listens.
"""

import os
import socket
import sys

kept = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            while piece := connection.recv(1 << 16):
                os.write(kept, piece)
        except ConnectionError:
            pass
