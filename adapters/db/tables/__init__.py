"""Every table, so that importing this package fills the metadata."""

from adapters.db.tables import applications, candidates, credentials, exams, payments, programs, renewals, scores
from adapters.db.tables.base import metadata

__all__ = [
    "applications",
    "candidates",
    "credentials",
    "exams",
    "metadata",
    "payments",
    "programs",
    "renewals",
    "scores",
]
