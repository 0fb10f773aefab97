"""Ten thousand changed badges, none of which is accepted; and the same badge spelled in other ways, which is."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import base58
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.badges.baking import bake
from adapters.badges.nquads import of_badge
from adapters.badges.presented import PresentedBadges
from adapters.badges.proofs import message
from adapters.badges.signer import KeyedBadgeSigner
from adapters.db.unit_of_work import SqlUnitOfWork
from adapters.keys import FileKeyProvider
from domain.badges import verification
from domain.badges.document import badge_document
from domain.badges.facts import BadgeFacts, BadgeProfile, Securing
from domain.badges.keys import BADGE_PURPOSES
from domain.certificates.model import Picture
from domain.errors import Invalid
from tests.badge_mutants import b64, mutants, spelled, unb64
from tests.badge_signatures import P256_ORDER, Original
from tests.builders_credentials import a_holder
from tests.world import ADDRESS, World, a_world

BOUND = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
TOTAL = 10_000
OVER_HTTP = 200
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'


class House:
    """A certifying body with two holders' badges, and the rule by which it verifies what is presented."""

    def __init__(self, world: World, directory: Path, profile: BadgeProfile) -> None:
        self.world, self.profile = world, profile
        self.keys = FileKeyProvider(directory / "keys")
        self.signer = KeyedBadgeSigner(self.keys, ADDRESS)
        self.reader = PresentedBadges(self.keys, self.signer)
        holders = [a_holder(world, {"/badges/profile": profile.value}, subject=name) for name in ("ada", "bea")]
        with world.unit() as uow:
            found = [uow.badges.newest(one.credential_id) for one in holders]
        self.facts, self.other = (badge.facts for badge in found if badge is not None)

    def original(self, securing: Securing, holder: str | None) -> Original:
        kids = [f"{ADDRESS}#x", *self.signer.verification_methods()]
        return Original(
            signed=self.signer.sign(replace(self.facts, holder_id=holder), securing),
            securing=securing,
            others={way: self.signer.sign(self.other, way) for way in Securing},
            methods=tuple(kids),
            publics=tuple(self._publics()),
            rsa_modulus=self._modulus(),
        )

    def _faces(self) -> Iterator[dict[str, Any]]:
        for purpose in BADGE_PURPOSES:
            yield dict(self.keys.current(purpose).public_jwk)

    def _publics(self) -> Iterator[bytes]:
        """Each public key as PEM, as DER, as a JWK and as its bare bytes."""
        kinds: dict[str, Any] = {"OKP": OKPKey, "EC": ECKey, "RSA": RSAKey}
        for face in self._faces():
            key = kinds[str(face["kty"])].import_key(face)
            yield from (key.as_pem(private=False), key.as_der(private=False), spelled(face))
            yield unb64(str(face.get("x") or face["n"]))

    def _modulus(self) -> int:
        return next(int.from_bytes(unb64(str(face["n"])), "big") for face in self._faces() if "n" in face)

    def verdict(self, uow: SqlUnitOfWork, content: bytes) -> tuple[bool, str]:
        """Whether it is accepted, and the first check that is not met, or the refusal to read it."""
        try:
            found = verification.verify(uow, self.reader, content)
        except Invalid as refused:
            return False, refused.code
        unmet = [check.code for check in found.checks if check.met is False]
        return found.valid, unmet[0] if unmet else "nothing"


@pytest.fixture(scope="module", params=list(BadgeProfile))
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("mutants")
    path = directory / "certificant.db"
    path.write_bytes(sqlite_template.read_bytes())
    with a_world(f"sqlite:///{path}", directory) as world:
        yield House(world, directory, request.param)


ways = pytest.mark.parametrize("securing", list(Securing))
bound = pytest.mark.parametrize("holder", [pytest.param(None, id="unbound"), pytest.param(BOUND, id="bound")])
ORIGINALS = len(BadgeProfile) * len(Securing) * 2


@bound
@ways
def test_no_mutant_is_accepted(house: House, securing: Securing, holder: str | None) -> None:
    original = house.original(securing, holder)
    made = list(mutants(original))

    with house.world.unit() as uow:
        good = house.verdict(uow, original.signed)
        said = [(mutant, house.verdict(uow, mutant.content)) for mutant in made]

    assert good == (True, "nothing")
    assert [(mutant.family, mutant.what) for mutant, (accepted, _) in said if accepted] == []
    # Twenty originals like this one, each with so many, are ten thousand and more.
    assert len(made) * ORIGINALS >= TOTAL
    assert {"unreadable_badge", "proof", "unaltered"} <= {reason for _, (_, reason) in said}


def test_a_sample_is_refused_over_http_too(house: House) -> None:
    made = [mutant for way in Securing for mutant in mutants(house.original(way, None))]
    sample = made[:: len(made) // OVER_HTTP]

    answers = [house.world.client.post("/v1/registry/verify", content=mutant.content) for mutant in sample]

    assert len(answers) >= OVER_HTTP
    assert {answer.status_code for answer in answers} == {200, 422}
    assert [one.what for one, answer in zip(sample, answers, strict=True) if answer.json().get("valid", False)] == []
    assert all(answer.json()["number"] is None for answer in answers if answer.status_code == 200)


@bound
@ways
def test_another_keys_signature_under_our_keys_name_is_refused(
    house: House, tmp_path: Path, securing: Securing, holder: str | None
) -> None:
    original = house.original(securing, holder)
    forger = KeyedBadgeSigner(FileKeyProvider(tmp_path / "keys"), ADDRESS)
    forged = forger.sign(replace(house.facts, holder_id=holder), securing)

    with house.world.unit() as uow:
        said = [house.verdict(uow, one) for one in (forged, renamed_key(forged, original.signed))]

    assert said == [(False, "proof"), (False, "proof")]


def renamed_key(forged: bytes, good: bytes) -> bytes:
    """The forgery under the name of the key that signed the good one: of a token with the good one's header."""
    if forged.startswith(b"{"):
        document, stated = json.loads(forged), json.loads(good)
        first, second = (
            one["proof"][0] if isinstance(one["proof"], list) else one["proof"] for one in (document, stated)
        )
        first["verificationMethod"] = second["verificationMethod"]
        return spelled(document)
    return good.partition(b".")[0] + b"." + forged.partition(b".")[2]


OUR_OWN: dict[str, Callable[[BadgeFacts], BadgeFacts]] = {
    "a later end": lambda facts: replace(facts, valid_until=facts.valid_until + timedelta(days=1)),
    "another name": lambda facts: replace(facts, holder_name="Somebody Else"),
    "another number": lambda facts: replace(facts, number="0000-0000-0000-0000"),
    "another place": lambda facts: replace(
        facts, places=tuple(replace(one, index=one.index ^ 1) for one in facts.places)
    ),
    "another list": lambda facts: replace(
        facts, places=tuple(replace(one, list_url=f"{one.list_url[:-1]}x") for one in facts.places)
    ),
    "the lists exchanged": lambda facts: replace(
        facts,
        places=tuple(
            replace(one, list_url=other.list_url) for one, other in zip(facts.places, facts.places[::-1], strict=True)
        ),
    ),
    "the other profile": lambda facts: replace(
        facts, profile=next(one for one in BadgeProfile if one is not facts.profile)
    ),
    "no evidence": lambda facts: replace(facts, evidence=()),
    "awarded earlier": lambda facts: replace(facts, awarded_at=facts.awarded_at - timedelta(days=365)),
}


@ways
@pytest.mark.parametrize("change", list(OUR_OWN.values()), ids=list(OUR_OWN))
def test_what_our_own_key_signed_but_the_register_never_issued_is_refused(
    house: House, securing: Securing, change: Callable[[BadgeFacts], BadgeFacts]
) -> None:
    with house.world.unit() as uow:
        said = house.verdict(uow, house.signer.sign(change(house.facts), securing))

    assert said == (False, "unaltered")


@pytest.mark.parametrize(
    ("securing", "way"),
    [(Securing.ECDSA_RDFC, "vc+jwt"), (Securing.EDDSA_RDFC, "eddsa-jcs-2022"), (Securing.EDDSA_JCS, "eddsa-rdfc-2022")],
)
def test_a_proof_is_good_under_its_own_suite_alone(house: House, securing: Securing, way: str) -> None:
    document = json.loads(house.signer.sign(house.facts, securing))
    proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
    if way == "vc+jwt":
        header = b64(spelled({"alg": "ES256", "kid": proof["verificationMethod"], "typ": way}))
        payload = b64(spelled({name: one for name, one in document.items() if name != "proof"}))
        content = f"{header}.{payload}.{b64(base58.b58decode(proof['proofValue'][1:]))}".encode()
    else:
        proof["cryptosuite"] = way
        proof.update({"@context": document["@context"]} if way == "eddsa-jcs-2022" else {})
        if way != "eddsa-jcs-2022":
            del proof["@context"]
        content = spelled(document)

    with house.world.unit() as uow:
        assert house.verdict(uow, content) == (False, "proof")


def test_both_spellings_of_an_ecdsa_signature_verify_and_one_is_accepted(house: House) -> None:
    document = badge_document(house.facts)
    signed = json.loads(house.signer.sign(house.facts, Securing.ECDSA_RDFC))
    proof = dict(signed["proof"][0] if isinstance(signed["proof"], list) else signed["proof"])
    signature = base58.b58decode(proof.pop("proofValue")[1:])
    s = int.from_bytes(signature[32:], "big")
    twin = signature[:32] + (P256_ORDER - s).to_bytes(32, "big")
    kid = house.signer.verification_methods()[proof["verificationMethod"]]
    covered = message(document, proof, Securing.ECDSA_RDFC, of_badge)

    assert [house.keys.verify("badges-es256", kid, covered, one) for one in (signature, twin)] == [True, True]
    assert s < P256_ORDER // 2
    signed["proof"] = {**proof, "proofValue": "z" + base58.b58encode(twin).decode()}
    with house.world.unit() as uow:
        assert house.verdict(uow, spelled(signed)) == (False, "proof")


# --- the same badge, spelled in another way


def turned(value: Any) -> Any:
    """Each object's members the other way round, at every depth; arrays as they are."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


def escaped(value: Any) -> bytes:
    r"""JSON in which every letter of every text and name is a `\u` escape."""
    if isinstance(value, dict):
        return b"{" + b",".join(escaped(name) + b":" + escaped(one) for name, one in value.items()) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(escaped, value)) + b"]"
    if isinstance(value, str):
        units = value.encode("utf-16-be").hex()
        return b'"' + "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)).encode() + b'"'
    return json.dumps(value).encode()


def listed(document: Any) -> Any:
    """One proof in a list where it stood alone, alone where it stood in a list: the same set of one."""
    proof = document["proof"]
    return {**document, "proof": proof[0] if isinstance(proof, list) else [proof]}


SPELLINGS: dict[str, Callable[[bytes], bytes]] = {
    "other white space": lambda signed: json.dumps(json.loads(signed), indent="\t ").encode(),
    "members in another order": lambda signed: json.dumps(turned(json.loads(signed))).encode(),
    "every letter escaped": lambda signed: escaped(json.loads(signed)),
    "nothing escaped": lambda signed: json.dumps(json.loads(signed), ensure_ascii=False).encode(),
    "solidi escaped": lambda signed: signed.replace(b"/", b"\\/"),
    "a byte order mark": lambda signed: b"\xef\xbb\xbf" + signed,
    "white space around it": lambda signed: b"\r\n " + signed + b"\t\n",
    "the proof as a set of one": lambda signed: json.dumps(listed(json.loads(signed))).encode(),
    "baked into a picture": lambda signed: bake(SVG, Picture.SVG, signed.decode()),
}
OF_TOKENS = ("white space around it", "a byte order mark", "baked into a picture")


@bound
@pytest.mark.parametrize(
    ("securing", "spelling"),
    [
        pytest.param(securing, spelling, id=f"{securing}, {name}")
        for securing in Securing
        for name, spelling in SPELLINGS.items()
        if not securing.is_jwt or name in OF_TOKENS
    ],
)
def test_the_same_badge_spelled_in_another_way_is_accepted(
    house: House, securing: Securing, spelling: Callable[[bytes], bytes], holder: str | None
) -> None:
    signed = house.signer.sign(replace(house.facts, holder_id=holder), securing)

    with house.world.unit() as uow:
        assert house.verdict(uow, spelling(signed)) == (True, "nothing")


@pytest.mark.parametrize("securing", [Securing.VC_JWT, Securing.OB_JWT])
def test_a_token_whose_parts_are_spelled_in_another_way_is_not(house: House, securing: Securing) -> None:
    head, body, mark = house.signer.sign(house.facts, securing).decode().split(".")
    anew = [b64(json.dumps(json.loads(unb64(part))).encode()) for part in (head, body)]

    with house.world.unit() as uow:
        said = [house.verdict(uow, f"{one}.{two}.{mark}".encode()) for one, two in ((anew[0], body), (head, anew[1]))]

    assert said == [(False, "proof"), (False, "proof")]
