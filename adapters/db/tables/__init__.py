"""Every table, so that importing this package fills the metadata."""

from adapters.db.tables import (
    access,
    applications,
    candidates,
    credentials,
    exams,
    files,
    jobs,
    journal,
    notices,
    payments,
    programs,
    registry,
    renewals,
    scores,
    service,
)
from adapters.db.tables.base import metadata

__all__ = [
    "access",
    "applications",
    "candidates",
    "credentials",
    "exams",
    "files",
    "jobs",
    "journal",
    "metadata",
    "notices",
    "payments",
    "programs",
    "registry",
    "renewals",
    "scores",
    "service",
]
