"""Alembic's revisions, and what they name."""
