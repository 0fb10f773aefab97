"""An issuer of access tokens for development, tests and the sandbox. Production refuses it."""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jwk, jwt

from adapters import private_files
from adapters.keys import open_pem, public_jwk, to_pem

DEVELOPMENT_ISSUER = "https://issuer.certificant.invalid"
"""A name that no resolver answers (RFC 6761), so that no real provider is ever mistaken for it."""


class DevelopmentIssuer:
    """Mints access tokens with an ES256 key that lives in `directory`, the same for every process that shares it."""

    development_only: ClassVar[bool] = True
    """Settings refuse, in production, whatever carries this mark."""

    def __init__(
        self,
        directory: Path,
        *,
        audience: str,
        issuer: str = DEVELOPMENT_ISSUER,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the key in `directory`, made if missing; `clock` tells epoch seconds. Raises KeyFault."""
        self.issuer, self.audience, self._clock = issuer, audience, clock
        path = directory / "development-issuer.pem"
        with private_files.alone_in(directory):
            if not path.exists():
                private_files.put(path, to_pem(ec.generate_private_key(ec.SECP256R1()), None))
        private = open_pem(path, None)
        self._face = public_jwk(private)
        unsealed = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = jwk.construct(unsealed.decode("ascii"), "ES256")

    def jwks(self) -> dict[str, object]:
        """The public JWK set, for `StaticJwks`."""
        return {"keys": [dict(self._face)]}

    def mint(
        self,
        subject: str,
        roles: Iterable[str] = (),
        *,
        email: str | None = None,
        email_verified: bool = False,
        scope: str | None = None,
        lifetime: timedelta = timedelta(hours=1),
    ) -> str:
        """A signed access token (RFC 9068) for `subject`, good from now for `lifetime`."""
        now = int(self._clock())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": secrets.token_urlsafe(16),
            "roles": sorted(roles),
        }
        if email is not None:
            claims |= {"email": email, "email_verified": email_verified}
        if scope is not None:
            claims["scope"] = scope
        headers = {"typ": "at+jwt", "kid": self._face["kid"]}
        return str(jwt.encode(claims, self._key, algorithm="ES256", headers=headers))
