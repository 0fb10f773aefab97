"""The VC-API over https on loopback, under an authority that the harness makes for itself.

`python -m tests.conformance.server --port 40443 --directory build/conformance` serves until it is interrupted, and
prints where the authority's certificate lies and in whose names it issues.
"""

import argparse
import asyncio
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.keys import FileKeyProvider
from adapters.strict import json_object
from domain.badges.facts import MASTER, Securing, StatusPurpose
from tests.conformance.body import REQUEST, Body, Refused, warnings_of

LARGEST = 256 * 1024
SECONDS_TO_START = 20.0
LIST_FORMS = ("application/vc", "application/ld+json", "application/json")


def app_of(body: Body) -> Starlette:
    """The routes of the VC-API, each also below the name of a suite: `/ecdsa-rdfc-2019/credentials/issue`."""
    api = Api(body)
    routes = [
        Route(f"{prefix}{path}", endpoint, methods=["POST"])
        for prefix in ("", "/{suite}")
        for path, endpoint in (
            ("/credentials/issue", api.issue),
            ("/credentials/verify", api.verify),
            ("/credentials/status", api.status),
            ("/presentations/verify", api.verify_presentation),
        )
    ]
    routes += [
        Route("/.well-known/did.json", api.did, methods=["GET"]),
        Route("/status-lists/{purpose}", api.status_list, methods=["GET"]),
    ]
    return Starlette(routes=routes)


class Api:
    """What the routes answer: 201 with the signed credential, 200 for what verifies, else 400 with the reasons."""

    def __init__(self, body: Body) -> None:
        self._body = body

    async def issue(self, request: Request) -> Response:
        """`{credential, options}`; `options.cryptosuite` or the path names the suite, `vc+jwt` an envelope.

        `options.credentialStatus` asks for a status, for suites that leave that to an issuer's settings.
        """

        def made(asked: dict[str, Any]) -> Response:
            options, credential = _object(asked.get("options")), asked.get("credential")
            securing = _securing(options.get("cryptosuite") or request.path_params.get("suite") or MASTER.value)
            if options.get("credentialStatus") == REQUEST and isinstance(credential, dict):
                credential = {"credentialStatus": REQUEST, **credential}
            signed = self._body.issue(credential, securing)
            return JSONResponse({"verifiableCredential": signed}, status_code=201)

        return await _answered(request, made)

    async def verify(self, request: Request) -> Response:
        """`{verifiableCredential}`."""

        def made(asked: dict[str, Any]) -> Response:
            found = self._body.verify(asked.get("verifiableCredential"), datetime.now(UTC))
            warnings = warnings_of(found)
            return JSONResponse({"verified": True, "credential": found, "errors": [], "warnings": warnings})

        return await _answered(request, made)

    async def verify_presentation(self, request: Request) -> Response:
        """`{verifiablePresentation, options: {challenge, domain}}`."""

        def made(asked: dict[str, Any]) -> Response:
            options = _object(asked.get("options"))
            expected: dict[str, Any] = {name: options[name] for name in ("challenge", "domain") if name in options}
            found = self._body.verify_presentation(asked.get("verifiablePresentation"), expected, datetime.now(UTC))
            return JSONResponse({"verified": True, "presentation": found, "errors": [], "warnings": []})

        return await _answered(request, made)

    async def status(self, request: Request) -> Response:
        """`{credentialId, credentialStatus: {statusPurpose}, status}`: set or clear a bit."""

        def made(asked: dict[str, Any]) -> Response:
            purpose = _purpose(_object(asked.get("credentialStatus")).get("statusPurpose"))
            self._body.set_status(str(asked.get("credentialId")), purpose, on=asked.get("status", True) is not False)
            return JSONResponse({})

        return await _answered(request, made)

    async def did(self, _: Request) -> Response:
        """The body's DID document."""
        return JSONResponse(self._body.signer.did_document())

    async def status_list(self, request: Request) -> Response:
        """One of the two lists, by any of the names of its form."""
        try:
            purpose = _purpose(request.path_params["purpose"])
        except Refused:
            return JSONResponse({}, status_code=404)
        accept = request.headers.get("accept", "")
        form = next((one for one in LIST_FORMS if one in accept), LIST_FORMS[0])
        return JSONResponse(self._body.status_list(purpose), media_type=form)


async def _answered(request: Request, made: Any) -> Response:
    content = await request.body()
    try:
        if len(content) > LARGEST:
            return _bad(["too large"], 413)
        asked = json_object(content)
        # A canonicalisation may wait for its process: not on the loop.
        answer: Response = await asyncio.to_thread(made, asked)
    except Refused as refused:
        return _bad(refused.faults)
    except ValueError:
        return _bad(["not JSON"])
    return answer


def _bad(faults: list[str], status: int = 400) -> Response:
    return JSONResponse({"verified": False, "errors": faults, "warnings": []}, status_code=status)


def _securing(name: str) -> Securing:
    found = next((one for one in Securing if one.value == name and one is not Securing.OB_JWT), None)
    if found is None:
        raise Refused(["/options/cryptosuite: none that is known here"])
    return found


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _purpose(name: Any) -> StatusPurpose:
    found = next((one for one in StatusPurpose if one.value == name), None)
    if found is None:
        raise Refused(["/credentialStatus/statusPurpose: none that is known here"])
    return found


# --- https


def certified(directory: Path) -> tuple[Path, Path, Path]:
    """A fresh authority and a certificate for loopback under it: the authority's file, the certificate's, the key's."""
    directory.mkdir(parents=True, exist_ok=True)
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name, now = _name("certificant conformance authority"), datetime.now(UTC)
    authority = (
        _blank(name, name, root, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), critical=False)
        .sign(root, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        _blank(_name("localhost"), name, leaf, now)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        .sign(root, hashes.SHA256())
    )
    made = (directory / "authority.pem", directory / "localhost.pem", directory / "localhost.key")
    made[0].write_bytes(authority.public_bytes(Encoding.PEM))
    made[1].write_bytes(certificate.public_bytes(Encoding.PEM))
    made[2].touch(mode=0o600)
    made[2].write_bytes(leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _blank(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    blank = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    dated = blank.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=7))
    return dated.serial_number(x509.random_serial_number())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@contextmanager
def serving(directory: Path, port: int = 0) -> Iterator[tuple[Body, Path]]:
    """The harness on loopback, on a free port unless one is named; the body and its authority's file."""
    authority, certificate, key = certified(directory)
    listening = socket.create_server(("127.0.0.1", port))
    base_url = f"https://localhost:{listening.getsockname()[1]}"
    body = Body(FileKeyProvider(directory / "keys"), base_url)
    config = uvicorn.Config(
        app_of(body), ssl_certfile=certificate, ssl_keyfile=key, log_level="warning", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield body, authority
    finally:
        server.should_exit = True
        thread.join(SECONDS_TO_START)
        listening.close()


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="tests.conformance.server", description=__doc__)
    parser.add_argument("--port", type=int, default=40443)
    parser.add_argument("--directory", type=Path, default=Path("build/conformance"))
    asked = parser.parse_args(arguments)
    with serving(asked.directory, asked.port) as (body, authority):
        shown = {"address": body.base_url, "authority": str(authority), "issuers": body.issuers}
        sys.stdout.write(json.dumps(shown, indent=1) + "\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main(sys.argv[1:])
