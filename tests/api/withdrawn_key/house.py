"""A world, its keys, and the command line that works on both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import time_machine
from joserfc import jws
from joserfc.jwk import import_key
from typer.testing import CliRunner, Result

from adapters.keys import FileKeyProvider
from api.cli import main
from tests.builders_badge_facts import holds, spelled
from tests.builders_badges import Stranger
from tests.world import ADDRESS, World


@dataclass
class House:
    """A world, its keys, and the command line that works on both."""

    world: World
    directory: Path

    @property
    def keys(self) -> FileKeyProvider:
        return FileKeyProvider(self.directory / "keys")

    def command(self, *words: str) -> Result:
        """`certificant keys …`."""
        return self.run("keys", *words)

    def run(self, *words: str) -> Result:
        """`certificant …` on this database and these keys, at the world's time."""
        environment = {
            "CERTIFICANT_DATA_DIR": str(self.directory / "cli"),
            "CERTIFICANT_KEYS_DIR": str(self.directory / "keys"),
            "CERTIFICANT_DATABASE_URL": self.world.database.url.render_as_string(hide_password=False),
            "CERTIFICANT_PUBLIC_BASE_URL": ADDRESS,
        }
        with time_machine.travel(self.world.clock.now):
            return CliRunner(env=environment).invoke(main, list(words), catch_exceptions=False)

    def stolen(self, purpose: str) -> str:
        """The id of the key that signs now."""
        return self.keys.current(purpose).kid

    def fetch(self, path: str, **headers: str) -> bytes:
        answer = self.world.client.get(path, headers=headers)
        assert answer.status_code == 200, (path, answer.text)
        return answer.content

    def did_document(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(Stranger(self.world).fetch(f"{ADDRESS}/.well-known/did.json"))
        return found

    def verifies(self, signed: bytes) -> bool:
        """Whether a document holds under a key that is published now."""
        if signed.startswith(b"{"):
            return holds(signed, self.did_document())
        kid = spelled(signed.split(b".")[0])["kid"]
        if kid.startswith(ADDRESS):
            answer = self.world.client.get(kid.removeprefix(ADDRESS))
            face = answer.json() if answer.status_code == 200 else None
        else:
            methods = self.did_document()["verificationMethod"]
            face = next((one["publicKeyJwk"] for one in methods if one["id"] == kid), None)
        if face is None:
            return False
        public = import_key({name: value for name, value in face.items() if name not in ("alg", "use", "kid")})
        jws.deserialize_compact(signed.decode(), public, algorithms=["ES256", "RS256"])
        return True
