"""Files: judged in a process of their own, and kept in each kind of store."""

import hashlib
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore, S3Store

from adapters.files import ObjectFiles, open_store
from adapters.inspection import Bounds
from domain.errors import Invalid, NotFound, Unavailable
from tests.adapters import made_files as made

KEY = "ab/0192f3a47c1b7000a000000000000001"


@pytest.fixture(params=["memory", "directory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectFiles:
    url = "memory://" if request.param == "memory" else (tmp_path / "kept here").as_uri()
    return ObjectFiles(open_store(url))


def test_what_was_put_is_got(files: ObjectFiles) -> None:
    files.put(KEY, b"content")

    assert files.get(KEY) == b"content"


def test_the_same_key_twice_replaces(files: ObjectFiles) -> None:
    files.put(KEY, b"first")
    files.put(KEY, b"second")

    assert files.get(KEY) == b"second"


def test_what_is_not_there_is_not_found(files: ObjectFiles) -> None:
    with pytest.raises(NotFound):
        files.get(KEY)


def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(files: ObjectFiles) -> None:
    files.put(KEY, b"content")

    files.delete(KEY)
    files.delete(KEY)

    with pytest.raises(NotFound):
        files.get(KEY)


@pytest.mark.parametrize("key", ["", "../outside", "/etc/passwd", "a//b", "a/../b", "A", "a.b", "a\x00", "a\n"])
def test_a_key_that_is_none_of_ours_reaches_no_store(files: ObjectFiles, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        files.put(key, b"content")


def test_a_directory_outlives_the_process_that_wrote_it(tmp_path: Path) -> None:
    ObjectFiles(open_store(tmp_path.as_uri())).put(KEY, b"content")

    assert ObjectFiles(open_store(tmp_path.as_uri())).get(KEY) == b"content"


def test_a_store_that_fails_is_tried_again_later(tmp_path: Path) -> None:
    files = ObjectFiles(open_store((tmp_path / "kept").as_uri()))
    (tmp_path / "kept" / "ab").write_text("a file where a directory should be")

    with pytest.raises(Unavailable):
        files.put(KEY, b"content")


def test_each_address_opens_its_kind_of_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    opened = [open_store(url) for url in (tmp_path.as_uri(), "memory://", "s3://bucket/prefix")]

    assert [type(store) for store in opened] == [LocalStore, MemoryStore, S3Store]


@pytest.mark.parametrize("url", ["", "kept", "ftp://host/path", "https://host/path"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="s3"):
        open_store(url)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(made.a_pdf(), "application/pdf", id="PDF"),
        pytest.param(made.a_picture(form="JPEG"), "image/jpeg", id="JPEG"),
    ],
)
def test_an_honest_file_is_told_by_type_size_and_hash(content: bytes, media_type: str) -> None:
    inspected = ObjectFiles(MemoryStore()).inspect(content, media_type)

    assert inspected.media_type == media_type
    assert inspected.size == len(content)
    assert inspected.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "empty_file", id="nothing"),
        pytest.param(bytes(20 * 1024 * 1024 + 1), "file_too_large", id="a byte too many"),
        pytest.param(b"hello", "type_not_accepted", id="text"),
        pytest.param(made.a_pdf_with(OpenAction=made.a_script()), "active_content", id="a script"),
    ],
)
def test_a_refusal_names_its_place_and_its_code(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        ObjectFiles(MemoryStore()).inspect(content, "application/pdf")

    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("/file", code)


@pytest.mark.parametrize("declared", ["a\x00b", "--help", "é" * 1000, "application/pdf\n"])
def test_any_declared_type_is_only_ever_compared(declared: str) -> None:
    with pytest.raises(Invalid) as refused:
        ObjectFiles(MemoryStore()).inspect(made.a_picture(), declared)

    assert refused.value.faults[0].code == "type_mismatch"


def test_a_bomb_that_goes_off_while_being_opened_stays_in_its_own_process() -> None:
    tight = Bounds(memory=400 * 1024 * 1024, unpacked=64 * 1024 * 1024, cpu=10)

    with pytest.raises(Invalid) as refused:
        ObjectFiles(MemoryStore(), tight).inspect(made.an_object_stream_bomb(600 * 1024 * 1024), "application/pdf")

    assert refused.value.faults[0].code in ("unreadable", "too_costly", "unpacks_too_large")


def test_a_judge_without_memory_refuses_and_the_service_lives_on() -> None:
    starved = ObjectFiles(MemoryStore(), Bounds(memory=1024 * 1024))

    with pytest.raises(Invalid) as refused:
        starved.inspect(made.a_pdf(), "application/pdf")

    assert refused.value.faults[0].code in ("too_costly", "unpacks_too_large")
