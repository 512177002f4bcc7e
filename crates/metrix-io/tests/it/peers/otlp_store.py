"""Takes metrics by OTLP, and answers when they are on the disk: python otlp_store.py PROTOCOL PORT FOLDER HELD

Each request becomes a line of the file `kept`, in protobuf's JSON. When there are more than HELD points it keeps on, but never answers
again until it is started anew. A request with a metric whose name begins with `secret` it refuses, and makes it a line of the file
`refused`. Where the folder has `cert.pem` and `key.pem` it takes TLS alone.
"""

import json
import os
import ssl
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import grpc
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import (
    MetricsServiceServicer,
    add_MetricsServiceServicer_to_server,
)


REFUSAL = "no metric may tell a secret"


def metrics(request):
    return [m for r in request.resource_metrics for s in r.scope_metrics for m in s.metrics]


def points(request):
    return sum(len(metric.gauge.data_points) + len(metric.sum.data_points) for metric in metrics(request))


class Store:
    def __init__(self, folder, held):
        self.refused = os.path.join(folder, "refused")
        self.file = open(os.path.join(folder, "kept"), "a+b")
        self.file.seek(0)
        before = self.file.read()
        # A line that it was writing when it was killed is none.
        self.file.truncate(before.rfind(b"\n") + 1)
        self.points, self.held = 0, float("inf") if before else held

    def keep(self, request):
        """Whether it is kept, and not refused."""
        if any(metric.name.startswith("secret") for metric in metrics(request)):
            with open(self.refused, "a") as refused:
                refused.write(f"{points(request)}\n")
            return False
        self.file.write(json.dumps(MessageToDict(request)).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.points += points(request)
        if self.points > self.held:
            threading.Event().wait()
        return True


class Calls(MetricsServiceServicer):
    def Export(self, request, context):
        if not store.keep(request):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, REFUSAL)
        return ExportMetricsServiceResponse()


class Posts(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = self.headers["content-type"]
        if (self.path, kind) == ("/v1/metrics", "application/x-protobuf"):
            request, write = ExportMetricsServiceRequest.FromString(body), lambda answer: answer.SerializeToString()
        elif (self.path, kind) == ("/v1/metrics", "application/json"):
            # Which knows no other form of numbers and lists than OTLP; what is not known it would refuse.
            request, write = Parse(body, ExportMetricsServiceRequest()), lambda answer: MessageToJson(answer).encode()
        else:
            return self.send_error(400)
        if store.keep(request):
            self.answer(200, kind, write(ExportMetricsServiceResponse()))
        else:
            self.answer(400, kind, write(Status(code=grpc.StatusCode.INVALID_ARGUMENT.value[0], message=REFUSAL)))

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("content-type", kind)
        # A message without fields has no bytes.
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


protocol, port, folder, held = sys.argv[1:]
certificate, key = (os.path.join(folder, name) for name in ("cert.pem", "key.pem"))
is_tls = os.path.exists(certificate)
store = Store(folder, float(held))
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
