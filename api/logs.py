"""Structured logs: one JSON object per line on standard output, without anything that is a person's.

Our own lines carry codes and durations by their construction. What libraries say, and what failed, is scrubbed: an
exception is its class and the places it passed, never its message, which may quote a row or a form.
"""

import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePath
from types import TracebackType
from typing import Any, BinaryIO, cast

import orjson

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


class Log:
    """Writes one JSON object per line to a binary stream: time, level, event and fields, scrubbed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def info(self, event: str, **fields: object) -> None:
        """Say what happened."""
        self.write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Say what someone should look at."""
        self.write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Say what failed; `exc_info` takes the exception."""
        self.write("error", event, fields)

    def write(self, level: str, event: str, fields: dict[str, Any]) -> None:
        """Write one line, in one piece, so that threads do not mix theirs."""
        said = fields if event == REQUEST else scrub(fields)
        line = {"timestamp": datetime.now(UTC), "level": level, "event": clean_text(event), **said}
        self._stream.write(orjson.dumps(line, default=_unknown, option=orjson.OPT_APPEND_NEWLINE))
        self._stream.flush()


def configure(level: str = "INFO", stream: BinaryIO | None = None) -> Log:
    """Send every library's log through the returned one, as JSON to `stream`, standard output by default.

    `level` is what libraries are heard from; our own lines are always written.
    """
    out: BinaryIO = sys.stdout.buffer if stream is None else stream
    log = Log(out)
    logging.basicConfig(level=level, handlers=[_Handler(log)], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "dbos"):
        library = logging.getLogger(name)
        # A library that finds no handler makes one of its own (dbos does, when it starts).
        library.handlers, library.propagate = [logging.NullHandler()], True
    logging.getLogger("uvicorn.access").disabled = True
    # It narrates its own start, line by line.
    logging.getLogger("dbos").setLevel(max(logging.WARNING, logging.getLevelName(level)))
    return log


def scrub(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`fields` with personal ones removed, texts cleaned, and `exc_info` as class and places."""
    said = {key: REMOVED if key in PERSONAL else cleaned(value) for key, value in fields.items() if key != "exc_info"}
    if isinstance(raised := fields.get("exc_info"), BaseException):
        said["raised"] = described(raised)
    return said


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


def _unknown(value: object) -> str:
    return type(value).__name__


class _Handler(logging.Handler):
    """Hands the records of the standard library's logging to our log."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record's message, scrubbed."""
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info:
            fields["exc_info"] = record.exc_info[1]
        self._log.write(record.levelname.lower(), record.getMessage(), fields)
