"""A receiver of webhooks for tests: a real TLS server on the loopback, with an authority of its own.

It takes what is sent, keeps it, and answers as the test scripted: with bytes, or a function that speaks for itself.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "hooks.partner.example"
AUTHORITY = "authority.pem"
"""The file, in the folder of a receiver, that holds its authority's certificate."""
Speech = Callable[[ssl.SSLSocket], None]


def answering(status: str, *headers: str, body: bytes = b"") -> bytes:
    """A plain answer: `200 OK`, with these header lines."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


OK = answering("200 OK")
GONE = answering("410 Gone")
AWAY = answering("503 Service Unavailable")


@dataclass(frozen=True)
class Taken:
    """One request as it came."""

    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The server. `script` says what the next requests get, one after the other; from then on `usual`."""

    port: int
    trust: ssl.SSLContext
    script: list[bytes | Speech] = field(default_factory=list)
    usual: bytes | Speech = OK
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://{HOST}:{self.port}/hook?of=cps"

    def resolve(self, host: str, port: int) -> list[str]:
        """The resolver that knows this one host."""
        if (host, port) != (HOST, self.port):
            raise OSError
        return ["127.0.0.1"]


@contextmanager
def a_receiver(folder: Path, host: str = HOST) -> Iterator[Receiver]:
    """A receiver whose certificate is for `host`, until the end of the block."""
    context, trust = _identity(folder, host)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = Receiver(listening.getsockname()[1], trust)
        thread = threading.Thread(target=_serve, args=(listening, context, receiver), daemon=True)
        thread.start()
        yield receiver
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def _serve(listening: socket.socket, context: ssl.SSLContext, receiver: Receiver) -> None:
    while True:
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        receiver.connections += 1
        with plain, contextlib.suppress(OSError, ssl.SSLError):
            plain.settimeout(20)
            with context.wrap_socket(plain, server_side=True) as connection:
                _speak(connection, receiver)


def _speak(connection: ssl.SSLSocket, receiver: Receiver) -> None:
    taken = _read(connection)
    if taken is None:
        return
    receiver.taken.append(taken)
    said = receiver.script.pop(0) if receiver.script else receiver.usual
    if isinstance(said, bytes):
        connection.sendall(said)
    else:
        said(connection)


def _read(connection: ssl.SSLSocket) -> Taken | None:
    content = b""
    while b"\r\n\r\n" not in content:
        chunk = connection.recv(65_536)
        if not chunk:
            return None
        content += chunk
    head, _, body = content.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    return Taken(first.split(" ")[1], headers, body)


def _identity(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a fresh certificate for `host`, and a client's that trusts its authority alone."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("The tests' authority", authority, authority, "The tests' authority", None)
    leaf = _certificate("The tests' authority", authority, key, host, host)
    chain, secret = folder / f"{host}.pem", folder / f"{host}.key"
    chain.write_bytes(leaf.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / AUTHORITY).write_bytes(root.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    trust = ssl.create_default_context(cadata=root.public_bytes(Encoding.PEM).decode())
    return server, trust


def _certificate(
    issuer: str, signer: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey, name: str, host: str | None
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    )
    if host is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(signer, hashes.SHA256())
