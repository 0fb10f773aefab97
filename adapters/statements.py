"""What the registry answers, signed: a JWT (RFC 7519) that can be filed and checked years later with the key set."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from adapters.strict import to_base64url
from domain.ports import KeyProvider

PURPOSE: Final = "registry"
TYPE: Final = "registry-statement+jwt"
GOOD_FOR: Final = timedelta(hours=24)
"""So long a statement may be taken for the present standing. What it says of the instant of its making stays true."""


class JwtStatements:
    """The port `RegistryStatements`: ES256 by the key that signs for the registry now."""

    def __init__(self, keys: KeyProvider, issuer: str) -> None:
        """Sign as `issuer`, this service's public address, whose `/.well-known/jwks.json` holds the key."""
        self._keys, self._issuer = keys, issuer

    def signed(
        self, answer: Mapping[str, object], *, at: datetime, id_: UUID, audience: str | None, present: bool
    ) -> str:
        """The answer as the claim `registry`, beside `iss`, `sub` (the number), `iat`, `jti`, perhaps `aud`.

        And `exp`, where the answer is of the present day; else `historical`, since it never was the standing at `iat`.
        """
        made = int(at.timestamp())
        claims: dict[str, object] = {
            "iss": self._issuer,
            "sub": answer["number"],
            "iat": made,
            **({"exp": made + int(GOOD_FOR.total_seconds())} if present else {"historical": True}),
            "jti": str(id_),
            **({} if audience is None else {"aud": audience}),
            "registry": answer,
        }
        face = self._keys.current(PURPOSE)
        head = {"alg": face.algorithm, "kid": face.kid, "typ": TYPE}
        signed = b".".join(to_base64url(orjson.dumps(part)).encode() for part in (head, claims))
        kid, signature = self._keys.sign(PURPOSE, signed)
        if kid != face.kid:  # the key turned over between the two calls
            return self.signed(answer, at=at, id_=id_, audience=audience, present=present)
        return f"{signed.decode()}.{to_base64url(signature)}"
