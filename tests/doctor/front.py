"""A real nginx in front of a service, told well or badly."""

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from tests import installed
from tests.service import PATIENCE, free_port
from tests.smtp import make_certificate

USUAL = (
    "proxy_set_header Host $http_host",
    "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for",
    "proxy_set_header X-Forwarded-Proto $scheme",
)

_MAIN = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        location / {{ proxy_pass http://{next}; {lines} }}
    }}
    server {{
        listen 127.0.0.1:{inner};
        location / {{ proxy_pass http://{service}; {lines} }}
    }}
    server {{
        listen 127.0.0.1:{plain};
        location / {{ {plain_answer}; }}
    }}
}}
"""
_TEMPORARY = "client_body proxy fastcgi uwsgi scgi"


@dataclass(frozen=True, slots=True)
class Front:
    """Where a proxy is, with TLS and without, and its certificate."""

    url: str
    plain: str
    certificate: Path


@contextmanager
def nginx(
    service: int,
    lines: Sequence[str] = USUAL,
    *,
    proxies: int = 1,
    plain: str = "return 301 https://$host$request_uri",
) -> Iterator[Front]:
    """Run one or two proxies, one behind the other, before a port."""
    program = installed.program("nginx")
    with tempfile.TemporaryDirectory(prefix="bv") as name:
        folder = Path(name)
        certificate, _ = make_certificate(folder)
        port, inner, clear = free_port(), free_port(), free_port()
        ends = {1: f"127.0.0.1:{service}", 2: f"127.0.0.1:{inner}"}
        text = _MAIN.format(
            folder=folder,
            port=port,
            inner=inner,
            plain=clear,
            plain_answer=plain,
            next=ends[proxies],
            service=ends[1],
            lines=" ".join(f"{line};" for line in lines),
            temporary="\n    ".join(
                f"{each}_temp_path {folder}/{each};"
                for each in _TEMPORARY.split()
            ),
        )
        if os.geteuid() == 0:
            text = f"user root;\n{text}"
        (folder / "conf").write_text(text)
        process = subprocess.Popen(
            [program, "-c", folder / "conf", "-p", folder],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(clear, process)
            yield Front(
                f"https://127.0.0.1:{port}",
                f"http://127.0.0.1:{clear}",
                certificate,
            )
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(int(PATIENCE / 0.05)):
        assert process.poll() is None, "nginx ended at its start"
        with closing(socket.socket()) as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        Event().wait(0.05)
    raise AssertionError("nginx did not start")
