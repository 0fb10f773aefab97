"""A request to an authority to vouch for the key that signs certificates (PKCS #10, RFC 2986).

The key never leaves its provider: the request is put together here and signed there.
"""

from asn1crypto import csr, keys as asn1_keys, pem, x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.certificates.authority import face_of
from adapters.certificates.signing import HALF, PURPOSE
from domain.ports import KeyProvider


def signing_request(keys: KeyProvider, body: str) -> bytes:
    """The request for the key that signs now, PEM, in the body's name."""
    public = face_of(keys.current(PURPOSE)).public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": x509.Name.build({"organization_name": body[:64], "common_name": f"{body[:51]} certificates"}),
            "subject_pk_info": asn1_keys.PublicKeyInfo.load(public),
            "attributes": [],
        }
    )
    _, raw = keys.sign(PURPOSE, info.dump())
    signature = encode_dss_signature(int.from_bytes(raw[:HALF], "big"), int.from_bytes(raw[HALF:], "big"))
    request = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
    )
    armored: bytes = pem.armor("CERTIFICATE REQUEST", request.dump())
    return armored
