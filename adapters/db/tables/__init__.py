"""Every table, so that importing this package fills the metadata."""

from adapters.db.tables import (
    access,
    applications,
    candidates,
    credentials,
    exams,
    jobs,
    journal,
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
    "jobs",
    "journal",
    "metadata",
    "payments",
    "programs",
    "registry",
    "renewals",
    "scores",
    "service",
]
