"""Structured logs: one JSON object per line on standard output, without anything that is a person's.

Our own lines carry codes and durations by their construction. What libraries say, and what failed, is scrubbed: an
exception is its class and the places it passed, never its message, which may quote a row or a form.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, BinaryIO, cast

import orjson
import structlog

REMOVED = "[removed]"
# The one line of each request, which `api.observability` makes of templates, codes and numbers alone.
REQUEST = "request"
_DEEPEST = 12
_LONGEST = 2_000

# Fields whose value is a person's, by whatever library they are logged.
PERSONAL = frozenset(
    {
        "address", "authorization", "birth_date", "body", "city", "cookie", "date_of_birth", "email", "family_name",
        "given_name", "headers", "legal_name", "licence_number", "name", "number", "params", "parameters", "password",
        "phone", "postal_code", "query", "query_string", "recipient", "secret", "street", "subject", "to", "token",
    }
)  # fmt: skip
_TEXT = (
    (re.compile(r"(?is)\[(?:SQL|parameters):.*"), REMOVED),
    (re.compile(r"(?im)^\s*(?:DETAIL|CONTEXT|HINT):.*$"), REMOVED),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), REMOVED),
    (re.compile(r"(?i)\bbearer\s+\S+"), REMOVED),
    (re.compile(r"\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*"), REMOVED),
    (re.compile(r"(?<=://)[^/\s@]{1,200}@"), f"{REMOVED}@"),
    (re.compile(r"'[^'\n]{0,400}'|\"[^\"\n]{0,400}\""), f"'{REMOVED}'"),
)
# A text without any of these holds nothing that the patterns above look for: most texts, at the price of one look.
_WORTH_CLEANING = re.compile(r"""['"@\[]|://|eyJ|[Bb][Ee][Aa][Rr][Ee][Rr]|(?i:DETAIL|CONTEXT|HINT):""")
Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(level: str = "INFO", stream: BinaryIO | None = None) -> None:
    """Send our lines and those of every library as JSON to `stream`, standard output by default."""
    out: BinaryIO = sys.stdout.buffer if stream is None else stream
    structlog.configure(
        processors=[structlog.processors.add_log_level, scrub, _timestamp, _render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.BytesLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(structlog.get_logger())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos"):
        library = logging.getLogger(name)
        library.handlers, library.propagate = [], True
    logging.getLogger("uvicorn.access").disabled = True
    # It narrates its own start, line by line.
    logging.getLogger("dbos").setLevel(max(logging.WARNING, logging.getLevelName(level)))


def scrub(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: personal fields are removed, texts cleaned, `exc_info` becomes class and places.

    The line of a request passes as it is.
    """
    if event.get("event") == REQUEST and "exc_info" not in event:
        return event
    raised = event.pop("exc_info", None)
    if raised is True:
        raised = sys.exc_info()
    if isinstance(raised, BaseException):
        raised = (type(raised), raised, raised.__traceback__)
    if isinstance(raised, tuple) and raised[0] is not None:
        event["raised"] = described(raised[1])
    for key, value in event.items():
        event[key] = REMOVED if key in PERSONAL else cleaned(value)
    return event


def cleaned(value: object) -> object:
    """`value` without the personal fields of its mappings, its texts without addresses, tokens and quotations."""
    kind = type(value)
    if kind is str:
        return clean_text(cast(str, value))
    if kind is int or kind is float:
        return value
    match value:
        case str():
            return clean_text(value)
        case Mapping():
            return {key: REMOVED if key in PERSONAL else cleaned(member) for key, member in value.items()}
        case list() | tuple():
            return [cleaned(member) for member in value]
        case _:
            return value


def clean_text(text: str) -> str:
    """`text` without e-mail addresses, tokens, passwords of URLs, statement parameters and whatever is quoted."""
    text = text[:_LONGEST]
    if not _WORTH_CLEANING.search(text):
        return text
    for pattern, instead in _TEXT:
        text = pattern.sub(instead, text)
    return text


def described(error: BaseException) -> list[dict[str, object]]:
    """An exception and those it came from: class, places (file:line function) and SQLSTATE; never the message."""
    said: list[dict[str, object]] = []
    cause: BaseException | None = error
    while cause is not None and len(said) < _DEEPEST:
        entry: dict[str, object] = {"class": f"{type(cause).__module__}.{type(cause).__qualname__}"}
        if isinstance(state := getattr(cause, "sqlstate", None), str):
            entry["sqlstate"] = state
        entry["places"] = _places(cause.__traceback__)
        said.append(entry)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return said


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        file = "/".join(PurePath(code.co_filename).parts[-2:])
        places.append(f"{file}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-_DEEPEST:]


def _timestamp(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["timestamp"] = datetime.now(UTC)
    return event


def _render(_: object, __: str, event: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(event, default=_unknown)


def _unknown(value: object) -> str:
    return type(value).__name__


class _Handler(logging.Handler):
    """Hands the records of the standard library's logging to structlog."""

    def __init__(self, log: Any) -> None:  # noqa: ANN401 - structlog's proxy
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record's message, scrubbed, at its level (a library's own levels round down to a known one)."""
        level = max(logging.DEBUG, min(logging.CRITICAL, record.levelno // 10 * 10))
        more = {"exc_info": record.exc_info} if record.exc_info else {}
        self._log.log(level, clean_text(record.getMessage()), logger=record.name, **more)
