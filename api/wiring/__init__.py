"""The composition root: from settings to a whole service. Nothing else in `api` knows an adapter.

`service.py` puts the whole together; a page beside it makes the parts of one slice.
"""

from api.wiring.service import Service, application, lint_file, policy_of, worker

__all__ = ["Service", "application", "lint_file", "policy_of", "worker"]
