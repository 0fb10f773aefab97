"""A sandbox's own authority: it vouches for the key that signs certificates, once, and its own key is thrown away.

A reader that does not trust it says so, and rightly: what a sandbox signs is nobody's certificate.
"""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from adapters import private_files
from domain.ports import SigningKey

_YEARS: Final = timedelta(days=3_650)
_DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
"""RFC 9336: the key signs documents that people read."""


def sandbox_chain(folder: Path, key: SigningKey, body: str) -> bytes:
    """The certificate of this key and that of the authority above it, PEM; made at first use and kept in `folder`.

    A rotated key has another id, and so a chain of its own.
    """
    path = folder / f"certificates-{key.kid}.chain.pem"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with private_files.alone_in(folder):
            if not path.exists():
                private_files.put(path, _chain(key, body, datetime.now(UTC)))
    return private_files.read(path)


def face_of(key: SigningKey) -> ec.EllipticCurvePublicKey:
    """The public half of a P-256 key."""
    x, y = (int.from_bytes(_bytes(str(key.public_jwk[name])), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _chain(key: SigningKey, body: str, now: datetime) -> bytes:
    private = ec.generate_private_key(ec.SECP256R1())
    root = _root(private, _name(body, "sandbox authority"), now)
    signs = (
        _begun(root.subject, _name(body, "sandbox certificates"), face_of(key), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_documents=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(private.public_key()),
            critical=False,
        )
        .sign(private, hashes.SHA256())
    )
    return signs.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)


def _root(private: ec.EllipticCurvePrivateKey, name: x509.Name, now: datetime) -> x509.Certificate:
    return (
        _begun(name, name, private.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_documents=False), critical=True)
        .sign(private, hashes.SHA256())
    )


def _begun(
    issuer: x509.Name, subject: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=signs_documents,
        key_cert_sign=not signs_documents,
        crl_sign=not signs_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(body: str, what: str) -> x509.Name:
    # X.520 bounds both at 64 characters.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, body[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{body[:40]} {what}"),
        ]
    )


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
