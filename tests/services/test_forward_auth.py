"""Real proxies ask ``/verify``, set up as docs/forward-auth.md has it.

A toy application stands behind each.  It is reached with a live session
only, and what it is told comes from the service and from nobody else.
"""

import http.client
import json
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, cast
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import installed
from tests.http.client import NOBODYS, Client
from tests.service import PATIENCE, Heard, Service, free_port, started

PAGE = Path(__file__).parents[2] / "docs" / "forward-auth.md"
FORGED = {
    "X-Auth-User": "forged",
    "X-Auth-Email": "root@example.com",
    "X-Auth-Verified": "true",
    "X-Auth-Session": "forged",
    "X-Auth-Actor": "forged",
}
# The same to an application that speaks CGI or WSGI.
TWINS = {name.replace("-", "_"): text for name, text in FORGED.items()}
BROWSER = {"Accept": "text/html"}


class Toy(BaseHTTPRequestHandler):
    """An application that says what it was told of its visitor."""

    def do_GET(self) -> None:
        """Answer with the fields of the request."""
        content = json.dumps(dict(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def toy() -> Iterator[int]:
    """Run the toy application and yield its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Toy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def recipe(kind: str, service: int, application: int) -> str:
    """Return what the page tells to write, with other ports in it."""
    text = PAGE.read_text()
    found = re.search(
        f"<!-- {kind}:begin -->\n(.*?)<!-- {kind}:end -->", text, re.DOTALL
    )
    assert found
    filled = found[1].replace(":5000", f":{service}")
    return filled.replace(":8000", f":{application}")


def nginx(folder: Path, port: int, inner: str) -> list[str]:
    """Write the configuration; return how to start."""
    scratch = " ".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {scratch}\n"
        f"server {{ listen 127.0.0.1:{port};\n{inner}}} }}\n"
    )
    return ["nginx", "-p", str(folder), "-c", str(file)]


def caddy(folder: Path, port: int, inner: str) -> list[str]:
    """Write the configuration; return how to start."""
    file = folder / "Caddyfile"
    file.write_text(
        "{\n admin off\n auto_https off\n}\n"
        f"http://127.0.0.1:{port} {{\n{inner}}}\n"
    )
    return ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]


@dataclass
class Fronted:
    """A proxy in front of the toy application, beside the service."""

    port: int
    service: Service

    def get(self, headers: dict[str, str]) -> tuple[int, dict[str, str], str]:
        """Ask the application through the proxy."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE)
        line.request("GET", "/reports?year=2026&q=a%20b", headers=headers)
        answer = line.getresponse()
        told = {name.lower(): text for name, text in answer.getheaders()}
        found = answer.status, told, answer.read().decode()
        line.close()
        return found

    def sign_in(self) -> tuple[str, str]:
        """Register, log in; return the address and the Cookie field."""
        with Client(self.service.url) as client:
            email = client.register()
            return email, f"session_id={client.log_in(email)}"


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """Run a proxy until the block ends."""
    home = os.environ | dict.fromkeys(
        ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder)
    )
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=home) as proxy:
        heard = Heard(cast(IO[bytes], proxy.stderr))
        try:
            while not listens(port):
                assert proxy.poll() is None, heard.text()
                threading.Event().wait(0.05)
            yield
        finally:
            proxy.terminate()
            proxy.wait(PATIENCE)
            heard.close()


def listens(port: int) -> bool:
    """Tell whether somebody takes connections there."""
    with closing(socket.socket()) as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


KINDS = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(params=list(KINDS))
def fronted(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Fronted]:
    """Start all three."""
    kind: str = request.param
    installed.program(kind)
    port = free_port()
    env = {
        "BIENVENUE_SIGN_IN_URL": "http://localhost:5000/sign-in",
        "BIENVENUE_RETURN_ORIGINS": f"http://127.0.0.1:{port}",
        "BIENVENUE_ACTING_AS_USER": "true",
    }
    with started(tmp_path, env=env) as service, toy() as application:
        inner = recipe(kind, service.port, application)
        command = KINDS[kind](tmp_path, port, inner)
        with running(command, port, tmp_path):
            yield Fronted(port, service)


def test_the_application_is_told_who_it_is(fronted: Fronted) -> None:
    email, cookie = fronted.sign_in()
    status, _, told = fronted.get({"Cookie": cookie} | FORGED | TWINS)
    assert status == 200
    assert "forged" not in told
    heard = {name.lower(): text for name, text in json.loads(told).items()}
    assert {name: heard[name.lower()] for name in FORGED} == {
        "X-Auth-User": "1",
        "X-Auth-Email": email,
        "X-Auth-Verified": "false",
        "X-Auth-Session": "1",
        "X-Auth-Actor": "0",
    }


def test_the_application_is_told_of_an_admin_who_acts(
    fronted: Fronted,
) -> None:
    email, _ = fronted.sign_in()
    service = fronted.service
    link = re.search(r"\S+/admin/first\?token=\S+", service.output())
    assert link
    ann = {"email": "ann@example.com", "password": "a long and quiet morning"}
    with Client(service.url) as client:
        made = client.ask(
            "POST",
            "/admin/first",
            data=ann | {"token": link[0].partition("=")[2]},
        )
        own = {"Cookie": made.headers["Set-Cookie"].partition(";")[0]}
        begun = client.ask(
            "POST",
            "/admin/api/users/1/acting",
            data={"reason": "4711"},
            headers=own,
        )
    assert begun.json()["email"] == email
    acting = begun.headers["Set-Cookie"].partition(";")[0]
    assert acting.startswith("session_id=")
    _, _, told = fronted.get({"Cookie": acting} | FORGED | TWINS)
    heard = {name.lower(): text for name, text in json.loads(told).items()}
    assert heard["x-auth-user"] == "1"
    assert heard["x-auth-actor"] == "2"


def test_nobody_else_gets_there(fronted: Fronted) -> None:
    _, cookie = fronted.sign_in()
    assert fronted.get({"Cookie": cookie})[0] == 200
    with Client(fronted.service.url) as client:
        client.ask("DELETE", "/sessions", headers={"Cookie": cookie})
    strangers = [{}, {"Cookie": f"session_id={NOBODYS}"}, {"Cookie": cookie}]
    here = f"http://127.0.0.1:{fronted.port}"
    for brought in strangers:
        status, told, content = fronted.get(brought | FORGED | BROWSER)
        assert status == 302
        assert "Host" not in content
        link = urlsplit(told["location"])
        assert link.path == "/sign-in"
        back = f"{here}/reports?year=2026&q=a%20b"
        assert parse_qs(link.query) == {"next": [back]}


def test_without_the_service_nobody_gets_in(fronted: Fronted) -> None:
    _, cookie = fronted.sign_in()
    fronted.service.stop()
    status, _, content = fronted.get({"Cookie": cookie} | FORGED)
    assert status in {500, 502}
    assert "Host" not in content
