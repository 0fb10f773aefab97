"""Every table, so that importing this package fills the metadata."""

from adapters.db.tables import (
    access,
    applications,
    candidates,
    credentials,
    exams,
    files,
    items,
    jobs,
    journal,
    notices,
    payments,
    practice,
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
    "items",
    "jobs",
    "journal",
    "metadata",
    "notices",
    "payments",
    "practice",
    "programs",
    "registry",
    "renewals",
    "scores",
    "service",
]
