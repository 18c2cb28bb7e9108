"""A partner on loopback that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Scripted:
    """One answer: status, body, headers; `slow` seconds before the body; `drop` hangs up without an answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    drop: bool = False


@dataclass
class Partner:
    """The answers still to give (the last one stays), and the requests so far."""

    answers: list[Scripted]
    base: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def next(self) -> Scripted:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def partner(*answers: Scripted, certificate: Path | None = None) -> Iterator[Partner]:
    """A partner that runs meanwhile."""
    told = Partner(list(answers) or [Scripted()])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            told.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            answer = told.next()
            if answer.drop:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            time.sleep(answer.slow)
            self.wfile.write(answer.body)

        do_GET = do_POST = _serve

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    told.base = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def self_signed(folder: Path) -> Path:
    """A certificate that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start)
    made = builder.not_valid_after(start + timedelta(days=9)).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "shop.pem"
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path
