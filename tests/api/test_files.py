"""Files through the API."""

import os
import subprocess
from typing import Any
from uuid import UUID

import pytest

from domain.actors import Role
from domain.files import actions
from tests.adapters import made_files as made
from tests.world import World

PDF = made.a_pdf()


def an_upload(
    content: bytes = PDF, media_type: str = "application/pdf", name: str = "Diplôme.pdf", **fields: Any
) -> dict[str, Any]:
    return {"files": {"file": (name, content, media_type)}, "data": fields}


def uploaded(world: World, me: dict[str, str], candidate: UUID, **fields: Any) -> Any:
    answer = world.client.post(f"/v1/candidates/{candidate}/files", headers=me, **an_upload(**fields))
    assert answer.status_code == 201, answer.text
    return answer


def test_an_upload_is_read_back_as_an_attachment_that_no_browser_sniffs(either_world: World) -> None:
    me = either_world.token(subject="ada")
    made_answer = uploaded(either_world, me, either_world.id_of(me))

    known = either_world.client.get(made_answer.headers["location"], headers=me)
    content = either_world.client.get(f"{made_answer.headers['location']}/content", headers=me)

    assert known.json() == made_answer.json()
    assert (known.json()["media_type"], known.json()["size"]) == ("application/pdf", len(PDF))
    assert (known.json()["name"], known.json()["allowed_actions"]) == ("Diplôme", ["remove"])
    assert content.content == PDF
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["content-disposition"] == (
        "attachment; filename=\"Dipl_me.pdf\"; filename*=UTF-8''Dipl%C3%B4me.pdf"
    )


def test_a_refused_upload_names_its_fault_and_leaves_nothing(world: World) -> None:
    me = world.token(subject="ada")
    candidate = world.id_of(me)
    bad = made.a_pdf_with(OpenAction=made.a_script())

    answer = world.client.post(f"/v1/candidates/{candidate}/files", headers=me, **an_upload(bad))

    assert answer.status_code == 422
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/body/file", "active_content")]
    assert world.client.get(f"/v1/candidates/{candidate}/files", headers=me).json()["items"] == []


@pytest.mark.parametrize("purpose", ["", "none such"])
def test_a_form_names_what_is_wrong_in_it_and_takes_no_blank_for_a_default(world: World, purpose: str) -> None:
    me = world.token(subject="ada")
    candidate = world.id_of(me)

    answer = world.client.post(f"/v1/candidates/{candidate}/files", headers=me, **an_upload(purpose=purpose))

    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, ["/body/purpose"])
    assert world.client.get(f"/v1/candidates/{candidate}/files", headers=me).json()["items"] == []


def test_a_retried_upload_is_one_file(world: World) -> None:
    me = world.token(subject="ada")
    candidate = world.id_of(me)
    keyed = {**me, "idempotency-key": "one"}

    first, second = (uploaded(world, keyed, candidate) for _ in range(2))
    other = world.client.post(f"/v1/candidates/{candidate}/files", headers=keyed, **an_upload(purpose="other"))

    assert first.content == second.content
    assert second.headers["idempotent-replayed"] == "true"
    assert other.status_code == 422
    assert len(world.client.get(f"/v1/candidates/{candidate}/files", headers=me).json()["items"]) == 1


def test_who_may_not_upload_starts_no_inspection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = world.id_of(world.token(subject="ada"))
    monkeypatch.setattr(subprocess, "run", _no_process)
    path = f"/v1/candidates/{candidate}/files"

    nobody = world.client.post(path, **an_upload())
    auditor = world.client.post(path, headers=world.token(Role.AUDITOR), **an_upload())

    assert (nobody.status_code, auditor.status_code) == (401, 403)


def _no_process(*_: object, **__: object) -> subprocess.CompletedProcess[bytes]:
    message = "an inspection began"
    raise AssertionError(message)


def test_a_strangers_file_is_a_missing_one(world: World) -> None:
    me, eve = world.token(subject="ada"), world.token(subject="eve")
    location = uploaded(world, me, world.id_of(me)).headers["location"]
    world.id_of(eve)

    answers = [world.client.get(location + part, headers=eve).status_code for part in ("", "/content")]
    removal = world.client.delete(location, headers={**eve, "if-match": '"1"'})

    assert answers == [404, 404]
    assert removal.status_code == 404


def test_a_removed_file_has_no_content_and_no_name(world: World) -> None:
    me = world.token(subject="ada")
    location = uploaded(world, me, world.id_of(me)).headers["location"]

    removal = world.client.delete(location, headers={**me, "if-match": '"1"'})
    world.run_tasks({actions.ERASE: lambda units, parameters: actions.erase(units, world.files, parameters)})

    assert removal.status_code == 204
    assert world.client.get(f"{location}/content", headers=me).status_code == 404
    known = world.client.get(location, headers=me).json()
    assert (known["status"], known["name"], known["allowed_actions"]) == ("removed", "", [])


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"data": {"purpose": "evidence"}}, id="no file"),
        pytest.param({"files": {"file": "text"}, "data": {"purpose": "fun"}}, id="an unknown purpose"),
        pytest.param({"json": {"file": "x"}}, id="JSON"),
        pytest.param({"content": os.urandom(100), "headers": {"content-type": "multipart/form-data"}}, id="noise"),
    ],
)
def test_a_malformed_upload_is_refused_kindly(world: World, sent: dict[str, Any]) -> None:
    me = world.token(subject="ada")
    candidate = world.id_of(me)
    headers = {**me, **sent.pop("headers", {})}

    answer = world.client.post(f"/v1/candidates/{candidate}/files", headers=headers, **sent)

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
