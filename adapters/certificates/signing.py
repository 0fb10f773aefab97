"""The body's signature on a certificate: PAdES baseline B-B (ETSI EN 319 142-1), which certifies that nothing changed.

The key is either in the key provider, whose public half a certificate chain (PEM) vouches for, or in a PKCS #12 file. A
sandbox makes an authority of its own for the provider's key.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.certificates.authority import face_of
from domain.ports import KeyProvider, SigningKey

if TYPE_CHECKING:
    from pyhanko.sign.signers import Signer

PURPOSE: Final = "certificates"
FIELD: Final = "Issuer"
HALF: Final = 32


class SealFault(RuntimeError):
    """Certificates cannot be signed as the service is configured; the message names the setting, never a secret."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What signs, and the SHA-256 (hex) of the certificate that vouches for it."""

    signer: "Signer"
    fingerprint: str


def seals_of_provider(keys: KeyProvider, chain: Callable[[SigningKey], bytes]) -> Callable[[], Seal]:
    """Gives the seal of the provider's present key, put together anew after a rotation; `chain` gives a key's chain."""

    @lru_cache(maxsize=2)
    def seal(_: str) -> Seal:
        return seal_of_provider(keys, chain(keys.current(PURPOSE)))

    return lambda: seal(keys.current(PURPOSE).kid)


def seal_of_provider(keys: KeyProvider, chain: bytes) -> Seal:
    """The key provider's key; `chain` is PEM, its certificate first, then those above it.

    Raises SealFault where the first certificate is for another key: after a rotation, ask for a new certificate first.
    """
    certificates = x509.load_pem_x509_certificates(chain)
    public = certificates[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = keys.current(PURPOSE)
    if face_of(key).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != public:
        message = "the certificate chain is for another key than the one that signs certificates now"
        raise SealFault(message)
    return Seal(_provider_signer(keys, certificates), sha256(certificates[0].public_bytes(Encoding.DER)).hexdigest())


def seal_of_file(path: Path, passphrase: bytes | None) -> Seal:
    """The key and certificates of a PKCS #12 file."""
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - for the processes that make certificates

    try:
        signer = SimpleSigner.load_pkcs12_data(path.read_bytes(), other_certs=[], passphrase=passphrase)
    except (OSError, ValueError, TypeError) as fault:
        message = f"{path.name} cannot be opened as PKCS #12 with this passphrase"
        raise SealFault(message) from fault
    signer.embed_roots = False
    if signer.signing_cert is None:
        message = f"{path.name} holds no key with its certificate"
        raise SealFault(message)
    return Seal(signer, sha256(signer.signing_cert.dump()).hexdigest())


def signed(pdf: bytes, seal: Seal, *, by: str, reason: str) -> bytes:
    """The document with the seal's signature in an incremental update: no byte of it can change unnoticed."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import fields, signers  # noqa: PLC0415

    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=by,
        reason=reason,
    )
    out = BytesIO()
    # Without a face, of no extent and off the page: ISO 19005-2 (6.3.3) and ISO 14289-1 (7.18) both let it pass.
    unseen = fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True)
    field = fields.SigFieldSpec(FIELD, invis_sig_settings=unseen, readable_field_name=f"Signature of {by}")
    work = signers.PdfSigner(meta, signer=seal.signer, new_field_spec=field).async_sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)), output=out
    )
    asyncio.run(work)
    return out.getvalue()


def _provider_signer(keys: KeyProvider, chain: Sequence[x509.Certificate]) -> "Signer":
    from asn1crypto import algos, x509 as asn1  # noqa: PLC0415 - pyHanko's own representation
    from pyhanko.sign.signers import Signer  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    class ProviderSigner(Signer):
        """Hands the bytes to sign to the key provider, which never shows its key."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's signature
            """The signature in DER (RFC 3279, 2.2.3)."""
            if dry_run or digest_algorithm != "sha256":
                return bytes(72)
            _, raw = keys.sign(PURPOSE, data)
            return encode_dss_signature(int.from_bytes(raw[:HALF], "big"), int.from_bytes(raw[HALF:], "big"))

    certificates = [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for one in chain]
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # it alone is not typed
    store.register_multiple(certificates[1:])
    return ProviderSigner(
        signing_cert=certificates[0],
        # A root proves nothing where the signer puts it, and what no signature covers could be changed unnoticed.
        embed_roots=False,
        cert_registry=store,
        signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
    )
