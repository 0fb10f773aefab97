"""A wallet that fetches badges as OpenID for Verifiable Credential Issuance has it."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from domain.wallets.actions import CONFIGURATIONS
from domain.wallets.model import GRANT
from tests.builders_credentials import Holder
from tests.world import ADDRESS, World

LDP, OB, VC = CONFIGURATIONS


class Wallet:
    """A wallet with a key of its own, which speaks what the specification says and knows nothing else of us."""

    def __init__(self, world: World, algorithm: str = "ES256") -> None:
        self.world = world
        self.algorithm = algorithm
        self.key = ECKey.generate_key("P-256") if algorithm == "ES256" else OKPKey.generate_key("Ed25519")
        found = world.client.get("/.well-known/openid-credential-issuer").json()
        self.issuer = ADDRESS
        self.endpoints = {name: urlsplit(url).path for name, url in found.items() if name.endswith("_endpoint")}
        server = world.client.get("/.well-known/oauth-authorization-server").json()
        self.endpoints["token_endpoint"] = urlsplit(server["token_endpoint"]).path

    def post(self, endpoint: str, body: object = None, token: str | None = None, **form: str) -> Any:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        path = self.endpoints[f"{endpoint}_endpoint"]
        if form:
            return self.world.client.post(path, data=form, headers=headers)
        return self.world.client.post(path, json=body, headers=headers)

    def exchange(self, offered: Any, pin: str | None = None, **changes: str) -> Any:
        """The offer's code for a token, as its link has it."""
        (query,) = parse_qs(urlsplit(offered["offer_uri"]).query)["credential_offer"]
        code = json.loads(query)["grants"][GRANT]["pre-authorized_code"]
        form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": pin or offered["transaction_code"]}
        return self.post("token", **{**form, **changes})

    def token(self, offered: Any) -> str:
        return str(self.exchange(offered).json()["access_token"])

    def nonce(self) -> str:
        return str(self.post("nonce").json()["c_nonce"])

    def proof(self, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A proof of possession; members that are None are left out."""
        now = int(self.world.clock.now.timestamp())
        said = {"aud": self.issuer, "iat": now, "nonce": claims.pop("nonce", None) or self.nonce(), **claims}
        public = self.key.as_dict(private=False)
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y") if name in public}
        protected = {"alg": self.algorithm, "typ": "openid4vci-proof+jwt", "jwk": jwk, **(header or {})}
        kept = {name: value for name, value in protected.items() if value is not None}
        body = json.dumps({name: value for name, value in said.items() if value is not None})
        return jws.serialize_compact(kept, body, self.key, algorithms=["ES256", "Ed25519"])

    def fetch(self, token: str | None, configuration: str = LDP, proof: str | None = None) -> Any:
        body = {"credential_configuration_id": configuration, "proofs": {"jwt": [proof or self.proof()]}}
        return self.post("credential", body, token)


def offered(holder: Holder) -> Any:
    answer = holder.world.client.post(f"/v1/credentials/{holder.credential_id}/wallet-offers", headers=holder.header)
    assert answer.status_code == 201, answer.text
    return answer.json()


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]
