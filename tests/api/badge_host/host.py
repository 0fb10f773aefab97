"""The host's side of the Open Badges 3.0 API as a holder's programs use it."""

from typing import Any, Final

from httpx2 import Response

from api.badge_host_description import PROFILE, READ, SCOPES, STATE, UPSERT
from domain.hosting.model import HostedBadge
from tests.world import World

HOST: Final = "/ims/ob/v3p0"
JSON: Final = "application/json"
ALL: Final = " ".join(SCOPES)
OPERATIONS: Final = [
    ("GET", "/credentials", READ),
    ("POST", "/credentials", UPSERT),
    ("GET", "/profile", PROFILE),
    ("PUT", "/profile", STATE),
]


def asked(world: World, method: str, path: str, scope: str | None = ALL, subject: str = "ada", **more: Any) -> Response:
    token = world.issuer.mint(subject, scope=scope)
    headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
    return world.client.request(method, f"{HOST}{path}", headers=headers, **more)


def listed(world: World, scope: str | None = READ, subject: str = "ada", **query: str | int) -> Response:
    return asked(world, "GET", "/credentials", scope, subject, params=query)


def given(world: World, content: bytes, media_type: str = JSON, subject: str = "ada", scope: str = UPSERT) -> Response:
    headers = {"content-type": media_type}
    return asked(world, "POST", "/credentials", scope, subject, content=content, headers=headers)


def told(answer: Response) -> tuple[int, str, str]:
    """The status, the minor code, and the first word of a refusal in the specification's form."""
    said = answer.json()
    assert (said["imsx_codeMajor"], said["imsx_severity"]) == ("failure", "error"), answer.text
    (minor,) = said["imsx_codeMinor"]["imsx_codeMinorField"]
    return answer.status_code, minor["imsx_codeMinorFieldValue"], said["imsx_description"]


def kept(world: World) -> list[HostedBadge]:
    with world.unit() as uow:
        return uow.hosted_badges.find()
