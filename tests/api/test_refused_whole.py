"""A form that cannot be read, and a text that says nothing, are refused with the place of the fault."""

from typing import Any

import pytest

from tests.builders_applications import a_reviewer, an_applicant, publish
from tests.world import World

BROKEN = {"content-type": "multipart/form-data; boundary=here"}


def places(answer: Any) -> tuple[int, list[str]]:
    """The status of a refusal, and the places it names."""
    return answer.status_code, [one["pointer"] for one in answer.json().get("errors", [])]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"no boundary", id="no boundary"),
        pytest.param(b"--here\r\nx\r\n\r\n\r\n--here--\r\n", id="a part with a broken header"),
        pytest.param(b"--here\r\nContent-Disposition: form-data\r\n\r\nx\r\n--here--\r\n", id="a part of no name"),
    ],
)
def test_a_broken_form_is_pointed_at(world: World, sent: bytes) -> None:
    ada = an_applicant(world)

    answer = world.client.post(
        f"/v1/candidates/{ada.candidate_id}/files", content=sent, headers={**ada.header, **BROKEN}
    )

    assert places(answer) == (400, ["/body"]), answer.text


@pytest.mark.parametrize("blank", ["", "\n", "   ", "\t\n", "\u00a0", "\u3000\u200b"])
def test_what_must_say_something_is_not_blank(world: World, blank: str) -> None:
    publish(world)
    ada, rita = an_applicant(world).draft().submitted(), a_reviewer(world)
    rita.claims(ada)

    asked = rita.take(ada, "information-requests", {"message": blank})
    added = ada.post(f"{ada.path}/evidence", {"kind": "other", "description": blank})
    appealed = ada.post(f"{ada.path}/appeals", {"grounds": blank})

    assert places(asked) == (422, ["/body/message"])
    assert places(added) == (422, ["/body/description"])
    assert places(appealed) == (422, ["/body/grounds"])
