"""How long the files of responses that were handed in are kept.

What they held is stored with the attempts. The bytes go after the days that the edition of their form says; the digest
stays with the import and its job, so that the same file is known again and can be compared with one kept elsewhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from domain.actors import the_service
from domain.jobs.model import UNFINISHED, Job, JobStatus
from domain.ports import Files, UnitOfWork, UnitsOfWork
from domain.scores.events import ResponseFileForgotten
from domain.scores.importing import IMPORT

FORGET: Final = "scores.forget_file"
"""The kind of the small task that deletes the bytes of a file. Its parameters: `job_id` and `key`."""

_FINISHED: Final = [status for status in JobStatus if status not in UNFINISHED]


def forget_old(uow: UnitOfWork, limit: int) -> int:
    """Let up to `limit` files go whose time is over, dry runs' too; a task deletes their bytes. Returns how many."""
    due = [job for job in uow.jobs.find(kind=IMPORT, status=_FINISHED) if _is_over(uow, job)][:limit]
    for job in due:
        key, form_id = str(job.parameters["file"]), UUID(str(job.parameters["form_id"]))
        uow.jobs.save(replace(job, parameters={**job.parameters, "file": None}))
        uow.record(ResponseFileForgotten(job_id=job.id, form_id=form_id, sha256=str(job.parameters["sha256"])))
        uow.enqueue(FORGET, {"job_id": str(job.id), "key": key}, unique_key=key)
    return len(due)


def delete(units: UnitsOfWork, files: Files, parameters: Mapping[str, Any]) -> None:
    """Delete the bytes of a file that was let go. Safe to repeat; one that its job still names is left alone."""
    with units.begin(the_service(FORGET), write=False) as uow:
        job = uow.jobs.first(id=UUID(str(parameters["job_id"])))
    if job is None or job.parameters.get("file") is None:
        files.delete(str(parameters["key"]))


def _is_over(uow: UnitOfWork, job: Job) -> bool:
    if job.parameters.get("file") is None or job.finished_at is None:
        return False
    form = uow.forms.get(UUID(str(job.parameters["form_id"])))
    days = uow.policies.named(form.edition).retention.response_file_days
    return job.finished_at + timedelta(days=days) <= uow.now
