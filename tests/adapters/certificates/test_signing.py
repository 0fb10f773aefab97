"""The file and who signs it, as pikepdf reads the one and pyHanko judges the other."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import pem, x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from adapters.certificates.authority import face_of
from adapters.certificates.press import Press
from adapters.certificates.request import signing_request
from adapters.certificates.signing import PURPOSE, SealFault, seal_of_file, seal_of_provider, seals_of_provider
from adapters.keys import FileKeyProvider
from tests.builders_certificates import a_certificate, a_press, chain_in


def judged(pdf: bytes, chain: bytes) -> PdfSignatureStatus:
    """What pyHanko's validator says of the one signature, trusting the chain's root."""
    root = [asn1.Certificate.load(der) for _, _, der in pem.unarmor(chain, multiple=True)][-1]
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    status: PdfSignatureStatus = validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))
    return status


# --- the file


def test_the_file_is_pdf_a_after_it_is_signed(pdf: bytes) -> None:
    document = pikepdf.open(BytesIO(pdf))

    assert not document.is_encrypted
    (intent,) = document.Root.OutputIntents
    assert (str(intent.S), "/DestOutputProfile" in intent) == ("/GTS_PDFA1", True)
    with document.open_metadata(set_pikepdf_as_editor=False) as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "A")
        assert said["pdfuaid:part"] == "1"
        assert said["dc:title"] == "Certificate 7K3M-Q0DV-2XHT-9PE4"
    # ISO 19005-2: fonts within the file (6.2.11.4), no actions but harmless ones (6.5), no files within (6.8), tagged.
    assert set(_fonts_without_program(document)) == set()
    assert not {"/OpenAction", "/AA", "/JavaScript", "/Names"} & set(document.Root.keys())
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "en"
    # The signature's widget (6.3): printed, neither hidden nor invisible, and of no extent, so without a face. It lies
    # off the page, so that ISO 14289-1 (7.18.1) asks for no tag.
    (field,) = document.Root.AcroForm.Fields
    left, bottom, right, top = (float(edge) for edge in field.Rect)
    assert int(field.F) & 0b100111 == 0b100
    assert (left, bottom) == (right, top)
    assert max(left, bottom) < 0


def _fonts_without_program(document: pikepdf.Pdf) -> Iterator[str]:
    for thing in document.objects:
        described = isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
        if described and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing.keys()):
            yield str(thing.FontName)


def test_the_signature_is_valid_pades_and_covers_the_whole_file(pdf: bytes, folder: Path) -> None:
    status = judged(pdf, chain_in(folder))

    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.docmdp_level is not None
    # ETSI EN 319 142-1, 6.3: level B names the signer's certificate in what is signed, and states no time there.
    signed = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    assert signed == {"content_type", "message_digest", "signing_certificate_v2"}


def test_whoever_does_not_trust_the_authority_is_told_so(pdf: bytes, tmp_path: Path) -> None:
    others = chain_in(tmp_path)

    status = judged(pdf, others)

    assert (status.intact, status.valid, status.trusted, status.bottom_line) == (True, True, False, False)


def test_any_changed_byte_breaks_the_signature(pdf: bytes, folder: Path) -> None:
    chain = chain_in(folder)
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    begins, ends = int(signature.byte_range[1]), int(signature.byte_range[2])
    covered = [
        *range(20, begins, begins // 25),
        *range(ends, len(pdf) - 8, 100),
        begins + 40,
        begins + 900,
        begins + 1500,
    ]

    standing = [at for at in covered if _still_stands(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :], chain)]

    assert standing == []


def _still_stands(pdf: bytes, chain: bytes) -> bool:
    try:
        return judged(pdf, chain).bottom_line
    except Exception:  # noqa: BLE001 - a file that cannot be read is no valid certificate either
        return False


def test_what_is_added_after_signing_breaks_it_too(pdf: bytes, folder: Path) -> None:
    document = pikepdf.open(BytesIO(pdf))
    document.Root.Extra = pikepdf.String("more")
    rewritten = BytesIO()
    document.save(rewritten)

    assert not _still_stands(rewritten.getvalue(), chain_in(folder))


# --- who signs


def test_after_a_rotation_the_new_key_signs_under_a_chain_of_its_own(tmp_path: Path) -> None:
    press, before = a_press(tmp_path), chain_in(tmp_path)
    first, tag = press.certificate(a_certificate()), press.tag(a_certificate())

    FileKeyProvider(tmp_path).rotate(PURPOSE)

    assert press.tag(a_certificate()) != tag
    second, after = press.certificate(a_certificate()), chain_in(tmp_path)
    assert judged(first, before).bottom_line
    assert judged(second, after).bottom_line
    assert not judged(second, before).bottom_line


def test_a_chain_for_another_key_signs_nothing(tmp_path: Path) -> None:
    keys = FileKeyProvider(tmp_path / "ours")

    with pytest.raises(SealFault, match="for another key"):
        seal_of_provider(keys, chain_in(tmp_path / "theirs"))
    with pytest.raises(SealFault, match="for another key"):
        Press(seals_of_provider(keys, lambda _: chain_in(tmp_path / "theirs")), base_url="https://x").certificate(
            a_certificate()
        )


def _pkcs12(path: Path, passphrase: bytes) -> bytes:
    """A PKCS #12 file with an RSA key, as authorities hand them out; its self-signed certificate in PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The body")])
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only"), False
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(days=30))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, decipher_only=False, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    sealed = pkcs12.serialize_key_and_certificates(b"x", key, certificate, None, BestAvailableEncryption(passphrase))
    path.write_bytes(sealed)
    return certificate.public_bytes(Encoding.PEM)


def test_a_key_in_a_pkcs12_file_signs_as_well(tmp_path: Path) -> None:
    chain = _pkcs12(tmp_path / "signer.p12", b"a passphrase")
    seal = seal_of_file(tmp_path / "signer.p12", b"a passphrase")

    made = Press(lambda: seal, base_url="https://certs.example").certificate(a_certificate())

    assert judged(made, chain).bottom_line


@pytest.mark.parametrize("passphrase", [b"another", None])
def test_a_pkcs12_file_that_does_not_open_signs_nothing(tmp_path: Path, passphrase: bytes | None) -> None:
    _pkcs12(tmp_path / "signer.p12", b"a passphrase")

    with pytest.raises(SealFault, match=r"signer\.p12"):
        seal_of_file(tmp_path / "signer.p12", passphrase)
    with pytest.raises(SealFault, match=r"missing\.p12"):
        seal_of_file(tmp_path / "missing.p12", passphrase)


def test_an_authority_can_be_asked_to_vouch_for_the_provider_s_key(tmp_path: Path) -> None:
    keys = FileKeyProvider(tmp_path)

    request = x509.load_pem_x509_csr(signing_request(keys, "Council for Pharmacy Standards"))

    assert request.is_signature_valid
    assert request.public_key() == face_of(keys.current(PURPOSE))
    assert request.subject.rfc4514_string() == (
        "CN=Council for Pharmacy Standards certificates,O=Council for Pharmacy Standards"
    )
