"""Somebody else's suite, as the harness sees it, and the credential that the tests begin with."""

from typing import Any, Final

import httpx

from domain.badges.document import VC_CONTEXT
from domain.badges.facts import Securing
from tests.conformance.body import Body
from tests.conformance.linked_data import EXAMPLES

GONE: Final = object()
"""In place of a member's value: the member is left out."""


class Client:
    """Somebody else's suite: it knows an address and an authority."""

    def __init__(self, body: Body, http: httpx.Client) -> None:
        self.body, self.http = body, http

    def post(self, path: str, **asked: Any) -> httpx.Response:
        return self.http.post(path, json=asked)

    def issue(self, credential: Any, securing: Securing = Securing.EDDSA_RDFC) -> httpx.Response:
        asked = {"credential": self.named(credential), "options": {"cryptosuite": securing.value}}
        return self.post("/credentials/issue", **asked)

    def named(self, credential: Any) -> Any:
        """The credential with the body as its issuer, where it names none."""
        return {"issuer": self.body.signer.did, **credential}

    def issued(self, credential: Any, securing: Securing = Securing.EDDSA_RDFC) -> Any:
        answer = self.issue(credential, securing)
        assert answer.status_code == 201, answer.text
        return answer.json()["verifiableCredential"]

    def verify(self, credential: Any) -> httpx.Response:
        return self.post("/credentials/verify", verifiableCredential=credential)


def a_credential(**otherwise: Any) -> Any:
    good = {
        "@context": [VC_CONTEXT, EXAMPLES],
        "type": ["VerifiableCredential", "ExampleDegreeCredential"],
        "credentialSubject": {"id": "did:example:subject", "degree": {"type": "ExampleBachelorDegree", "name": "B.A."}},
    }
    return {name: one for name, one in (good | otherwise).items() if one is not GONE}
