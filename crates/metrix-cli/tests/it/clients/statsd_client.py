"""Sends 100 000 metrics, and some sampled ones, with the client `statsd`: half of them one a datagram, half of them packed."""

import datetime
import random
import sys

import wire  # noqa: F401, before the client
from statsd import StatsClient, TCPStatsClient

ROUNDS = 5000


def send(client, numbers):
    for n in numbers:
        client.incr("requests", 3)
        client.incr("requests.about", n)
        client.decr("stock")
        client.timing("latency", n)
        client.timing("render", datetime.timedelta(milliseconds=n))
        client.gauge("temperature", n / 4)
        client.gauge("level", 2, delta=True)
        client.gauge("balance", -n)
        client.set("users", n % 1000)
        client.timing("wait", 0.1)
        client.incr("hits", 5, rate=0.5)
        client.timing("slow", 8, rate=0.25)


def main(to):
    random.seed(1)
    if to.startswith("tcp:"):
        client = TCPStatsClient("127.0.0.1", int(to[4:]), prefix="app")
    else:
        client = StatsClient("127.0.0.1", int(to), prefix="app")
    send(client, range(ROUNDS))
    with client.pipeline() as packed:
        send(packed, range(ROUNDS, 2 * ROUNDS))
    client.close()
    wire.tell(to)


main(sys.argv[1])
