"""Prints what each outside verifier says of a badge in all its forms: issued, broken, suspended, lifted, and revoked.

`python -m tests.outside.show` awards a credential in a service of its own, in this process, and needs nothing running.
With `--address`, `--credential` and `--token` it downloads the forms from a running service as the holder would, and
prints the verdicts of this moment; with `--keep` it keeps them, and judges those once they are there: a suspended or
revoked badge is handed out no more.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import httpx

from adapters.db.engine import Database
from adapters.db.schema import metadata
from adapters.jobs import prepare
from domain.badges.facts import Securing
from tests.builders_badges import DID, Stranger
from tests.builders_credentials import a_holder, officer
from tests.outside.handed import READY, WHY_NOT, Verdicts, by_node, by_openbadgeslib, hand_over, name_of
from tests.world import ADDRESS, a_world

BY: Mapping[str, Callable[[Path, datetime], Verdicts]] = {"npm": by_node, "openbadgeslib": by_openbadgeslib}


def main(arguments: list[str]) -> None:
    """Show a running service's badge, or one of a service of our own."""
    parser = argparse.ArgumentParser(prog="tests.outside.show")
    parser.add_argument("--address", help="of a running service, as http://127.0.0.1:8000")
    parser.add_argument("--credential", help="the credential's id")
    parser.add_argument("--token", help="the holder's access token")
    parser.add_argument("--keep", type=Path, help="a directory for the forms: filled once, then judged as they are")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as directory:
        if asked.address:
            _running(Path(directory), asked.address.rstrip("/"), asked.credential, asked.token, asked.keep)
        else:
            _our_own(Path(directory))


def _running(directory: Path, address: str, credential: str, token: str, keep: Path | None) -> None:
    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {token}"}) as holder:

        def got(path: str) -> bytes:
            answer = holder.get(path)
            answer.raise_for_status()
            return answer.content

        def badge(way: Securing) -> bytes:
            kept = None if keep is None else keep / name_of(way)
            if kept is not None and kept.is_file():
                return kept.read_bytes()
            downloaded = got(f"/v1/credentials/{credential}/badge?securing={quote(way.value)}")
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(downloaded)
            return downloaded

        badges = {name_of(way): badge(way) for way in Securing}
        did = str(json.loads(got("/.well-known/did.json"))["id"])

        def fetch(wanted: str) -> bytes:
            return got("/.well-known/did.json" if wanted == did else httpx.URL(wanted).path)

        hand_over(directory, badges, did, fetch)
    _print("as it stands", directory, datetime.now(UTC))


def _our_own(directory: Path) -> None:
    url = f"sqlite:///{directory / 'certificant.db'}"
    database = Database(url)
    metadata.create_all(database.engine)
    prepare(database.url)
    database.close()
    with a_world(url, directory / "world") as world:
        holder, stranger = a_holder(world, on=date(2026, 3, 2)), Stranger(world)
        badges = {name_of(way): holder.get(f"/badge?securing={quote(way.value)}").content for way in Securing}

        def fetch(wanted: str) -> bytes:
            return stranger.fetch(f"{ADDRESS}/.well-known/did.json" if wanted == DID else wanted)

        def shown(title: str, handed: Mapping[str, bytes]) -> None:
            place = directory / title
            hand_over(place, handed, DID, fetch)
            _print(title, place, world.clock.now)

        shown("issued", badges)
        shown("broken", {name: _broken(signed) for name, signed in badges.items()})
        for step, title in (("suspension", "suspended"), ("lift", "lifted"), ("revocation", "revoked")):
            holder.post(f"/{step}", {"reason": "The board acted."}, officer(world))
            shown(title, badges)


def _broken(signed: bytes) -> bytes:
    """With one digit of the signature changed: the last but one, which says something in every alphabet."""
    at = signed.rindex(b'"proofValue":"') + 20 if signed.startswith(b"{") else len(signed) - 2
    return signed[:at] + (b"A" if signed[at : at + 1] != b"A" else b"B") + signed[at + 1 :]


def _print(title: str, directory: Path, now: datetime) -> None:
    sys.stdout.write(f"\n{title}\n")
    for verifier, judge in BY.items():
        if verifier == "npm" and not READY:
            sys.stdout.write(f"  {verifier}: {WHY_NOT}\n")
            continue
        for name, fault in judge(directory, now).items():
            sys.stdout.write(f"  {verifier:14}{name:24}{'verifies' if fault is None else f'REJECTED: {fault:.90}'}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
