"""Sends 20 000 points with the client `influxdb-client`, half of them packed, and tells what the server says to a wrong line."""

import json
import sys

from influxdb_client import InfluxDBClient, Point, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

POINTS = 10000
START = 1_700_000_000


def points(first, precision):
    for n in range(first, first + POINTS):
        time = START + n if precision == WritePrecision.S else (START + n) * 1_000_000_000
        point = Point("room temp").tag("city", "Kiel, West").tag("wing", "a=b").tag("empty", "")
        yield point.field("value", n / 4).field("people", n).field("open", n % 2 == 0).field("note", "a \"b\"\nc").time(time, precision)


def send(url, gzip, first, precision):
    with InfluxDBClient(url=url, token="open sesame", org="org", enable_gzip=gzip) as client:
        assert client.ping()
        write = client.write_api(write_options=SYNCHRONOUS)
        all = list(points(first, precision))
        for begin in range(0, POINTS, 1000):
            write.write("bucket", record=all[begin : begin + 1000], write_precision=precision)


def refused(url, token, record):
    with InfluxDBClient(url=url, token=token, org="org") as client:
        try:
            client.write_api(write_options=SYNCHRONOUS).write("bucket", record=record)
        except ApiException as error:
            return [error.status, error.message]
    return None


def main(url):
    send(url, False, 0, WritePrecision.NS)
    send(url, True, POINTS, WritePrecision.S)
    wrong = refused(url, "open sesame", "room value=1x")
    print(json.dumps({"wrong": wrong, "stranger": refused(url, "close sesame", "room value=1")[0]}))


main(sys.argv[1])
