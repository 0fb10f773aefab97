"""Keys in files: agreed upon, sealed, rotated with overlap, withdrawn for good."""

import json
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.keys import PURPOSES, FileKeyProvider, KeyFault
from adapters.strict import from_base64url
from domain.keys.model import KeyState
from domain.ports import KeyProvider, SigningKey

SIGNING = sorted(name for name, kind in PURPOSES.items() if kind != "secret")
SECRETS = sorted(name for name, kind in PURPOSES.items() if kind == "secret")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keys(directory: Path) -> FileKeyProvider:
    return FileKeyProvider(directory, clock=lambda: NOON)


def test_the_provider_is_what_the_port_asks_for(keys: FileKeyProvider) -> None:
    port: KeyProvider = keys

    assert isinstance(port.current("journal"), SigningKey)


@pytest.mark.parametrize("purpose", SIGNING)
def test_what_the_current_key_signs_it_verifies(keys: FileKeyProvider, purpose: str) -> None:
    kid, signature = keys.sign(purpose, b"a checkpoint")

    assert kid == keys.current(purpose).kid
    assert len(signature) == (384 if PURPOSES[purpose] == "RS256" else 64)
    assert keys.verify(purpose, kid, b"a checkpoint", signature)
    assert not keys.verify(purpose, kid, b"another", signature)
    assert not keys.verify(purpose, kid, b"a checkpoint", bytes(64))
    assert not keys.verify(purpose, kid, b"a checkpoint", signature + b"\0")
    assert not keys.verify(purpose, "unknown", b"a checkpoint", signature)


def test_an_ed25519_signature_holds_elsewhere(keys: FileKeyProvider) -> None:
    _, signature = keys.sign("journal", b"a checkpoint")
    public = Ed25519PublicKey.from_public_bytes(from_base64url(str(keys.current("journal").public_jwk["x"]).encode()))

    public.verify(signature, b"a checkpoint")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"another")


def test_an_es256_signature_is_r_and_s_as_jose_wants_them(keys: FileKeyProvider) -> None:
    _, signature = keys.sign("registry", b"an answer")
    public = ECKey.import_key(cast("dict[str, Any]", keys.current("registry").public_jwk)).public_key
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")

    public.verify(encode_dss_signature(r, s), b"an answer", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(encode_dss_signature(r, s), b"another", ec.ECDSA(hashes.SHA256()))


def test_an_rs256_signature_holds_elsewhere(keys: FileKeyProvider) -> None:
    _, signature = keys.sign("badges-rs256", b"a badge")
    public = RSAKey.import_key(cast("dict[str, Any]", keys.current("badges-rs256").public_jwk)).public_key

    assert public.key_size == 3072
    public.verify(signature, b"a badge", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"another", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(("purpose", "kind"), [("journal", OKPKey), ("registry", ECKey), ("badges-rs256", RSAKey)])
def test_a_key_is_named_by_its_thumbprint(
    keys: FileKeyProvider, purpose: str, kind: type[OKPKey] | type[ECKey] | type[RSAKey]
) -> None:
    key = keys.current(purpose)

    assert key.kid == key.public_jwk["kid"] == kind.import_key(cast("dict[str, Any]", key.public_jwk)).thumbprint()
    assert key.algorithm == key.public_jwk["alg"] == PURPOSES[purpose]
    assert "d" not in key.public_jwk


@pytest.mark.parametrize("purpose", SECRETS)
def test_a_secret_is_32_bytes_and_its_purposes_own(keys: FileKeyProvider, directory: Path, purpose: str) -> None:
    secret = keys.secret(purpose)

    assert len(secret) == 32
    assert FileKeyProvider(directory).secret(purpose) == secret
    assert len({keys.secret(name) for name in SECRETS}) == len(SECRETS)


@pytest.mark.parametrize("purpose", SECRETS)
def test_a_secret_neither_signs_nor_shows_a_face(keys: FileKeyProvider, purpose: str) -> None:
    for ask in (keys.current, keys.all, lambda name: keys.sign(name, b"x")):
        with pytest.raises(KeyFault, match="signs nothing"):
            ask(purpose)


@pytest.mark.parametrize("purpose", SIGNING)
def test_a_signing_key_is_never_handed_out_as_a_secret(keys: FileKeyProvider, purpose: str) -> None:
    with pytest.raises(KeyFault, match="never handed out"):
        keys.secret(purpose)


def test_an_unknown_purpose_has_no_keys(keys: FileKeyProvider, directory: Path) -> None:
    for ask in (keys.current, keys.secret, keys.rotate, keys.prepare, keys.records):
        with pytest.raises(KeyFault, match="no keys are kept"):
            ask("../journal")
    assert not directory.exists()


def test_another_process_finds_the_same_key(keys: FileKeyProvider, directory: Path) -> None:
    kid, signature = keys.sign("journal", b"x")

    other = FileKeyProvider(directory)

    assert other.current("journal") == keys.current("journal")
    assert other.verify("journal", kid, b"x", signature)


def test_files_are_for_the_owner_alone(keys: FileKeyProvider, directory: Path) -> None:
    for purpose in SIGNING:
        keys.current(purpose)

    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert not list(directory.glob("*.new"))


def test_threads_that_start_together_agree_on_one_key(directory: Path) -> None:
    together = threading.Barrier(6)
    found: list[str] = []

    def start() -> None:
        provider = FileKeyProvider(directory)
        together.wait(30)
        found.append(provider.current("journal").kid)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 6
    assert len(set(found)) == 1


def test_processes_that_start_together_agree_on_one_key(directory: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from adapters.keys import FileKeyProvider;"
        "provider = FileKeyProvider(Path(sys.argv[1])); sys.stdin.readline();"
        "print(provider.current('registry').kid, provider.secret('links').hex())"
    )
    command = [sys.executable, "-c", script, str(directory)]
    root = Path(__file__).parents[2]
    started = [
        subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    answers = {process.communicate(timeout=60)[0] for process in started}

    assert [process.returncode for process in started] == [0, 0, 0]
    assert len(answers) == 1
    assert len(answers.pop().split()) == 2


def test_rotation_overlaps(keys: FileKeyProvider) -> None:
    former, signature = keys.sign("registry", b"x")

    fresh = keys.rotate("registry")

    assert fresh != former
    assert keys.sign("registry", b"y")[0] == fresh == keys.current("registry").kid
    assert [key.kid for key in keys.all("registry")] == [fresh, former]
    assert keys.verify("registry", former, b"x", signature)


def test_a_prepared_key_is_published_before_it_signs(keys: FileKeyProvider) -> None:
    former = keys.current("journal").kid

    pending = keys.prepare("journal")

    assert keys.sign("journal", b"x")[0] == former
    assert [key.kid for key in keys.all("journal")] == [former, pending]
    assert keys.rotate("journal") == pending
    assert [key.kid for key in keys.all("journal")] == [pending, former]


def test_a_second_key_is_not_prepared_while_one_waits(keys: FileKeyProvider) -> None:
    waiting = keys.prepare("journal")
    before = keys.records("journal")

    with pytest.raises(KeyFault, match=f"{waiting}, prepared at 2026-03-01T12:00:00.00:00, waits"):
        keys.prepare("journal")

    assert keys.records("journal") == before
    assert keys.rotate("journal") == waiting
    assert keys.prepare("journal") != waiting


def test_a_prepared_key_that_was_withdrawn_waits_no_more(keys: FileKeyProvider) -> None:
    former = keys.current("journal").kid
    spoilt = keys.prepare("journal")

    keys.revoke("journal", spoilt)
    another = keys.prepare("journal")

    states = {record.kid: record.state for record in keys.records("journal")}
    assert states == {former: KeyState.ACTIVE, spoilt: KeyState.REVOKED, another: KeyState.PENDING}


def test_a_revoked_key_verifies_nothing_and_is_published_no_more(keys: FileKeyProvider) -> None:
    former, signature = keys.sign("journal", b"x")
    fresh = keys.rotate("journal")

    assert keys.revoke("journal", former) == fresh

    assert not keys.verify("journal", former, b"x", signature)
    assert [key.kid for key in keys.all("journal")] == [fresh]
    assert [record.state for record in keys.records("journal")] == [KeyState.REVOKED, KeyState.ACTIVE]


def test_revoking_the_active_key_puts_another_in_its_place(keys: FileKeyProvider) -> None:
    former, signature = keys.sign("journal", b"x")

    fresh = keys.revoke("journal", former)

    assert fresh != former
    assert keys.sign("journal", b"y")[0] == fresh
    assert not keys.verify("journal", former, b"x", signature)


def test_revoking_a_key_again_changes_nothing(keys: FileKeyProvider) -> None:
    former = keys.current("journal").kid
    fresh = keys.revoke("journal", former)
    before = keys.records("journal")

    assert keys.revoke("journal", former) == fresh
    assert keys.records("journal") == before


@pytest.mark.parametrize("purpose", ["privacy", "webhooks"])
def test_the_secret_of_stored_data_is_never_withdrawn(keys: FileKeyProvider, purpose: str) -> None:
    kept, kid = keys.secret(purpose), next(iter(keys.secrets(purpose)))

    with pytest.raises(KeyFault, match="could be read no more"):
        keys.revoke(purpose, kid)

    assert keys.secret(purpose) == kept


def test_only_a_known_key_can_be_revoked(keys: FileKeyProvider) -> None:
    with pytest.raises(KeyFault, match="no such key"):
        keys.revoke("journal", "unknown")


def test_another_process_sees_a_rotation_at_its_next_call(keys: FileKeyProvider, directory: Path) -> None:
    other = FileKeyProvider(directory)
    former, signature = other.sign("journal", b"x")

    fresh = keys.rotate("journal")

    assert other.sign("journal", b"y")[0] == fresh
    assert other.verify("journal", former, b"x", signature)
    keys.revoke("journal", former)
    assert not other.verify("journal", former, b"x", signature)


def test_rotated_secrets_can_still_be_read(keys: FileKeyProvider) -> None:
    former = keys.secret("links")

    fresh = keys.rotate("links")

    assert keys.secret("links") != former
    assert list(keys.secrets("links").values()) == [keys.secret("links"), former]
    assert next(iter(keys.secrets("links"))) == fresh


def test_the_secret_of_stored_data_is_not_rotated_by_the_way(keys: FileKeyProvider) -> None:
    former = keys.secret("privacy")

    with pytest.raises(KeyFault, match="stored data"):
        keys.rotate("privacy")

    assert keys.secret("privacy") == former
    keys.rotate("privacy", at_rest=True)
    assert former in keys.secrets("privacy").values()


def test_records_tell_since_when(keys: FileKeyProvider) -> None:
    keys.current("journal")

    assert [record.since for record in keys.records("journal")] == ["2026-03-01T12:00:00+00:00"]


def test_a_passphrase_seals_every_file(directory: Path) -> None:
    sealed = FileKeyProvider(directory, b"correct horse battery staple")
    kid = sealed.current("journal").kid
    secret = sealed.secret("privacy")

    pems = [path.read_text() for path in directory.glob("*.pem")]

    assert len(pems) == 2
    assert all(pem.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----") for pem in pems)
    again = FileKeyProvider(directory, b"correct horse battery staple")
    assert (again.current("journal").kid, again.secret("privacy")) == (kid, secret)


@pytest.mark.parametrize(
    ("made_with", "opened_with"), [(b"one", b"another"), (b"one", None), (None, b"one"), (b"one", b"")]
)
def test_only_the_same_passphrase_opens_a_file(
    directory: Path, made_with: bytes | None, opened_with: bytes | None
) -> None:
    FileKeyProvider(directory, made_with).current("journal")

    with pytest.raises(KeyFault, match="sealed differently"):
        FileKeyProvider(directory, opened_with).current("journal")


def test_a_missing_ring_is_noticed_where_keys_must_exist(directory: Path) -> None:
    provider = FileKeyProvider(directory, create=False)

    for ask in (provider.current, provider.rotate):
        with pytest.raises(KeyFault, match=r"journal\.json is missing"):
            ask("journal")

    FileKeyProvider(directory).current("journal")
    assert provider.current("journal").algorithm == "EdDSA"


def test_a_key_that_others_may_read_is_refused(keys: FileKeyProvider, directory: Path) -> None:
    keys.current("journal")
    (pem,) = directory.glob("journal-*.pem")

    pem.chmod(0o644)

    with pytest.raises(KeyFault, match="open to others"):
        FileKeyProvider(directory).current("journal")
    pem.chmod(0o440)
    assert FileKeyProvider(directory).current("journal") == keys.current("journal")


def test_a_swapped_key_file_is_noticed(keys: FileKeyProvider, directory: Path) -> None:
    first = keys.current("journal").kid
    second = keys.rotate("journal")

    (directory / f"journal-{first}.pem").replace(directory / f"journal-{second}.pem")

    with pytest.raises(KeyFault, match="another key"):
        FileKeyProvider(directory).current("journal")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"keys": {}}',
        '{"keys": []}',
        '{"keys": ["x"]}',
        '{"keys": [{"kid": "../../etc/passwd", "state": "active", "since": ""}]}',
        '{"keys": [{"kid": 7, "state": "active", "since": ""}]}',
        json.dumps({"keys": [{"kid": "k" * 43, "state": "asleep", "since": ""}]}),
        json.dumps({"keys": [{"kid": "k" * 43, "state": "retired", "since": ""}]}),
        json.dumps({"keys": [{"kid": c * 43, "state": "active", "since": ""} for c in "ab"]}),
        json.dumps({"keys": [{"kid": "k" * 43, "state": s, "since": ""} for s in ("active", "retired")]}),
    ],
)
def test_a_ring_that_makes_no_sense_is_refused(directory: Path, content: str) -> None:
    directory.mkdir()
    path = directory / "journal.json"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(KeyFault, match=r"journal\.json"):
        FileKeyProvider(directory).current("journal")


def test_a_key_of_another_kind_is_refused(keys: FileKeyProvider, directory: Path) -> None:
    journal = keys.current("journal").kid
    registry = keys.current("registry").kid
    (directory / f"registry-{registry}.pem").replace(directory / f"journal-{journal}.pem")

    with pytest.raises(KeyFault, match="another key"):
        FileKeyProvider(directory).current("journal")


def test_no_message_of_ours_shows_a_key(directory: Path) -> None:
    FileKeyProvider(directory, b"one").secret("privacy")

    with pytest.raises(KeyFault) as fault:
        FileKeyProvider(directory, b"another-passphrase").secret("privacy")

    assert "another-passphrase" not in str(fault.value)


def test_signing_keys_of_other_kinds_may_be_configured(directory: Path) -> None:
    provider = FileKeyProvider(directory, purposes={"badges": "EdDSA"})

    assert provider.current("badges").algorithm == "EdDSA"
    with pytest.raises(KeyFault):
        provider.current("journal")
