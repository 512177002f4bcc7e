"""Takes metrics by OTLP, and answers when they are on the disk: python otlp_store.py PROTOCOL PORT FOLDER HELD

Each request becomes a line of the file `kept`, in protobuf's JSON. When there are more than HELD points it keeps on, but never answers
again until it is started anew. Where the folder has `cert.pem` and `key.pem` it takes TLS alone.
"""

import json
import os
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import grpc
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import (
    MetricsServiceServicer,
    add_MetricsServiceServicer_to_server,
)


def points(request):
    metrics = [m for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics]
    return sum(len(metric.gauge.data_points) + len(metric.sum.data_points) for metric in metrics)


class Store:
    def __init__(self, path, held):
        self.file = open(path, "a+b")
        self.file.seek(0)
        before = self.file.read()
        # A line that it was writing when it was killed is none.
        self.file.truncate(before.rfind(b"\n") + 1)
        self.points, self.held = 0, float("inf") if before else held

    def keep(self, request):
        self.file.write(json.dumps(MessageToDict(request)).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.points += points(request)
        if self.points > self.held:
            threading.Event().wait()


class Calls(MetricsServiceServicer):
    def Export(self, request, context):
        store.keep(request)
        return ExportMetricsServiceResponse()


class Posts(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        is_right = (self.path, self.headers["content-type"]) == ("/v1/metrics", "application/x-protobuf")
        if is_right:
            store.keep(ExportMetricsServiceRequest.FromString(body))
        self.send_response(200 if is_right else 400)
        self.send_header("content-type", "application/x-protobuf")
        # A message without fields has no bytes.
        self.send_header("content-length", "0")
        self.end_headers()


protocol, port, folder, held = sys.argv[1:]
certificate, key = (os.path.join(folder, name) for name in ("cert.pem", "key.pem"))
is_tls = os.path.exists(certificate)
store = Store(os.path.join(folder, "kept"), float(held))
if protocol == "grpc":
    server = grpc.server(ThreadPoolExecutor(1), options=[("grpc.so_reuseport", 0)])
    add_MetricsServiceServicer_to_server(Calls(), server)
    if is_tls:
        with open(key, "rb") as one, open(certificate, "rb") as other:
            server.add_secure_port(f"127.0.0.1:{port}", grpc.ssl_server_credentials([(one.read(), other.read())]))
    else:
        server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()
else:
    server = HTTPServer(("127.0.0.1", int(port)), Posts)
    if is_tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
