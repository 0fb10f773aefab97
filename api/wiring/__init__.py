"""The composition root: from settings to a whole service. Nothing else in `api` knows an adapter.

`service.py` puts the whole together; a page beside it makes the parts of one slice. What is named here is imported when
it is asked for: a command that needs one page does not pay for all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.wiring.service import Service, application, lint_file, policy_of, worker

__all__ = ["Service", "application", "lint_file", "policy_of", "worker"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as many types as names
    """One of the names above."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module("api.wiring.service"), name)
