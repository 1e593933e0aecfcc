"""Traces, as a collector gets them that really listens."""

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

from tests.service import PATIENCE, finished, free_port, started

BOB = {"email": "bob@example.com", "password": "a long and quiet morning"}
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """Takes OTLP over HTTP, and keeps what it got."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: set[str] = set()
        self.news = threading.Condition()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                with collector.news:
                    collector.bodies.append(body)
                    collector.headers.append(dict(self.headers))
                    collector.paths.add(self.path)
                    collector.news.notify_all()
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def spans(self) -> list[dict[str, Any]]:
        """Return all spans so far, the parts that are looked at."""
        found = []
        for body in self.bodies:
            request = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                what = {
                    one.key: one.value.string_value
                    for one in resource.resource.attributes
                }
                found += [
                    {
                        "name": span.name,
                        "id": span.span_id.hex(),
                        "trace": span.trace_id.hex(),
                        "parent": span.parent_span_id.hex(),
                        "lasted": span.end_time_unix_nano
                        - span.start_time_unix_nano,
                        "service": what["service.name"],
                        "status": span.status.code,
                        **{
                            one.key: one.value.string_value
                            or one.value.int_value
                            for one in span.attributes
                        },
                    }
                    for scope in resource.scope_spans
                    for span in scope.spans
                ]
        return found

    def wait_for(self, true: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait until the spans are as they should be."""
        with self.news:
            assert self.news.wait_for(lambda: true(self.spans()), PATIENCE)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector that listens."""
    found = Collector()
    yield found
    found.close()


def named(spans: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return the spans of a name."""
    return [span for span in spans if span["name"] == name]


def test_a_login_is_one_trace(collector: Collector, tmp_path: Path) -> None:
    env = {
        "BIENVENUE_OTLP_ENDPOINT": collector.url,
        "BIENVENUE_OTLP_HEADERS": "x-key=of-the-collector",
        "BIENVENUE_TRUSTED_HOPS": "1",
        "BIENVENUE_LOG_FORMAT": "json",
        "BIENVENUE_LOG_REQUESTS": "true",
    }
    with started(tmp_path, env=env) as service:
        person = requests.Session()
        for path in ("/users", "/sessions"):
            headers = {"traceparent": PARENT if path == "/sessions" else ""}
            person.post(
                service.url + path, json=BOB, headers=headers, timeout=30
            )
        person.get(f"{service.url}/profile?of=bob", timeout=30)
        requests.get(f"{service.url}/nothing/of-bob", timeout=30)
        collector.wait_for(lambda spans: bool(named(spans, "send letter")))
    spans = collector.spans()
    assert collector.paths == {"/v1/traces"}
    assert all(h["x-key"] == "of-the-collector" for h in collector.headers)
    (login,) = named(spans, "POST /sessions")
    _, trace, parent, _ = PARENT.split("-")
    assert (login["trace"], login["parent"]) == (trace, parent)
    assert login["http.response.status_code"] == 200
    assert login["http.route"] == "/sessions"
    inside = [span for span in spans if span["parent"] == login["id"]]
    names = {span["name"] for span in inside}
    assert {"hash password", "database read", "database write"} <= names
    for span in inside:
        assert span["trace"] == trace
        assert 0 <= span["lasted"] <= login["lasted"]
    (profile,) = named(spans, "GET /profile")
    assert profile["parent"] == ""
    (lost,) = [s for s in spans if s.get("http.response.status_code") == 404]
    assert "http.route" not in lost
    assert {span["service"] for span in spans} == {"bienvenue"}
    assert f'"trace_id":"{trace}"' in service.errors()
    sent = b"".join(collector.bodies)
    session_id = person.cookies["session_id"].encode()
    for secret in (b"bob", b"quiet morning", session_id, b"SELECT"):
        assert secret not in sent


def test_a_clients_own_trace_counts_for_nothing(
    collector: Collector, tmp_path: Path
) -> None:
    env = {"BIENVENUE_OTLP_ENDPOINT": collector.url}
    with started(tmp_path, env=env) as service:
        headers = {"traceparent": PARENT}
        requests.get(f"{service.url}/", headers=headers, timeout=30)
    (span,) = named(collector.spans(), "GET /")
    assert span["trace"] not in PARENT
    assert span["parent"] == ""


def test_none_of_a_hundred_is_none(
    collector: Collector, tmp_path: Path
) -> None:
    env = {
        "BIENVENUE_OTLP_ENDPOINT": collector.url,
        "BIENVENUE_TRACE_PERCENT": "0",
    }
    with started(tmp_path, env=env) as service:
        for _ in range(20):
            assert requests.get(f"{service.url}/", timeout=30).ok
    assert not named(collector.spans(), "GET /")


def test_without_its_collector_the_service_serves(tmp_path: Path) -> None:
    env = {"BIENVENUE_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    with started(tmp_path, env=env) as service:
        for _ in range(20):
            assert requests.get(f"{service.url}/", timeout=30).ok


def test_plain_serve_loads_none_of_it(tmp_path: Path) -> None:
    with started(tmp_path) as service:
        requests.get(service.url, timeout=30)
        maps = Path(f"/proc/{service.process.pid}/maps").read_text()
    assert "_granian" in maps, "libraries that are loaded can be seen"
    assert "google/_upb" not in maps, "protobuf's is not among them"
    done = finished(tmp_path, "config")
    assert "otlp_endpoint" in done.stdout
