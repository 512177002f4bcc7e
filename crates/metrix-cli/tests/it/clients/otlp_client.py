"""Sends metrics by OpenTelemetry's SDK: python otlp_client.py PROTOCOL URL TEMPORALITY"""

import os
import sys

from opentelemetry.metrics import Observation
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, ObservableCounter, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource

protocol, url, temporality = sys.argv[1:]
kind = getattr(AggregationTemporality, temporality)
options = {"preferred_temporality": {kinds: kind for kinds in (Counter, Histogram, ObservableCounter, UpDownCounter)}}
if protocol == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

    exporter = OTLPMetricExporter(endpoint=url, insecure=True, compression=Compression.Gzip, **options)
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    exporter = OTLPMetricExporter(endpoint=url + "/v1/metrics", compression=Compression.Gzip, **options)

reader = PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)
provider = MeterProvider(
    metric_readers=[reader],
    resource=Resource.create({"service.name": "shop", "service.instance.id": "1", "team": "a"}),
    views=[View(instrument_name="size", aggregation=ExponentialBucketHistogramAggregation(max_scale=3))],
)
meter = provider.get_meter("test")
requests = meter.create_counter("requests", unit="1")
stock = meter.create_up_down_counter("stock")
latency = meter.create_histogram("latency", unit="ms")
size = meter.create_histogram("size", unit="By")
uptime = []
meter.create_observable_counter("uptime", callbacks=[lambda _: [Observation(len(uptime))]])
meter.create_observable_gauge("load", callbacks=[lambda _: [Observation(0.25 * len(uptime), {"città": "Zürich"})]])

for round in range(3):
    uptime.append(round)
    for number in range(100):
        requests.add(2, {"page": "/" if number % 2 else "/about", "ok": True})
        stock.add(-1 if number % 4 else 2.5)
        latency.record(number, {"page": "/"})
        size.record(1 + number)
    if not provider.force_flush(30_000):
        sys.exit("the metrics were not taken")
provider.shutdown()
