"""Sends 100 000 metrics, and some sampled ones, with the client `datadog`: half of them one a datagram, half of them packed."""

import sys

import wire  # noqa: F401, before the client
from datadog.dogstatsd import DogStatsd

ROUNDS = 5000
FIRST = 1431857103


def send(client, numbers):
    for n in numbers:
        client.increment("requests", 3, tags=["page:/" if n % 2 == 0 else "page:/about"])
        client.decrement("stock")
        client.gauge("temperature", n / 4)
        client.histogram("size", n, tags=["cached"])
        client.distribution("load", n / 8, tags=["città:Zürich", "host:a:1"])
        client.timing("latency", n)
        client.set("users", f"user{n % 1000}")
        client.count_with_timestamp("orders", 2, timestamp=FIRST + n)
        client.gauge_with_timestamp("level", n, timestamp=FIRST + n)
        client.histogram("wait", 0.1)
        client.increment("hits", 5, sample_rate=0.5)
        client.timing("slow", 8, sample_rate=0.25)


def main(to):
    place = {"socket_path": to, "socket_timeout": 60} if to.startswith("/") else {"host": "127.0.0.1", "port": int(to)}
    for half, unpacked in enumerate([True, False]):
        client = DogStatsd(**place, namespace="app", constant_tags=["env:test"], disable_buffering=unpacked)
        send(client, range(half * ROUNDS, (half + 1) * ROUNDS))
        if not client.stop():
            sys.exit("the client says that it has not sent all")
    wire.tell(to)


main(sys.argv[1])
