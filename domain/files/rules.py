"""When a file may be added or removed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.files.model import FileStatus, StoredFile
from domain.ruling import Finding, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much one candidate may keep: a number of files, and bytes altogether."""

    files: int = 200
    size: int = 500 * 1024 * 1024


QUOTA = Quota()


def may_add(kept: Iterable[StoredFile], size: int, quota: Quota = QUOTA) -> Ruling:
    """May a file of this size be added to those of the candidate?"""
    stored = [one for one in kept if one.status is FileStatus.STORED]
    total = sum(one.size for one in stored) + size
    return Ruling(
        (
            Finding(
                clause="file_count",
                met=len(stored) < quota.files,
                code="met" if len(stored) < quota.files else "too_many_files",
                asked=f"At most {quota.files} files are kept for one person.",
                found=f"{len(stored)} are kept.",
            ),
            Finding(
                clause="file_space",
                met=total <= quota.size,
                code="met" if total <= quota.size else "no_space_left",
                asked=f"All files of one person together take at most {quota.size // 1024 // 1024} MB.",
                found=f"With this one they take {total // 1024 // 1024} MB.",
            ),
        )
    )


def may_remove(used_by: Iterable[str]) -> Ruling:
    """May a file be removed that these records (ids as text) point at?"""
    users = tuple(used_by)
    return Ruling(
        (
            Finding(
                clause="file_unused",
                met=not users,
                code="file_in_use" if users else "met",
                asked="No record points at the file.",
                found=f"{len(users)} point at it." if users else "None does.",
                evidence=users,
            ),
        )
    )
