"""Files: what is known of each; the bytes lie behind the `Files` port."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from domain.entity import Entity
from domain.errors import WrongState

LONGEST_NAME = 120
EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


class FilePurpose(StrEnum):
    """What a file is meant to show. Who may read it depends on this."""

    EVIDENCE = "evidence"
    NAME_CHANGE = "name_change"
    ACCOMMODATION = "accommodation"
    EDUCATION_ACTIVITY = "education_activity"
    APPEAL = "appeal"
    OTHER = "other"


class FileStatus(StrEnum):
    """Whether the bytes are still kept."""

    STORED = "stored"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile(Entity):
    """An inspected upload of one candidate. `size` in bytes, `sha256` in hex.

    `key` is the random name of the bytes in their store; it says nothing and is shown to nobody. `name` is the name its
    owner gave it, made harmless; it is personal, and forgotten on removal.
    """

    candidate_id: UUID
    key: str
    media_type: str
    size: int
    sha256: str
    purpose: FilePurpose
    name: str
    uploaded_at: datetime
    uploaded_by: str
    status: FileStatus = FileStatus.STORED
    removed_at: datetime | None = None
    removed_by: str | None = None

    @property
    def download_name(self) -> str:
        """A name for the saved copy, with the extension of what the file truly is."""
        extension = EXTENSIONS.get(self.media_type, "bin")
        return f"{self.name or 'file'}.{extension}"

    def removed(self, at: datetime, by: str) -> Self:
        """No longer kept; its name is forgotten."""
        if self.status is not FileStatus.STORED:
            raise WrongState
        return replace(self, status=FileStatus.REMOVED, removed_at=at, removed_by=by, name="")


def harmless_name(given: str) -> str:
    """A name to show: without folders, extension, control or direction-changing characters; at most 120 characters.

    Letters of every script stay, blanks are single, and characters that a file system or a header could trip over
    become `_`. Empty where nothing is left.
    """
    base = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2].strip()
    stem, dot, extension = base.rpartition(".")
    kept = stem if dot and stem and len(extension) <= 5 and extension.isalnum() else base  # noqa: PLR2004 - `.jpeg`
    shown = "".join(_shown(character) for character in kept)
    return " ".join(shown.split())[:LONGEST_NAME].strip(" ._")


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "Z":
        return " "
    if category[0] == "C":
        return ""
    return "_" if character in '<>:"|?*;,%=' else character
